#include <algorithm>

#include "stm32/chip.h"
#include "stm32/flash_kinds.h"

namespace dfurig::stm32 {

void FlashBySize::command(std::size_t index, std::uint32_t word) {
  if (index == control_) {
    if ((word & mask(control_, "STRT")) != 0) erase();
    return;
  }
  // RM0090 §3.6.5: OPTSTRT of OPTCR.
  if ((word & mask(index, "OPTSTRT")) == 0) return;
  chip_.program_option_registers();
  raise_end_if_enabled();
}

/// MER is bank 1 where there are two; bank 2's is MER1 on F42x (RM0090 §3.9.8), MER2 on F76x. "If
/// MERx and SER bits are both set neither sector nor mass erase can be performed" (RM0090 §3.5.3).
void FlashBySize::erase() {
  const std::size_t sectors = chip_.flash().sectors().size();
  const bool is_two_banks = mask(control_, "MER1") != 0 || mask(control_, "MER2") != 0;
  const std::size_t bank = is_two_banks && has_twin_banks() ? sectors / 2 : sectors;
  const bool has_second = is_set("MER1") || is_set("MER2");
  bool is_done = false;
  const bool is_mass_erase = is_set("MER") || has_second;
  if (is_mass_erase && is_set("SER")) return;
  if (is_mass_erase) {
    const std::size_t first = is_set("MER") ? 0 : bank;
    is_done = erase_sectors(first, (has_second ? sectors : bank) - first);
  } else if (const auto sector = chosen_sector()) {
    is_done = erase_sectors(*sector, 1);
  }
  if (is_done) raise_end_if_enabled();
}

/// RM0090 §3.9.8: where SNB has five bits 0b10000 is the first sector of bank 2, sector 12, and
/// 0b01100 to 0b01111 are none.
std::optional<std::size_t> FlashBySize::chosen_sector() const {
  constexpr std::uint32_t bank2 = 0b10000;
  if (!is_set("SER")) return std::nullopt;
  const std::size_t sectors = chip_.flash().sectors().size();
  const std::uint32_t number_of = number("SNB");
  const bool is_two_banks = mask(control_, "SNB") >= bank2 << 3 && has_twin_banks();
  const std::size_t end_of_bank = is_two_banks ? sectors / 2 : sectors;
  if (number_of < end_of_bank) return number_of;
  const bool is_in_bank2 = is_two_banks && number_of >= bank2;
  const std::size_t sector = end_of_bank + (number_of - bank2);
  return is_in_bank2 && sector < sectors ? std::optional(sector) : std::nullopt;
}

/// A store must be as wide as PSIZE says; a double word comes as two words (RM0090 §3.6.4).
bool FlashBySize::program(std::uint32_t address, unsigned width, std::uint32_t value) {
  if (!chip_.flash().contains(address, width)) return false;
  if (!is_set("PG")) {
    raise({"PGSERR", "ERSERR"});  // RM0090 §3.9.7
  } else if (is_protected(address)) {
    raise({"WRPERR"});
  } else if (width != std::min(1u << number("PSIZE"), 4u)) {
    raise({"PGPERR"});
  } else {
    chip_.program(address, bytes_of(value, width));
    raise_end_if_enabled();
  }
  return true;
}

}  // namespace dfurig::stm32
