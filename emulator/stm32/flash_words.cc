#include <algorithm>

#include "stm32/chip.h"
#include "stm32/flash_kinds.h"

namespace dfurig::stm32 {

FlashBank::FlashBank(RegisterBlock& block, Chip& chip, std::size_t position)
    : FlashInterface(block, chip, position == 0 ? "CR1" : "CR2", position == 0 ? "SR1" : "SR2",
                     position == 0 ? "1" : "2"),
      position_(position),
      sectors_max_(largest_number("SNB") + 1) {}

std::size_t FlashBank::sector_count() const {
  const std::size_t sectors = chip_.flash().sectors().size();
  return sectors <= first_sector() ? 0 : std::min(sectors_max_, sectors - first_sector());
}

bool FlashBank::contains(std::uint32_t address) const {
  const auto sector = chip_.flash().find_sector_index(address);
  return sector && *sector >= first_sector() && *sector < first_sector() + sector_count();
}

void FlashBank::command(std::size_t, std::uint32_t word) {
  if ((word & mask(control_, "FW")) != 0 && !buffer_.empty()) program_buffer();
  if ((word & mask(control_, "START")) == 0) return;
  bool is_done = false;
  if (is_set("BER")) {
    is_done = erase_sectors(first_sector(), sector_count());
  } else if (is_set("SER") && number("SNB") < sector_count()) {
    is_done = erase_sectors(first_sector() + number("SNB"), 1);
  }
  if (is_done) raise({"EOP"});
}

/// RM0433 §4.3.9 (not checked against the text): PGSERR without PG, INCERR for another word than
/// the one that has begun.
bool FlashBank::program(std::uint32_t address, unsigned width, std::uint32_t value) {
  const std::uint32_t size = chip_.spec().flash.program_unit;
  const std::uint32_t word = address - address % size;
  if (!is_set("PG")) {
    raise({"PGSERR"});
  } else if (is_protected(address)) {
    raise({"WRPERR"});
  } else if (!buffer_.empty() && word != word_) {
    raise({"INCERR"});
  } else {
    word_ = word;
    const Bytes bytes = bytes_of(value, width);
    for (unsigned i = 0; i < width; ++i) buffer_[address % size + i] = bytes[i];
    if (buffer_.size() == size) program_buffer();
    show_buffer();
  }
  return true;
}

/// "All bits not written are set to 1" (RM0433, FW1). A word that was not erased would have a wrong
/// ECC: that is not emulated, and it keeps its content unless all of it becomes 0.
void FlashBank::program_buffer() {
  Bytes bytes(chip_.spec().flash.program_unit, 0xFF);
  for (const auto& [offset, byte] : buffer_) bytes[offset] = byte;
  buffer_.clear();
  if (chip_.program(word_, bytes) != MemoryStatus::Ok) {
    block_.count(control_, "programs flash that is not erased");
  }
  raise({"EOP"});
  show_buffer();
}

/// WBNE: the write buffer is not empty.
void FlashBank::show_buffer() {
  if (buffer_.empty()) {
    clear("WBNE");
  } else {
    raise({"WBNE"});
  }
}

FlashOfBanks::FlashOfBanks(RegisterBlock& block, Chip& chip)
    : banks_{FlashBank(block, chip, 0), FlashBank(block, chip, 1)} {}

void FlashOfBanks::reset() {
  for (FlashBank& bank : banks_) bank.reset();
}

void FlashOfBanks::command(std::size_t index, std::uint32_t word) {
  for (FlashBank& bank : banks_) {
    if (bank.is_controlled_by(index)) bank.command(index, word);
  }
}

bool FlashOfBanks::program(std::uint32_t address, unsigned width, std::uint32_t value) {
  const auto bank = std::ranges::find_if(
      banks_, [=](const FlashBank& candidate) { return candidate.contains(address); });
  return bank != banks_.end() && bank->program(address, width, value);
}

}  // namespace dfurig::stm32
