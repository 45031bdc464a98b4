// The chip as a core sees it: memory by pointer, time, and pins that change.
#include <algorithm>

#include "stm32/chip.h"
#include "stm32/clock_tree.h"

namespace dfurig::stm32 {
namespace {

constexpr std::uint64_t nanoseconds_per_second = 1'000'000'000;

/// Pins whose level is their ODR bit: one bit each. `modes` are CRL and CRH of an F1, or MODER.
std::uint32_t output_pins(const std::array<std::uint32_t, 2>& modes, bool is_f1) {
  std::uint32_t outputs = 0;
  for (unsigned pin = 0; pin < pins_per_port; ++pin) {
    const std::uint32_t f1 = modes[pin / 8] >> 4 * (pin % 8) & 0xF;
    const bool is_output = is_f1 ? (f1 & 3) != 0 && (f1 & 8) == 0 : (modes[0] >> 2 * pin & 3) == 1;
    if (is_output) outputs |= 1u << pin;
  }
  return outputs;
}

}  // namespace

Chip::Bit Chip::resolve(const std::optional<BitReference>& reference) const {
  if (!reference) return {};
  const RegisterBlock* block = find_block(reference->block);
  const auto index = block == nullptr ? std::nullopt : block->find(reference->register_name);
  return index ? Bit{block, *index, 1u << reference->bit} : Bit{};
}

void Chip::resolve_gates() {
  for (const RegisterBlock& block : blocks_) {
    const BlockSpec& spec = block.spec();
    gates_.push_back(
        {resolve(spec.clock_enable), spec.clock_enable.has_value(), resolve(spec.reset_bit)});
  }
}

void Chip::resolve_roles() {
  mem_mode_ = find_mem_mode();
  roles_.resize(blocks_.size());
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    const BlockSpec& spec = blocks_[i].spec();
    if (spec.name == "RCC") roles_[i].is_control = true;
    roles_[i].is_syscfg = spec.name == "SYSCFG";
    if (spec.kind.starts_with("gpio")) roles_[i].port = Port{"P" + spec.name.substr(4)};
    const RegisterBlock* holder = gates_[i].reset.block;
    if (holder != nullptr) roles_[position_of(*holder)].is_control = true;
  }
}

/// The field that says what is at 0. The F7's MEM_BOOT is another: it tells what a boot pin chose.
Chip::Field Chip::find_mem_mode() const {
  const RegisterBlock* syscfg = find_block("SYSCFG");
  if (syscfg == nullptr) return {};
  for (std::size_t i = 0; i < syscfg->spec().registers.size(); ++i) {
    for (const FieldSpec& field : syscfg->spec().registers[i].fields) {
      if (field.name == "MEM_MODE") return {syscfg, i, field_mask(field), field.lsb};
    }
  }
  return {};
}

/// SYSCFG's MEM_MODE (RM0351 §9.2.1, RM0090 §9.2.1, RM0376 §10.2.1): 0 main flash, 1 system memory,
/// 3 SRAM; other values are external memories. The F1 has none, and runs from main flash.
std::optional<Window> Chip::boot_memory() const {
  const std::uint32_t mem_mode = mem_mode_.value();
  if (mem_mode == 0) return Window{spec_.flash.base, spec_.flash.size()};
  if (mem_mode != 1 && mem_mode != 3) return std::nullopt;
  const MemoryKind kind = mem_mode == 1 ? MemoryKind::SystemMemory : MemoryKind::Ram;
  for (const MemorySpec& memory : spec_.memories) {
    if (memory.kind == kind) return Window{memory.base, memory.size};
  }
  return std::nullopt;
}

std::optional<MemoryView> Chip::view_of(std::uint32_t address) {
  if (flash_.contains(address, 1)) return flash_view(address);
  Region* region = find_region(address, 1);
  if (region == nullptr) return std::nullopt;
  const bool is_ram = region->spec.kind == MemoryKind::Ram;
  return MemoryView{region->spec.base,
                    region->spec.size,
                    region->content.data(),
                    is_ram ? region->content.data() : nullptr,
                    true,
                    is_ram};
}

/// What is not at its own address may be what boots at 0.
std::optional<MemoryView> Chip::find_memory(std::uint32_t address) {
  if (auto view = view_of(address)) return view;
  const auto boot = boot_memory();
  if (!boot || address >= boot->size) return std::nullopt;
  auto view = view_of(boot->address + address);
  if (view) view->base -= boot->address;
  return view;
}

void Chip::advance(std::uint64_t cycles) {
  cycles_ += cycles;
  units_.advance(cycles);
}

