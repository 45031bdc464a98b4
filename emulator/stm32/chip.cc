#include "stm32/chip.h"

#include <algorithm>
#include <array>
#include <utility>

#include "stm32/otp.h"
#include "support/hex.h"

namespace dfurig::stm32 {
namespace {

Bytes initial_content(const MemorySpec& spec) {
  const bool is_zero = spec.kind == MemoryKind::Ram || spec.kind == MemoryKind::Eeprom;
  Bytes content(spec.size, is_zero ? 0x00 : 0xFF);
  std::copy(spec.initial.begin(), spec.initial.end(), content.begin());
  return content;
}

std::pair<std::string, std::string> split_name(const std::string& register_name) {
  const std::size_t dot = register_name.find('.');
  if (dot == std::string::npos) return {register_name, ""};
  return {register_name.substr(0, dot), register_name.substr(dot + 1)};
}

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
      return MemoryStatus::Failed;
  }
  return MemoryStatus::Failed;
}

}  // namespace

Chip::Chip(const ChipSpec& spec)
    : spec_(spec), flash_(spec.flash), option_bytes_(spec.option_bytes) {
  for (const MemorySpec& memory : spec_.memories) {
    regions_.push_back({memory, initial_content(memory)});
  }
  for (const BlockSpec& block : spec_.blocks) blocks_.emplace_back(block, not_emulated_);
  resolve_gates();
  follow_clocks();
}

void Chip::reset(ResetKind kind) {
  for (RegisterBlock& block : blocks_) block.reset();
  output_levels_.clear();
  ++map_version_;
  follow_clocks();
  if (kind == ResetKind::PowerOn) clear_ram();
  if (kind != ResetKind::System) load_option_bytes();
}

void Chip::load_option_bytes() {
  option_bytes_.load();
  const std::vector<FlashLayout>& layouts = spec_.flash.layouts;
  for (std::size_t i = 0; i < layouts.size(); ++i) {
    const bool bit = (option_bytes_.loaded()[layouts[i].byte] >> layouts[i].bit & 1) != 0;
    if (bit != layouts[i].value) continue;
    flash_layout_ = i;
    flash_.lay_out(layouts[i].sectors);
    return;
  }
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

RegisterBlock* Chip::find_block_at(std::uint32_t address) {
  const auto is_in = [address](const BlockSpec& spec) { return address - spec.base < spec.size; };
  if (last_ != nullptr && is_in(last_->spec())) return last_;
  for (RegisterBlock& block : blocks_) {
    if (is_in(block.spec())) return last_ = &block;
  }
  return nullptr;
}

RegisterBlock* Chip::find_block(const std::string& name) {
  for (RegisterBlock& block : blocks_) {
    if (block.spec().name == name) return &block;
  }
  return nullptr;
}

const RegisterBlock* Chip::find_block(const std::string& name) const {
  return const_cast<Chip*>(this)->find_block(name);
}

/// A peripheral without its clock, or held in reset, takes no writes and reads 0.
bool Chip::takes_accesses(const RegisterBlock& block, const char* what) {
  const Gate& gate = gates_[static_cast<std::size_t>(&block - blocks_.data())];
  const bool is_clocked = !gate.is_gated || gate.clock_enable.is_set();
  if (is_clocked && !gate.reset.is_set()) return true;
  not_emulated_.count(block.spec().name + " " + what +
                      (is_clocked ? " while held in reset" : " without its clock"));
  return false;
}

/// ARMv7-M: an unaligned access to a peripheral faults.
bool Chip::is_aligned(std::uint32_t address, unsigned width, const char* what) {
  if (address % width == 0) return true;
  not_emulated_.count(std::string("unaligned ") + what + " at " + hex(address));
  return false;
}

/// A reset bit set in RCC forces the registers of its peripheral to their reset values.
void Chip::hold_blocks_in_reset() {
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    if (gates_[i].reset.is_set()) blocks_[i].reset();
  }
}

std::optional<std::uint32_t> Chip::read(std::uint32_t address, unsigned width) {
  if (RegisterBlock* block = find_block_at(address)) {
    if (!is_aligned(address, width, "read")) return std::nullopt;
    if (!takes_accesses(*block, "read")) return 0;
    return block->read(address - block->spec().base, width);
  }
  std::array<std::uint8_t, 4> bytes{};
  if (read_memory(address, std::span(bytes).first(width)) == MemoryStatus::Ok) {
    return ByteReader(bytes).u32le();
  }
  not_emulated_.count("read at " + hex(address) + ", where nothing is mapped");
  return std::nullopt;
}

bool Chip::write(std::uint32_t address, unsigned width, std::uint32_t value) {
  if (RegisterBlock* block = find_block_at(address)) {
    if (!is_aligned(address, width, "write")) return false;
    if (!takes_accesses(*block, "written")) return true;
    block->write(address - block->spec().base, width, value);
    follow_write(*block);
    return true;
  }
  Region* region = find_region(address, width);
  if (region == nullptr || region->spec.kind != MemoryKind::Ram) {
    not_emulated_.count("write at " + hex(address) + ", where nothing takes it");
    return false;
  }
  for (unsigned i = 0; i < width; ++i) {
    region->content[address - region->spec.base + i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
  return true;
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
  if (unwritable_flash({spec_.flash.base, spec_.flash.size()}).empty()) flash_.erase_all();
  return MemoryStatus::Ok;
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

std::optional<std::uint32_t> Chip::peek(const std::string& register_name) const {
  const auto [block_name, name] = split_name(register_name);
  const RegisterBlock* block = find_block(block_name);
  return block == nullptr ? std::nullopt : block->peek(name);
}

bool Chip::poke(const std::string& register_name, std::uint32_t value) {
  const auto [block_name, name] = split_name(register_name);
  RegisterBlock* block = find_block(block_name);
  return block != nullptr && block->poke(name, value);
}

std::optional<std::uint32_t> Chip::address_of(const std::string& register_name) const {
  const auto [block_name, name] = split_name(register_name);
  const RegisterBlock* block = find_block(block_name);
  if (block == nullptr) return std::nullopt;
  const auto index = block->find(name);
  if (!index) return std::nullopt;
  return block->spec().base + block->spec().registers[*index].offset;
}

/// Registers that can only be written have no content to show.
Snapshot Chip::snapshot() const {
  Snapshot snapshot;
  for (const RegisterBlock& block : blocks_) {
    for (std::size_t i = 0; i < block.spec().registers.size(); ++i) {
      const RegisterSpec& spec = block.spec().registers[i];
      if (spec.access == Access::WriteOnly) continue;
      snapshot.registers.emplace_back(block.spec().name + "." + spec.name, block.peek_at(i));
    }
  }
  return snapshot;
}

bool Chip::drive_pin(const std::string& name, std::optional<bool> level) {
  const std::optional<Pin> pin = parse_pin(name);
  RegisterBlock* port = pin ? find_block(pin->block) : nullptr;
  if (port == nullptr) return false;
  port->drive_pin(pin->number, level);
  return true;
}

}  // namespace dfurig::stm32
