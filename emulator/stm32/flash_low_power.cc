#include <algorithm>

#include "stm32/chip.h"
#include "stm32/flash_kinds.h"

namespace dfurig::stm32 {

/// OBL_LAUNCH, which cannot be written while OPTLOCK is set, resets (RM0377 §3.7.2).
void LowPowerFlash::command(std::size_t, std::uint32_t word) {
  const bool is_launched = (word & mask(control_, "OBL_LAUNCH")) != 0;
  if (is_launched && !is_set("OPTLOCK")) chip_.request_option_load();
}

/// RM0367, write protection error flag: WRPERR also when what is stored to was not unlocked by
/// PEKEY, PRGKEY or OPTKEY (quoted at community.st.com, stm32-mcus-products-25, 77577).
bool LowPowerFlash::program(std::uint32_t address, unsigned width, std::uint32_t value) {
  const bool is_flash = chip_.flash().contains(address, width);
  const bool is_option = chip_.option_bytes().contains(address, width);
  const bool is_locked =
      is_set("PELOCK") || (is_flash && is_set("PRGLOCK")) || (is_option && is_set("OPTLOCK"));
  if (is_locked) {
    raise({"WRPERR"});
  } else if (is_flash) {
    store_in_flash(address, width, value);
  } else if (is_option) {
    store_in_options(address, width, value);
  } else {
    store_in_eeprom(address, width, value);
  }
  return true;
}

/// A word, or with ERASE and PROG the page it is in. NOTZEROERR, which the L1 does not have, does
/// not stop the operation (RM0377 §3.7.7, not checked against the text). Half pages, by FPRG, are
/// not emulated.
void LowPowerFlash::store_in_flash(std::uint32_t address, unsigned width, std::uint32_t value) {
  if (width != 4) return raise({"SIZERR"});
  if (is_set("FPRG") || is_set("ERASE") != is_set("PROG")) {
    return block_.count(control_, "asks for an operation on flash that is no word or page");
  }
  if (is_protected(address)) return raise({"WRPERR"});
  if (is_set("ERASE")) {
    chip_.erase_sector(address);
  } else {
    const ByteView held = chip_.flash().view(address, width);
    const std::uint8_t erased = chip_.flash().spec().erased_value;
    const bool is_erased = std::ranges::all_of(held, [=](auto byte) { return byte == erased; });
    if (!is_erased && !is_set("NZDISABLE")) raise({"NOTZEROERR"});
    chip_.program(address, bytes_of(value, width));
  }
  raise({"EOP"});
}

/// Any width; the word is erased first where it must be (RM0377 §3.3.4). ERASE leaves it erased.
void LowPowerFlash::store_in_eeprom(std::uint32_t address, unsigned width, std::uint32_t value) {
  if (is_set("ERASE")) {
    chip_.program(address & ~3u, bytes_of(0, 4));
  } else {
    chip_.program(address, bytes_of(value, width));
  }
  raise({"EOP"});
}

/// A value and, as firmware computed it, its complement: a wrong one shows when they are loaded.
void LowPowerFlash::store_in_options(std::uint32_t address, unsigned width, std::uint32_t value) {
  if (width != 4 || address % 4 != 0) return raise({"SIZERR"});
  chip_.store_option_bytes(address, bytes_of(is_set("ERASE") ? 0 : value, width));
  raise({"EOP"});
}

}  // namespace dfurig::stm32
