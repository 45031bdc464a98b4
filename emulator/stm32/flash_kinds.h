// The kinds of flash interface.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "stm32/flash_interface.h"

namespace dfurig::stm32 {

/// F0, F1, F3: half-words, pages by AR, option bytes erased and programmed like flash (PM0075,
/// RM0313 §3, §4).
class HalfWordFlash : public FlashInterface {
 public:
  /// Both must outlive it; so for the others.
  HalfWordFlash(RegisterBlock& block, Chip& chip) : FlashInterface(block, chip, "CR") {}
  void command(std::size_t index, std::uint32_t word) override;
  bool program(std::uint32_t address, unsigned width, std::uint32_t value) override;

 private:
  void start();
  bool program_option(std::uint32_t address, unsigned width, std::uint32_t value);
};

/// F2, F4, F7: units as PSIZE says, sectors by SNB, option bytes by OPTCR (RM0090 §3.6).
class FlashBySize : public FlashInterface {
 public:
  FlashBySize(RegisterBlock& block, Chip& chip) : FlashInterface(block, chip, "CR") {}
  void command(std::size_t index, std::uint32_t word) override;
  bool program(std::uint32_t address, unsigned width, std::uint32_t value) override;

 private:
  void erase();
  std::optional<std::size_t> chosen_sector() const;
};

/// L4, G0, G4, WB, C0, U0: double words, pages by PNB, option bytes by registers of their own
/// (RM0351 §3.3, §3.4).
class DoubleWordFlash : public FlashInterface {
 public:
  DoubleWordFlash(RegisterBlock& block, Chip& chip) : FlashInterface(block, chip, "CR") {}
  void reset() override { first_word_.reset(); }
  void command(std::size_t index, std::uint32_t word) override;
  bool program(std::uint32_t address, unsigned width, std::uint32_t value) override;

 private:
  struct FirstWord {
    std::uint32_t address = 0;
    std::uint32_t value = 0;
  };

  bool is_asked(const char* field, std::uint32_t word) const;
  void erase();
  void program_double_word(std::uint32_t address, unsigned width, std::uint32_t value);

  std::optional<FirstWord> first_word_;
};

/// L0, L1: no start bit; a store erases or programs flash, data EEPROM and option bytes
/// (RM0377 §3.3, RM0038 §3.3).
class LowPowerFlash : public FlashInterface {
 public:
  LowPowerFlash(RegisterBlock& block, Chip& chip) : FlashInterface(block, chip, "PECR") {}
  void command(std::size_t index, std::uint32_t word) override;
  bool program(std::uint32_t address, unsigned width, std::uint32_t value) override;

 private:
  void store_in_flash(std::uint32_t address, unsigned width, std::uint32_t value);
  void store_in_eeprom(std::uint32_t address, unsigned width, std::uint32_t value);
  void store_in_options(std::uint32_t address, unsigned width, std::uint32_t value);
};

}  // namespace dfurig::stm32
