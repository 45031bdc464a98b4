// The kinds of flash interface.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
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

/// A bank of the H7.
class FlashBank : public FlashInterface {
 public:
  /// The first is 0. A bank has as many sectors as SNB can name, as far as they are there.
  FlashBank(RegisterBlock& block, Chip& chip, std::size_t position);
  bool is_controlled_by(std::size_t index) const { return index == control_; }
  bool contains(std::uint32_t address) const;
  void reset() override { buffer_.clear(); }
  void command(std::size_t index, std::uint32_t word) override;
  bool program(std::uint32_t address, unsigned width, std::uint32_t value) override;

 private:
  std::size_t first_sector() const { return position_ * sectors_max_; }
  std::size_t sector_count() const;
  void program_buffer();
  void show_buffer();

  const std::size_t position_;
  const std::size_t sectors_max_;
  std::uint32_t word_ = 0;                        ///< the flash word that has begun
  std::map<std::uint32_t, std::uint8_t> buffer_;  ///< what of it was stored, by offset
};

/// H7: flash words, gathered before they are programmed, and registers for each bank (RM0433 §4.3).
class FlashOfBanks : public FlashController {
 public:
  FlashOfBanks(RegisterBlock& block, Chip& chip);
  void reset() override;
  void command(std::size_t index, std::uint32_t word) override;
  bool program(std::uint32_t address, unsigned width, std::uint32_t value) override;

 private:
  std::array<FlashBank, 2> banks_;
};

}  // namespace dfurig::stm32
