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

bool can_program(ByteView unit, ByteView data, const FlashSpec& spec) {
  if (spec.over_written == ProgramOverWritten::And) return true;
  const auto is_erased = [&spec](std::uint8_t byte) { return byte == spec.erased_value; };
  const auto is_zero = [](std::uint8_t byte) { return byte == 0; };
  return std::all_of(unit.begin(), unit.end(), is_erased) ||
         std::all_of(data.begin(), data.end(), is_zero);
}

}  // namespace

FlashStatus FlashCells::program(std::uint32_t, std::span<std::uint8_t> cells, ByteView data,
                                const FlashSpec& spec) {
  if (!can_program(cells, data, spec)) return FlashStatus::ProgramRefused;
  for (std::size_t i = 0; i < data.size(); ++i) {
    // Programming drives bits away from the erased level and never back.
    cells[i] = spec.erased_value == 0 ? cells[i] | data[i] : cells[i] & data[i];
  }
  return FlashStatus::Ok;
}

FlashStatus FlashCells::erase(std::uint32_t, std::span<std::uint8_t> cells, const FlashSpec& spec) {
  std::ranges::fill(cells, spec.erased_value);
  return FlashStatus::Ok;
}

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
    const auto at = static_cast<std::uint32_t>(address + done);
    const FlashStatus status = cells_->program(at, unit, piece, spec_);
    if (status != FlashStatus::Ok) return status;
  }
  return FlashStatus::Ok;
}

FlashStatus Flash::erase_sector(std::uint32_t address) {
  const std::optional<Sector> sector = find_sector(address);
  if (!sector) return FlashStatus::OutOfRange;
  ++version_;
  const std::size_t start = sector->address - spec_.base;
  return cells_->erase(sector->address, std::span(content_).subspan(start, sector->size), spec_);
}

FlashStatus Flash::erase_all() {
  ++version_;
  return cells_->erase(spec_.base, content_, spec_);
}

FlashStatus Flash::preload(std::uint32_t address, ByteView data) {
  if (!contains(address, static_cast<std::uint32_t>(data.size()))) return FlashStatus::OutOfRange;
  ++version_;
  std::copy(data.begin(), data.end(), content_.begin() + (address - spec_.base));
  return FlashStatus::Ok;
}

}  // namespace dfurig::stm32
