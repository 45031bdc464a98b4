#include "stm32/flash.h"

#include <algorithm>
#include <cassert>

namespace dfurig::stm32 {
namespace {

std::vector<Sector> place(std::uint32_t base, const std::vector<SectorRun>& runs) {
  std::vector<Sector> sectors;
  std::uint32_t address = base;
  for (const SectorRun& run : runs) {
    for (unsigned i = 0; i < run.count; ++i) {
      sectors.push_back({address, run.size});
      address += run.size;
    }
  }
  return sectors;
}

}  // namespace

std::uint32_t FlashSpec::size() const {
  std::uint32_t total = 0;
  for (const SectorRun& run : sectors) total += run.count * run.size;
  return total;
}

Flash::Flash(const FlashSpec& spec)
    : spec_(spec),
      sectors_(place(spec.base, spec.sectors)),
      content_(spec.size(), spec.erased_value) {
  assert(spec.program_unit > 0);
}

void Flash::lay_out(const std::vector<SectorRun>& sectors) {
  sectors_ = place(spec_.base, sectors);
  assert(sectors_.back().address + sectors_.back().size - spec_.base == content_.size());
}

bool Flash::contains(std::uint32_t address, std::uint32_t size) const {
  return address >= spec_.base && address - spec_.base <= content_.size() &&
         size <= content_.size() - (address - spec_.base);
}

std::optional<std::size_t> Flash::find_sector_index(std::uint32_t address) const {
  for (std::size_t i = 0; i < sectors_.size(); ++i) {
    if (address >= sectors_[i].address && address - sectors_[i].address < sectors_[i].size) {
      return i;
    }
  }
  return std::nullopt;
}

std::optional<Sector> Flash::find_sector(std::uint32_t address) const {
  const auto index = find_sector_index(address);
  if (!index) return std::nullopt;
  return sectors_[*index];
}

ByteView Flash::view(std::uint32_t address, std::uint32_t size) const {
  assert(contains(address, size));
  return ByteView(content_).subspan(address - spec_.base, size);
}

bool Flash::can_program(ByteView unit, ByteView data) const {
  if (spec_.over_written == ProgramOverWritten::And) return true;
  const auto is_erased = [this](std::uint8_t byte) { return byte == spec_.erased_value; };
  const auto is_zero = [](std::uint8_t byte) { return byte == 0; };
  return std::all_of(unit.begin(), unit.end(), is_erased) ||
         std::all_of(data.begin(), data.end(), is_zero);
}

FlashStatus Flash::program(std::uint32_t address, ByteView data) {
  if (!contains(address, static_cast<std::uint32_t>(data.size()))) return FlashStatus::OutOfRange;
  ++version_;
  const std::size_t start = address - spec_.base;
  // RM0351 §3.7.5, PGAERR; AN2606: a misaligned write fails.
  if (start % spec_.program_unit != 0) return FlashStatus::ProgramRefused;
  if (spec_.odd_tail == OddTail::Dropped) {
    data = data.first(data.size() - data.size() % spec_.program_unit);
  }
  for (std::size_t done = 0; done < data.size(); done += spec_.program_unit) {
    const ByteView piece =
        data.subspan(done, std::min<std::size_t>(spec_.program_unit, data.size() - done));
    const std::span<std::uint8_t> unit = std::span(content_).subspan(start + done, piece.size());
    if (!can_program(unit, piece)) return FlashStatus::ProgramRefused;
    for (std::size_t i = 0; i < piece.size(); ++i) {
      // Programming drives bits away from the erased level and never back.
      unit[i] = spec_.erased_value == 0 ? unit[i] | piece[i] : unit[i] & piece[i];
    }
  }
  return FlashStatus::Ok;
}

FlashStatus Flash::erase_sector(std::uint32_t address) {
  const std::optional<Sector> sector = find_sector(address);
  if (!sector) return FlashStatus::OutOfRange;
  ++version_;
  const auto start = content_.begin() + (sector->address - spec_.base);
  std::fill(start, start + sector->size, spec_.erased_value);
  return FlashStatus::Ok;
}

void Flash::erase_all() {
  ++version_;
  std::fill(content_.begin(), content_.end(), spec_.erased_value);
}

FlashStatus Flash::preload(std::uint32_t address, ByteView data) {
  if (!contains(address, static_cast<std::uint32_t>(data.size()))) return FlashStatus::OutOfRange;
  ++version_;
  std::copy(data.begin(), data.end(), content_.begin() + (address - spec_.base));
  return FlashStatus::Ok;
}

}  // namespace dfurig::stm32
