#include "board/policy.h"

#include <algorithm>
#include <cassert>

#include "support/hex.h"

namespace dfurig::board {
namespace {

using model::RegisterAction;

constexpr const char* every_gpio_port = "*gpio";

std::uint32_t field_mask(unsigned lsb, unsigned width) {
  return (width >= 32 ? UINT32_MAX : (1u << width) - 1) << lsb;
}

/// Replaces `width` bits of a register's content.
void set_bits(stm32::Chip& chip, const std::string& register_name, unsigned lsb, unsigned width,
              std::uint32_t value) {
  const std::optional<std::uint32_t> old = chip.peek(register_name);
  assert(old && "the model was validated: its policies name registers that exist");
  const std::uint32_t mask = field_mask(lsb, width);
  chip.poke(register_name, (*old & ~mask) | (value << lsb & mask));
}

const stm32::RegisterSpec* find_register(const stm32::ChipSpec& spec, const std::string& block,
                                         const std::string& name) {
  for (const stm32::BlockSpec& it : spec.blocks) {
    if (it.name != block) continue;
    for (const stm32::RegisterSpec& candidate : it.registers) {
      if (candidate.name == name) return &candidate;
    }
  }
  return nullptr;
}

/// `target` is "RCC.CFGR" or "RCC.CFGR.SW".
void set_field(stm32::Chip& chip, const std::string& target, std::uint32_t value) {
  const std::size_t first = target.find('.');
  const std::size_t second = target.find('.', first + 1);
  const std::string register_name = target.substr(0, second);
  if (second == std::string::npos) return set_bits(chip, register_name, 0, 32, value);
  const std::string field_name = target.substr(second + 1);
  const stm32::RegisterSpec* spec = find_register(chip.spec(), target.substr(0, first),
                                                  target.substr(first + 1, second - first - 1));
  assert(spec != nullptr);
  for (const stm32::FieldSpec& field : spec->fields) {
    if (field.name == field_name) set_bits(chip, register_name, field.lsb, field.width, value);
  }
}

void reset_blocks(stm32::Chip& chip, const std::vector<std::string>& names) {
  for (const stm32::BlockSpec& block : chip.spec().blocks) {
    const bool is_meant = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return name == block.name || (name == every_gpio_port && block.kind.starts_with("gpio"));
    });
    if (is_meant) chip.find_block(block.name)->reset();
  }
}

/// Bits per pin of the GPIO registers a pin's configuration consists of (RM0351 §8.4).
unsigned bits_per_pin(const std::string& register_name) {
  if (register_name == "AFR") return 4;
  if (register_name == "OTYPER" || register_name == "ODR") return 1;
  return 2;
}

/// `pin` is "PA9".
void configure_pin(stm32::Chip& chip, const std::string& pin_name,
                   const std::map<std::string, std::uint32_t>& fields) {
  const stm32::Pin pin = stm32::parse_pin(pin_name).value();
  for (const auto& [name, value] : fields) {
    const unsigned width = bits_per_pin(name);
    const std::string split = name == "AFR" ? (pin.number < 8 ? "AFRL" : "AFRH") : name;
    const unsigned position = name == "AFR" ? pin.number % 8 : pin.number;
    set_bits(chip, pin.block + "." + split, position * width, width, value);
  }
}

void perform(const RegisterAction& action, stm32::Chip& chip) {
  switch (action.kind) {
    case RegisterAction::Kind::ResetBlocks:
      return reset_blocks(chip, action.blocks);
    case RegisterAction::Kind::SystemReset:
      return chip.reset(stm32::ResetKind::System);
    case RegisterAction::Kind::SetField:
      return set_field(chip, action.target, action.value);
    case RegisterAction::Kind::ConfigurePin:
      for (const std::string& pin : action.pins) configure_pin(chip, pin, action.pin_fields);
      return;
  }
}

}  // namespace

Causes apply(const model::RegisterPolicy& policy, stm32::Chip& chip) {
  Causes causes;
  for (const RegisterAction& action : policy.actions) {
    const stm32::Snapshot before = chip.snapshot();
    perform(action, chip);
    const stm32::Snapshot after = chip.snapshot();
    for (std::size_t i = 0; i < after.registers.size(); ++i) {
      if (after.registers[i] == before.registers[i]) continue;
      causes[after.registers[i].first].push_back(
          {policy.name, action.why, action.mark, action.source});
    }
  }
  return causes;
}

}  // namespace dfurig::board
