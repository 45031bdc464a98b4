#include <utility>

#include "stm32/chip.h"
#include "stm32/flash_kinds.h"

namespace dfurig::stm32 {

bool DoubleWordFlash::is_asked(const char* field, std::uint32_t word) const {
  return (word & mask(control_, field)) != 0;
}

/// RM0351 §3.7.6: OPTSTRT and OBL_LAUNCH take writes only while OPTLOCK is clear.
void DoubleWordFlash::command(std::size_t, std::uint32_t word) {
  if (is_asked("STRT", word)) erase();
  if (is_asked("OPTSTRT", word) && !is_set("OPTLOCK")) {
    chip_.program_option_registers();
    raise_end_if_enabled();
  }
  if (is_asked("OBL_LAUNCH", word) && !is_set("OPTLOCK")) chip_.request_option_load();
  // RM0444 Rev 5 p. 90: "If LOCK is set by software, OPTLOCK is automatically set as well."
  if (is_asked("LOCK", word)) block_.value(control_) |= mask(control_, "OPTLOCK");
}

/// RM0351 §3.3.5, §3.3.6: an error left from before stops it with PGSERR.
void DoubleWordFlash::erase() {
  if (has_error()) return raise({"PGSERR"});
  const std::size_t sectors = chip_.flash().sectors().size();
  const bool is_two_banks = mask(control_, "MER2") != 0 && mask(control_, "BKER") != 0;
  const std::size_t bank = is_two_banks ? sectors / 2 : sectors;
  bool is_done = false;
  if (is_set("MER") || is_set("MER1")) {
    is_done = erase_sectors(0, is_set("MER2") ? sectors : bank);
  } else if (is_set("MER2")) {
    is_done = erase_sectors(is_two_banks ? bank : 0, sectors - bank);
  } else if (is_set("PER")) {
    const std::size_t page = number("PNB") + (is_set("BKER") ? sectors / 2 : std::size_t{0});
    is_done = page < sectors && erase_sectors(page, 1);
  }
  if (is_done) raise_end_if_enabled();
}

bool DoubleWordFlash::program(std::uint32_t address, unsigned width, std::uint32_t value) {
  if (!chip_.flash().contains(address, width)) return false;
  if (!is_set("PG") || has_error()) {
    raise({"PGSERR"});  // RM0351 §3.7.5
  } else if (is_protected(address)) {
    raise({"WRPERR"});
  } else {
    program_double_word(address, width, value);
  }
  return true;
}

/// RM0351 §3.3.7: two words, the lower first; anything narrower is SIZERR.
void DoubleWordFlash::program_double_word(std::uint32_t address, unsigned width,
                                          std::uint32_t value) {
  const std::optional<FirstWord> first = std::exchange(first_word_, std::nullopt);
  if (width != 4) return raise({"SIZERR"});
  if (!first) {
    if (address % 8 != 0) return raise({"PGAERR"});
    first_word_ = {address, value};
    return;
  }
  if (address != first->address + 4) return raise({"PGAERR"});
  const std::uint64_t both = std::uint64_t{value} << 32 | first->value;
  const MemoryStatus status = chip_.program(first->address, bytes_of(both, 8));
  if (status != MemoryStatus::Ok) return raise({"PROGERR"});
  raise_end_if_enabled();
}

}  // namespace dfurig::stm32