std::chrono::nanoseconds Chip::now() const {
  if (hclk_hz_ == 0) return since_;
  const std::uint64_t seconds = cycles_ / hclk_hz_;
  const std::uint64_t rest = cycles_ % hclk_hz_ * nanoseconds_per_second / hclk_hz_;
  return since_ + std::chrono::nanoseconds(seconds * nanoseconds_per_second + rest);
}

std::uint64_t Chip::cycles_until(std::chrono::nanoseconds then) const {
  if (then <= now()) return 0;
  const auto left = static_cast<std::uint64_t>((then - now()).count());
  const std::uint64_t seconds = left / nanoseconds_per_second;
  const std::uint64_t rest = left % nanoseconds_per_second;
  return seconds * hclk_hz_ +
         (rest * hclk_hz_ + nanoseconds_per_second - 1) / nanoseconds_per_second;
}

bool Chip::take_attention() {
  has_clock_changed_ = false;
  return std::exchange(has_pin_come_, false);
}

std::optional<ResetCause> Chip::take_reset_request() {
  return std::exchange(reset_request_, std::nullopt);
}

void Chip::follow(RegisterBlock& block) {
  Role& role = roles_[position_of(block)];
  if (role.is_control) follow_clocks();
  if (role.is_syscfg) ++map_version_;
  if (role.port) follow_pins(block, *role.port);
}

std::uint64_t Chip::frequency(const std::string& clock) const {
  const auto read_field = [this](const std::string& register_name,
                                 const std::string& field) -> std::optional<std::uint32_t> {
    const auto word = peek(register_name);
    const std::size_t dot = register_name.find('.');
    const RegisterBlock* block = find_block(register_name.substr(0, dot));
    if (!word || block == nullptr) return std::nullopt;
    const RegisterSpec& spec = block->spec().registers[*block->find(register_name.substr(dot + 1))];
    const auto found = std::ranges::find(spec.fields, field, &FieldSpec::name);
    if (found == spec.fields.end()) return std::nullopt;
    return (*word & field_mask(*found)) >> found->lsb;
  };
  return frequency_of(spec_.clocks, clock, read_field);
}

void Chip::follow_clocks() {
  const std::uint64_t hz = frequency("HCLK");
  if (hz != hclk_hz_) {
    since_ = now();
    cycles_ = 0;
    has_clock_changed_ = hclk_hz_ != 0;
    hclk_hz_ = hz;
  }
  if (units_.is_empty()) return;
  std::map<std::string, std::uint64_t> frequencies;
  units_.set_clocks(hz, [&](const RegisterBlock& block) -> std::uint64_t {
    const Gate& gate = gates_[position_of(block)];
    if ((gate.is_gated && !gate.clock_enable.is_set()) || gate.reset.is_set()) return 0;
    const std::string& clock = block.spec().clock;
    const auto [found, is_new] = frequencies.try_emplace(clock, 0);
    if (is_new) found->second = frequency(clock);
    return found->second;
  });
}

void Chip::follow_pins(const RegisterBlock& block, Port& port) {
  const PortRegisters& at = block.port();
  const auto value = [&](std::optional<std::size_t> index) {
    return index ? block.value(*index) : 0;
  };
  const std::array modes = {value(at.crl ? at.crl : at.moder), value(at.crh)};
  if (modes != port.modes) {
    port.modes = modes;
    port.outputs = output_pins(modes, at.crl.has_value());
  }
  const std::uint32_t levels = port.outputs & value(at.odr);
  const std::uint32_t changed = port.levels ^ levels;
  if (changed == 0) return;
  port.levels = levels;
  for (unsigned pin = 0; changed >> pin != 0 && pin < pins_per_port; ++pin) {
    if ((changed >> pin & 1) == 0) continue;
    const bool level = (levels >> pin & 1) != 0;
    const std::string name = port.pins + std::to_string(pin);
    if (++pin_change_count_ <= pin_changes_max) pin_changes_.push_back({now(), name, level});
    if (wanted_pin_ && wanted_pin_->pin == name && wanted_pin_->level == level)
      has_pin_come_ = true;
  }
  units_.pins_changed();
}

/// Port 0 is GPIOA.
bool Chip::pin_level(unsigned port, unsigned pin) const {
  const RegisterBlock* block = find_block(std::string("GPIO") + static_cast<char>('A' + port));
  return block != nullptr && (block->peek("IDR").value_or(0) >> pin & 1) != 0;
}

}  // namespace dfurig::stm32
