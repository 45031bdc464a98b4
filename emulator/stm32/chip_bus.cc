// The chip as a core sees it: memory by pointer, time, and pins that change.
#include <algorithm>

#include "stm32/chip.h"
#include "stm32/clock_tree.h"

namespace dfurig::stm32 {
namespace {

constexpr std::uint64_t nanoseconds_per_second = 1'000'000'000;

/// Pins that are outputs and drive a level: one bit each.
std::uint32_t output_pins(const RegisterBlock& port) {
  std::uint32_t outputs = 0;
  const bool is_f1 = port.find("CRL").has_value();
  for (unsigned pin = 0; pin < pins_per_port; ++pin) {
    const std::uint32_t f1 = port.value_of(pin < 8 ? "CRL" : "CRH") >> 4 * (pin % 8) & 0xF;
    const bool is_output =
        is_f1 ? (f1 & 3) != 0 && (f1 & 8) == 0 : (port.value_of("MODER") >> 2 * pin & 3) == 1;
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
  is_control_.assign(blocks_.size(), false);
  for (const RegisterBlock& block : blocks_) {
    const BlockSpec& spec = block.spec();
    gates_.push_back(
        {resolve(spec.clock_enable), spec.clock_enable.has_value(), resolve(spec.reset_bit)});
    const RegisterBlock* holder = gates_.back().reset.block;
    if (holder != nullptr) is_control_[static_cast<std::size_t>(holder - blocks_.data())] = true;
  }
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    if (blocks_[i].spec().name == "RCC") is_control_[i] = true;
  }
}

/// SYSCFG's MEM_MODE (RM0351 §9.2.1, RM0090 §9.2.1, RM0376 §10.2.1): 0 main flash, 1 system memory,
/// 3 SRAM. The F1 has none, and runs from main flash.
std::optional<std::uint32_t> Chip::boot_memory() const {
  const RegisterBlock* syscfg = find_block("SYSCFG");
  std::uint32_t mem_mode = 0;
  for (const char* name : {"MEMRMP", "MEMRM", "CFGR1"}) {
    if (syscfg != nullptr && syscfg->find(name)) {
      mem_mode = syscfg->value_of(name) & 3;
      break;
    }
  }
  if (mem_mode == 0) return spec_.flash.base;
  const MemoryKind kind = mem_mode == 1 ? MemoryKind::SystemMemory : MemoryKind::Ram;
  for (const MemorySpec& memory : spec_.memories) {
    if (memory.kind == kind && mem_mode != 2) return memory.base;
  }
  return std::nullopt;
}

std::optional<MemoryView> Chip::view_of(std::uint32_t address) {
  if (flash_.contains(address, 1)) {
    const bool is_readable = unreadable_flash({spec_.flash.base, spec_.flash.size()}).empty();
    return MemoryView{spec_.flash.base, spec_.flash.size(), flash_.content().data(),
                      nullptr,          is_readable,        true};
  }
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
  const auto base = boot_memory();
  auto view = base ? view_of(*base + address) : std::nullopt;
  if (!view || address >= view->size) return std::nullopt;
  view->base = 0;
  return view;
}

void Chip::advance(std::uint64_t cycles) {
  cycles_ += cycles;
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

void Chip::follow_write(RegisterBlock& block) {
  const auto index = static_cast<std::size_t>(&block - blocks_.data());
  if (is_control_[index]) {
    hold_blocks_in_reset();
    follow_clocks();
  }
  if (block.spec().name == "SYSCFG") ++map_version_;
  if (block.spec().kind.starts_with("gpio")) follow_pins(block);
}

void Chip::follow_clocks() {
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
  const std::uint64_t hz = frequency_of(spec_.clocks, "HCLK", read_field);
  if (hz == hclk_hz_) return;
  since_ = now();
  cycles_ = 0;
  has_clock_changed_ = hclk_hz_ != 0;
  hclk_hz_ = hz;
}

void Chip::follow_pins(const RegisterBlock& port) {
  const std::uint32_t outputs = output_pins(port);
  const std::uint32_t levels = outputs & port.value_of("ODR");
  std::uint32_t& known = output_levels_[port.spec().name];
  const std::uint32_t changed = known ^ levels;
  known = levels;
  for (unsigned pin = 0; changed >> pin != 0 && pin < pins_per_port; ++pin) {
    if ((changed >> pin & 1) == 0) continue;
    const bool level = (levels >> pin & 1) != 0;
    const std::string name = "P" + port.spec().name.substr(4) + std::to_string(pin);
    if (++pin_change_count_ <= pin_changes_max) pin_changes_.push_back({now(), name, level});
    if (wanted_pin_ && wanted_pin_->pin == name && wanted_pin_->level == level)
      has_pin_come_ = true;
  }
}

}  // namespace dfurig::stm32
