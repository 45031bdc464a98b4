// Memory: what can be read, and what a bootloader or firmware can change.
#include <algorithm>
#include <utility>

#include "stm32/chip.h"
#include "stm32/otp.h"

namespace dfurig::stm32 {
namespace {

/// From an address to the next border of one of the windows, and whether that piece is in one.
struct Piece {
  std::uint32_t size = 0;
  bool is_inside = false;
};
Piece next_piece(const std::vector<Window>& windows, std::uint32_t address, std::uint32_t size) {
  Piece piece{size, false};
  for (const Window& window : windows) {
    if (address >= window.address && address - window.address < window.size) {
      return {std::min(size, window.size - (address - window.address)), true};
    }
    if (window.address > address) piece.size = std::min(piece.size, window.address - address);
  }
  return piece;
}

/// AN3156: the first byte is the supply range, 0 to 4; the others are reserved and stay 0xFF.
constexpr std::uint8_t supply_range_max = 4;

MemoryStatus status_of(FlashStatus status) {
  switch (status) {
    case FlashStatus::Ok:
      return MemoryStatus::Ok;
    case FlashStatus::OutOfRange:
      return MemoryStatus::BadAddress;
    case FlashStatus::ProgramRefused:
    case FlashStatus::Failed:
      return MemoryStatus::Failed;
  }
  return MemoryStatus::Failed;
}

}  // namespace

Bytes Chip::initial_content(const MemorySpec& spec) {
  const bool is_zero = spec.kind == MemoryKind::Ram || spec.kind == MemoryKind::Eeprom;
  Bytes content(spec.size, is_zero ? 0x00 : 0xFF);
  std::copy(spec.initial.begin(), spec.initial.end(), content.begin());
  return content;
}

Chip::Region* Chip::find_region(std::uint32_t address, std::uint32_t size) {
  return const_cast<Region*>(std::as_const(*this).find_region(address, size));
}

const Chip::Region* Chip::find_region(std::uint32_t address, std::uint32_t size) const {
  for (const Region& region : regions_) {
    const std::uint32_t offset = address - region.spec.base;
    if (address >= region.spec.base && offset <= region.content.size() &&
        size <= region.content.size() - offset) {
      return &region;
    }
  }
  return nullptr;
}

bool Chip::is_readable(std::uint32_t address, std::uint32_t size) const {
  return flash_.contains(address, size) || option_bytes_.contains(address, size) ||
         find_region(address, size) != nullptr;
}

MemoryStatus Chip::read_memory(std::uint32_t address, std::span<std::uint8_t> into) const {
  const auto size = static_cast<std::uint32_t>(into.size());
  ByteView from;
  if (flash_.contains(address, size)) {
    from = flash_.view(address, size);
  } else if (option_bytes_.contains(address, size)) {
    from = option_bytes_.view(address, size);
  } else if (const Region* region = find_region(address, size)) {
    from = ByteView(region->content).subspan(address - region->spec.base, size);
  } else {
    return MemoryStatus::BadAddress;
  }
  std::copy(from.begin(), from.end(), into.begin());
  if (flash_.contains(address, size)) hide_unreadable(address, into);
  return MemoryStatus::Ok;
}

/// RM0440 §3.5.2: a data read there sets RDERR. That it gets zeros is seen by a debugger
/// (community.st.com td-p/832003); no source says what a bootloader makes of RDERR.
void Chip::hide_unreadable(std::uint32_t address, std::span<std::uint8_t> bytes) const {
  if (bytes.empty()) return;
  const auto size = static_cast<std::uint32_t>(bytes.size());
  const std::vector<Window> unreadable = unreadable_flash({address, size});
  while (!unreadable.empty() && !bytes.empty()) {
    const Piece piece = next_piece(unreadable, address, static_cast<std::uint32_t>(bytes.size()));
    if (piece.is_inside) std::ranges::fill(bytes.first(piece.size), 0x00);
    address += piece.size;
    bytes = bytes.subspan(piece.size);
  }
}

bool Chip::is_write_protected(std::size_t sector) const {
  const std::vector<FlashLayout>& layouts = spec_.flash.layouts;
  if (layouts.empty() || !layouts[flash_layout_].write_protection) {
    return option_bytes_.is_write_protected(sector);
  }
  return option_bytes_.is_write_protected(*layouts[flash_layout_].write_protection, sector);
}

std::vector<Window> Chip::protected_sectors(const Window& where) const {
  std::vector<Window> windows;
  const std::uint32_t last = where.address + where.size - 1;
  for (std::size_t i = *flash_.find_sector_index(where.address); i < flash_.sectors().size(); ++i) {
    const Sector& sector = flash_.sectors()[i];
    if (sector.address > last) break;
    if (is_write_protected(i)) windows.push_back({sector.address, sector.size});
  }
  return windows;
}

/// Flash from one border of what PCROP hides to the next.
MemoryView Chip::flash_view(std::uint32_t address) const {
  const std::uint32_t base = spec_.flash.base;
  const std::uint32_t size = spec_.flash.size();
  const std::vector<Window> unreadable = unreadable_flash({base, size});
  std::uint32_t start = base;
  Piece piece = next_piece(unreadable, start, size);
  while (address - start >= piece.size) {
    start += piece.size;
    piece = next_piece(unreadable, start, size - (start - base));
  }
  return {start,   piece.size,       flash_.content().data() + (start - base),
          nullptr, !piece.is_inside, true};
}

std::vector<Window> Chip::unreadable_flash(const Window& where) const {
  if (option_bytes_.is_pcrop_mode()) return protected_sectors(where);
  return option_bytes_.pcrop_areas();
}

/// What is protected from reads is protected from writes.
std::vector<Window> Chip::unwritable_flash(const Window& where) const {
  std::vector<Window> windows = protected_sectors(where);
  for (const Window& area : option_bytes_.pcrop_areas()) windows.push_back(area);
  return windows;
}

MemoryStatus Chip::program(std::uint32_t address, ByteView data) {
  const auto size = static_cast<std::uint32_t>(data.size());
  if (flash_.contains(address, 1)) return status_of(program_flash(address, data));
  Region* region = find_region(address, size);
  if (region == nullptr) return MemoryStatus::BadAddress;
  const std::size_t offset = address - region->spec.base;
  const std::span<std::uint8_t> content = std::span(region->content).subspan(offset, size);
  switch (region->spec.kind) {
    case MemoryKind::SystemMemory:
      return MemoryStatus::BadAddress;
    case MemoryKind::Otp:
      return program_otp(region->spec, region->content, offset, data) ? MemoryStatus::Ok
                                                                      : MemoryStatus::Failed;
    case MemoryKind::DeviceFeature:
      if (offset != 0 || data.empty() || data[0] > supply_range_max)
        return MemoryStatus::BadAddress;
      content[0] = data[0];
      return MemoryStatus::Ok;
    case MemoryKind::Ram:
    case MemoryKind::Eeprom:
      std::copy(data.begin(), data.end(), content.begin());
      return MemoryStatus::Ok;
  }
  return MemoryStatus::BadAddress;
}

FlashStatus Chip::program_flash(std::uint32_t address, ByteView data) {
  const auto size = static_cast<std::uint32_t>(data.size());
  if (!flash_.contains(address, size)) return FlashStatus::OutOfRange;
  if (data.empty()) return FlashStatus::Ok;
  const std::vector<Window> unwritable = unwritable_flash({address, size});
  while (!data.empty()) {
    const Piece piece = next_piece(unwritable, address, static_cast<std::uint32_t>(data.size()));
    if (!piece.is_inside) {
      const FlashStatus status = flash_.program(address, data.first(piece.size));
      if (status != FlashStatus::Ok) return status;
    }
    address += piece.size;
    data = data.subspan(piece.size);
  }
  return FlashStatus::Ok;
}

MemoryStatus Chip::erase_sector(std::uint32_t address) {
  if (const auto sector = flash_.find_sector(address)) {
    const Window where{sector->address, sector->size};
    const Piece first = next_piece(unwritable_flash(where), where.address, where.size);
    if (first.is_inside || first.size < sector->size) return MemoryStatus::Ok;
  }
  return status_of(flash_.erase_sector(address));
}

MemoryStatus Chip::mass_erase() {
  if (!unwritable_flash({spec_.flash.base, spec_.flash.size()}).empty()) return MemoryStatus::Ok;
  return status_of(flash_.erase_all());
}

void Chip::clear_ram() {
  clear(MemoryKind::Ram);
}

void Chip::erase_protected() {
  flash_.erase_all();
  clear(MemoryKind::Eeprom);
}

void Chip::clear(MemoryKind kind) {
  for (Region& region : regions_) {
    if (region.spec.kind == kind) region.content = initial_content(region.spec);
  }
}

}  // namespace dfurig::stm32
