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
  std::string reason;  ///< "BOOT0=1, BOOT1=0"
};

/// Pins that were not set are 0, as the pull-down on every evaluation board makes them.
BootDecision decide_boot(const model::Model& model, const stm32::OptionBytes& option_bytes,
                         const std::map<std::string, unsigned>& boot_pins);

/// The first two words of an application.
struct VectorTable {
  std::uint32_t address = 0;
  std::uint32_t initial_msp = 0;
  std::uint32_t reset_handler = 0;
  bool operator==(const VectorTable&) const = default;
};

/// The vector table at `address`, if the ROM would take it for executable code: a stack pointer
/// into RAM and a Thumb address in readable memory.
std::optional<VectorTable> find_application(const stm32::Chip& chip, std::uint32_t address);

}  // namespace dfurig::board
