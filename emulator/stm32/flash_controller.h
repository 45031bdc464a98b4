// The flash interface: firmware that erases and programs flash and option bytes by its registers.
#pragma once

#include <cstdint>
#include <memory>

namespace dfurig::stm32 {

class Chip;
class RegisterBlock;

/// An operation ends at once: while it lasts a core that runs from flash stands still and sees no
/// BSY.
class FlashController {
 public:
  virtual ~FlashController() = default;
  /// The chip was reset: what had begun is forgotten.
  virtual void reset() {}
  /// `word` was written to the register at `index`, a control register that was not locked.
  virtual void command(std::size_t index, std::uint32_t word) = 0;
  /// A store into flash, option bytes or data EEPROM; errors are flags in SR. False: a bus error.
  virtual bool program(std::uint32_t address, unsigned width, std::uint32_t value) = 0;
};

/// Which kind a block is its registers tell (flash_kinds.h). Null: one whose control register has
/// no effect of a flash interface, and which programs nothing. Both must outlive it.
std::unique_ptr<FlashController> make_flash_controller(RegisterBlock& block, Chip& chip);

}  // namespace dfurig::stm32
