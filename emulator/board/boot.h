// The boot decision: what starts after a reset.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "model/model.h"
#include "stm32/chip.h"

namespace dfurig::board {

struct BootDecision {
  bool starts_bootloader = false;
  std::uint32_t address = 0;  ///< else: where the application's vector table is
  std::string reason;         ///< "BOOT0=1, BOOT1=0"
};

/// What the boot table looks at besides the chip.
struct BootInputs {
  std::map<std::string, unsigned>
      pins;                     ///< a pin that is not set is 0: pull-down, as on every board
  bool is_flash_empty = false;  ///< as latched at power-on or option byte loading
};

BootDecision decide_boot(const model::Model& model, const stm32::Chip& chip,
                         const BootInputs& inputs);

/// The content of an option field.
std::uint32_t read_option_field(const model::OptionField& field, ByteView option_bytes);

/// True when the first word of main flash is erased (AN2606, "empty check").
bool is_flash_empty(const stm32::Chip& chip);

/// Boot pin levels with which the ROM starts, whatever the flash holds, or the button of a
/// bootloader in flash; absent when there are none.
std::optional<std::map<std::string, unsigned>> find_bootloader_pins(const model::Model& model,
                                                                    const stm32::Chip& chip);

/// What a bootloader in main flash does after reset, as main() of ST's DFU_Standalone examples: it
/// stays when its button is pressed, or when the application area holds no valid code.
BootDecision decide_flash_boot(const dfu::UsbdDfuSpec& spec, const stm32::Chip& chip,
                               const std::map<std::string, unsigned>& boot_pins);

/// The first two words of an application.
struct VectorTable {
  std::uint32_t address = 0;
  std::uint32_t initial_msp = 0;
  std::uint32_t reset_handler = 0;
  /// ARMv6-M and ARMv7-M: bit 0 says so, and without it the first instruction faults.
  bool is_thumb() const { return (reset_handler & 1) != 0; }
  bool operator==(const VectorTable&) const = default;
};

/// What is at `address`, whatever it is; absent where nothing can be read.
std::optional<VectorTable> read_vector_table(const stm32::Chip& chip, std::uint32_t address);

/// The vector table at `address`, if the ROM would take it for executable code: a stack pointer
/// into RAM and a Thumb address in readable memory.
std::optional<VectorTable> find_application(const stm32::Chip& chip, std::uint32_t address);

/// The vector table at `address`, if the core gets from it to an instruction, whatever the stack
/// pointer is: hardware does not check what it boots.
std::optional<VectorTable> find_startable(const stm32::Chip& chip, std::uint32_t address);

}  // namespace dfurig::board
