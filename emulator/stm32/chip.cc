#include "stm32/chip.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <utility>

#include "support/hex.h"

namespace dfurig::stm32 {
namespace {

std::pair<std::string, std::string> split_name(const std::string& register_name) {
  const std::size_t dot = register_name.find('.');
  if (dot == std::string::npos) return {register_name, ""};
  return {register_name.substr(0, dot), register_name.substr(dot + 1)};
}

/// Registers that can only be written have no content to show.
bool is_shown(const RegisterSpec& spec) {
  return spec.access != Access::WriteOnly;
}

std::shared_ptr<const RegisterNames> names_of(const std::vector<BlockSpec>& blocks) {
  auto names = std::make_shared<RegisterNames>();
  for (const BlockSpec& block : blocks) {
    for (const RegisterSpec& spec : block.registers) {
      if (is_shown(spec)) names->push_back(block.name + "." + spec.name);
    }
  }
  return names;
}

}  // namespace

Chip::Chip(const ChipSpec& spec) : Chip(nullptr, spec) {}

Chip::Chip(ChipSpec&& spec) : Chip(std::make_unique<const ChipSpec>(std::move(spec)), spec) {}

Chip::Chip(std::unique_ptr<const ChipSpec> own, const ChipSpec& spec)
    : own_spec_(std::move(own)),
      spec_(own_spec_ ? *own_spec_ : spec),
      flash_(spec_.flash),
      option_bytes_(spec_.option_bytes) {
  for (const MemorySpec& memory : spec_.memories) {
    regions_.push_back({memory, initial_content(memory)});
  }
  blocks_.reserve(spec_.blocks.size());  // Their addresses are kept.
  for (const BlockSpec& block : spec_.blocks) blocks_.emplace_back(block, not_emulated_);
  for (RegisterBlock& block : blocks_) by_base_.emplace_back(block.spec().base, &block);
  std::ranges::sort(by_base_);
  register_names_ = names_of(spec_.blocks);
  resolve_gates();
  resolve_roles();
  if (RegisterBlock* flash = find_block("FLASH")) {
    flash_controller_ = make_flash_controller(*flash, *this);
    option_registers_.emplace(spec_.option_bytes, *flash);
    option_registers_->show(option_bytes_);
  }
  for (RegisterBlock& block : blocks_) {
    units_.add(make_unit(block, *this), block, position_of(block));
  }
  follow_clocks();
}

void Chip::reset(ResetKind kind) {
  reset(kind, kind == ResetKind::PowerOn          ? ResetCause::PowerOn
              : kind == ResetKind::OptionByteLoad ? ResetCause::OptionByteLoad
                                                  : ResetCause::Pin);
}

void Chip::reset(ResetKind kind, ResetCause cause) {
  units_.catch_up_all();
  reset_request_.reset();
  for (RegisterBlock& block : blocks_) block.reset(kind == ResetKind::PowerOn);
  for (Role& role : roles_) {
    if (role.port) role.port = Port{role.port->pins};
  }
  if (flash_controller_) flash_controller_->reset();
  set_reset_flags(cause);
  ++map_version_;
  follow_clocks();
  if (kind == ResetKind::PowerOn) clear_ram();
  const bool loads_options = kind != ResetKind::System || spec_.option_bytes.load_at_system_reset;
  if (loads_options) load_option_bytes();
  if (option_registers_) option_registers_->show(option_bytes_);
}

/// Every source of a reset pulls NRST low, so PINRSTF comes with it (RM0090 §6.1.1, RM0351 §6.1.2);
/// on the H7 CPURSTF, too (RM0433 §8.4.4, table 56). After power-on the flags are reset values.
void Chip::set_reset_flags(ResetCause cause) {
  static const std::set<std::string> every_reset = {"PINRSTF", "PADRSTF", "CPURSTF"};
  static const std::map<ResetCause, std::set<std::string>> flags = {
      {ResetCause::Pin, {}},
      {ResetCause::Software, {"SFTRSTF"}},
      {ResetCause::IndependentWatchdog, {"IWDGRSTF", "WDGRSTF", "IWDG1RSTF"}},
      {ResetCause::WindowWatchdog, {"WWDGRSTF", "WWDG1RSTF"}},
      {ResetCause::OptionByteLoad, {"OBLRSTF"}}};
  const auto own = flags.find(cause);
  RegisterBlock* rcc = find_block("RCC");
  if (own == flags.end() || rcc == nullptr) return;
  for (std::size_t i = 0; i < rcc->spec().registers.size(); ++i) {
    const RegisterSpec& spec = rcc->spec().registers[i];
    if (spec.effect != "rcc_reset_flags") continue;
    for (const FieldSpec& field : spec.fields) {
      const bool is_set = every_reset.contains(field.name) || own->second.contains(field.name);
      if (is_set) rcc->value(i) |= field_mask(field);
    }
  }
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

void Chip::change_option_bytes(const std::function<void()>& change) {
  const bool was_level0 = option_bytes_.is_level0_programmed();
  change();
  const bool is_level0 = !was_level0 && option_bytes_.is_level0_programmed();
  if (is_level0 && option_bytes_.read_protection() == ReadProtection::Level1) erase_protected();
}

void Chip::program_option_registers() {
  if (!option_registers_) return;
  const Bytes content = option_registers_->merge(option_bytes_.content());
  change_option_bytes([&] {
    std::size_t offset = 0;
    for (const Window& window : spec_.option_bytes.windows) {
      option_bytes_.begin_write(window.address, ByteView(content).subspan(offset, window.size));
      option_bytes_.finish_write();
      offset += window.size;
    }
  });
  const bool reads_loaded = spec_.option_bytes.after_programming == AfterProgramming::AsLoaded;
  if (reads_loaded) option_registers_->show(option_bytes_);
}

void Chip::store_option_bytes(std::uint32_t address, ByteView data) {
  change_option_bytes([&] { option_bytes_.store(address, data); });
}

/// What the flash interface programs, if it has a kind.
bool Chip::is_programmed_by_stores(std::uint32_t address, unsigned width) const {
  const Region* region = find_region(address, width);
  return flash_.contains(address, width) || option_bytes_.contains(address, width) ||
         (region != nullptr && region->spec.kind == MemoryKind::Eeprom);
}

RegisterBlock* Chip::find_block_at(std::uint32_t address) {
  const auto is_in = [address](const BlockSpec& spec) { return address - spec.base < spec.size; };
  if (last_ != nullptr && is_in(last_->spec())) return last_;
  const auto above = std::ranges::upper_bound(by_base_, address, {},
                                              &std::pair<std::uint32_t, RegisterBlock*>::first);
  if (above == by_base_.begin()) return nullptr;
  RegisterBlock* const below = std::prev(above)->second;
  return is_in(below->spec()) ? last_ = below : nullptr;
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
  const Gate& gate = gates_[position_of(block)];
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
    if (!gates_[i].reset.is_set()) continue;
    blocks_[i].reset();
    if (roles_[i].port) follow_pins(blocks_[i], *roles_[i].port);
  }
}

std::optional<std::uint32_t> Chip::read(std::uint32_t address, unsigned width) {
  if (RegisterBlock* block = find_block_at(address)) {
    if (!is_aligned(address, width, "read")) return std::nullopt;
    if (!takes_accesses(*block, "read")) return 0;
    units_.catch_up(position_of(*block));
    const std::uint32_t value = block->read(address - block->spec().base, width);
    units_.touched(position_of(*block));
    return value;
  }
  std::array<std::uint8_t, 4> bytes{};
  const auto into = std::span(bytes).first(width);
  if (read_mapped(address, into) == MemoryStatus::Ok) return ByteReader(bytes).u32le();
  return read_unknown(address, width);
}

MemoryStatus Chip::read_mapped(std::uint32_t address, std::span<std::uint8_t> into) const {
  const auto boot = boot_memory();
  const bool is_alias = boot && address < boot->size;
  const MemoryStatus status = read_memory(address, into);
  if (status == MemoryStatus::Ok || !is_alias) return status;
  return read_memory(boot->address + address, into);
}

/// The peripheral region of ARMv7-M and ARMv6-M (DDI 0403E §B3.1): what a model does not have
/// there may well be on the chip.
bool Chip::is_peripheral(std::uint32_t address) {
  return address >> 29 == 2;
}

std::optional<std::uint32_t> Chip::read_unknown(std::uint32_t address, unsigned width) {
  if (!is_peripheral(address)) {
    not_emulated_.count("read at " + hex(address) + ", where nothing is mapped");
    return std::nullopt;
  }
  if (!is_aligned(address, width, "read")) return std::nullopt;
  not_emulated_.count("read at " + hex(address) + ", a peripheral that is not modelled");
  return 0;
}

bool Chip::write_unknown(std::uint32_t address, unsigned width) {
  if (!is_peripheral(address)) {
    not_emulated_.count("write at " + hex(address) + ", where nothing takes it");
    return false;
  }
  if (!is_aligned(address, width, "write")) return false;
  not_emulated_.count("write at " + hex(address) + ", a peripheral that is not modelled");
  return true;
}

bool Chip::write(std::uint32_t address, unsigned width, std::uint32_t value) {
  if (RegisterBlock* block = find_block_at(address)) {
    if (!is_aligned(address, width, "write")) return false;
    if (takes_accesses(*block, "written")) {
      write_register(*block, address - block->spec().base, width, value);
    }
    return true;
  }
  if (flash_controller_ && is_programmed_by_stores(address, width) &&
      flash_controller_->program(address, width, value)) {
    return true;
  }
  Region* region = find_region(address, width);
  if (region == nullptr || region->spec.kind != MemoryKind::Ram) {
    return write_unknown(address, width);
  }
  for (unsigned i = 0; i < width; ++i) {
    region->content[address - region->spec.base + i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
  return true;
}

void Chip::write_register(RegisterBlock& block, std::uint32_t offset, unsigned width,
                          std::uint32_t value) {
  const std::size_t position = position_of(block);
  const bool is_control = roles_[position].is_control;
  if (is_control) {
    units_.catch_up_all();
  } else {
    units_.catch_up(position);
  }
  block.write(offset, width, value);
  units_.touched(position);
  if (is_control) hold_blocks_in_reset();
  follow(block);
  const auto command = block.take_command();
  if (command && flash_controller_) flash_controller_->command(command->index, command->word);
}

std::optional<std::uint32_t> Chip::peek(const std::string& register_name) const {
  const auto [block_name, name] = split_name(register_name);
  const RegisterBlock* block = find_block(block_name);
  return block == nullptr ? std::nullopt : block->peek(name);
}

bool Chip::poke(const std::string& register_name, std::uint32_t value) {
  const auto [block_name, name] = split_name(register_name);
  RegisterBlock* block = find_block(block_name);
  if (block == nullptr) return false;
  units_.catch_up_all();
  if (!block->poke(name, value)) return false;
  follow(*block);
  units_.touched(position_of(*block));
  return true;
}

std::optional<std::uint32_t> Chip::address_of(const std::string& register_name) const {
  const auto [block_name, name] = split_name(register_name);
  const RegisterBlock* block = find_block(block_name);
  if (block == nullptr) return std::nullopt;
  const auto index = block->find(name);
  if (!index) return std::nullopt;
  return block->spec().base + block->spec().registers[*index].offset;
}

Snapshot Chip::snapshot() const {
  Snapshot snapshot{register_names_, {}};
  snapshot.values.reserve(register_names_->size());
  for (const RegisterBlock& block : blocks_) {
    for (std::size_t i = 0; i < block.spec().registers.size(); ++i) {
      if (is_shown(block.spec().registers[i])) snapshot.values.push_back(block.peek_at(i));
    }
  }
  return snapshot;
}

bool Chip::drive_pin(const std::string& name, std::optional<bool> level) {
  const std::optional<Pin> pin = parse_pin(name);
  RegisterBlock* port = pin ? find_block(pin->block) : nullptr;
  if (port == nullptr) return false;
  port->drive_pin(pin->number, level);
  units_.pins_changed();
  return true;
}

}  // namespace dfurig::stm32
