#include "stm32/chip.h"
#include "stm32/flash_kinds.h"

namespace dfurig::stm32 {

void HalfWordFlash::command(std::size_t, std::uint32_t word) {
  if ((word & mask(control_, "STRT")) != 0) start();
  // The F1 has none: a system reset loads its option bytes.
  if ((word & mask(control_, "OBL_LAUNCH")) != 0) chip_.request_option_load();
}

/// EOP comes with every operation (PM0075 §3.5). Option bytes take it only while OPTWRE is set.
void HalfWordFlash::start() {
  bool is_done = false;
  if (is_set("OPTER")) {
    if (!is_set("OPTWRE")) return;
    chip_.erase_option_bytes();
    is_done = true;
  } else if (is_set("MER")) {
    is_done = erase_sectors(0, chip_.flash().sectors().size());
  } else if (is_set("PER")) {
    const auto sector = chip_.flash().find_sector_index(block_.value(*block_.find("AR")));
    is_done = sector && erase_sectors(*sector, 1);
  }
  if (is_done) raise({"EOP"});
}

/// PM0075 §2.3.3: half-words alone, others are bus errors; so is, here, PG clear.
bool HalfWordFlash::program(std::uint32_t address, unsigned width, std::uint32_t value) {
  if (chip_.option_bytes().contains(address, width)) return program_option(address, width, value);
  if (width != 2 || !is_set("PG") || !chip_.flash().contains(address, width)) return false;
  if (is_protected(address)) {
    raise({"WRPRTERR"});
  } else if (chip_.program(address, bytes_of(value, 2)) != MemoryStatus::Ok) {
    raise({"PGERR"});
  } else {
    raise({"EOP"});
  }
  return true;
}

/// PM0075 §2.5: of the half-word the low byte counts; the hardware computes its complement. PGERR:
/// it was not erased.
bool HalfWordFlash::program_option(std::uint32_t address, unsigned width, std::uint32_t value) {
  if (width != 2 || !is_set("OPTPG") || !is_set("OPTWRE")) return false;
  const ByteView held = chip_.option_bytes().view(address, width);
  const std::uint8_t erased = chip_.option_bytes().spec().erased_value;
  if (held[0] != erased || held[1] != erased) {
    raise({"PGERR"});
    return true;
  }
  const auto byte = static_cast<std::uint8_t>(value);
  chip_.store_option_bytes(address, Bytes{byte, static_cast<std::uint8_t>(~byte)});
  raise({"EOP"});
  return true;
}

}  // namespace dfurig::stm32
