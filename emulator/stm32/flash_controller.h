// The flash interface: firmware that erases and programs flash through FLASH_CR.
#pragma once

#include <cstdint>
#include <optional>

#include "stm32/register_block.h"

namespace dfurig::stm32 {

class Chip;

/// One of three kinds, known by its registers: with AR (F0, F1, F3: PM0075), with PSIZE (F2, F4,
/// F7: RM0090 §3.6), else that of the L4 (RM0351 §3.3), which G0, G4, WB, C0 and U0 share. An
/// operation ends at once: while it lasts a core that runs from flash stands still and sees no BSY.
class FlashController {
 public:
  /// Both must outlive it. A block without the effect flash_cr programs nothing.
  FlashController(RegisterBlock& block, Chip& chip);

  void reset() { first_word_.reset(); }
  /// CR was written while it was not locked.
  void command(std::uint32_t word);
  /// A store into flash; errors are flags in SR. False: a bus error.
  bool program(std::uint32_t address, unsigned width, std::uint32_t value);

 private:
  enum class Kind { None, HalfWords, BySize, DoubleWords };
  struct FirstWord {
    std::uint32_t address = 0;
    std::uint32_t value = 0;
  };

  Kind find_kind() const;
  std::uint32_t mask(std::size_t index, const char* field) const;
  bool is_set(const char* field) const;
  std::uint32_t number(const char* field) const;
  void raise(std::initializer_list<const char*> names);
  void finish();
  bool has_error() const;
  void erase();
  void erase_sectors(std::size_t first, std::size_t count);
  std::optional<std::size_t> chosen_sector() const;
  bool is_protected(std::uint32_t address) const;
  void program_by_size(std::uint32_t address, unsigned width, std::uint32_t value);
  void program_half_word(std::uint32_t address, std::uint32_t value);
  void program_double_word(std::uint32_t address, unsigned width, std::uint32_t value);

  RegisterBlock& block_;
  Chip& chip_;
  std::size_t cr_ = 0;
  std::size_t sr_ = 0;
  Kind kind_ = Kind::None;
  std::optional<FirstWord> first_word_;
};

}  // namespace dfurig::stm32
