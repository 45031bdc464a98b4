#include "board/policy.h"

#include <algorithm>
#include <cassert>

#include "support/hex.h"

namespace dfurig::board {
namespace {

using model::RegisterAction;

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

void switch_clocks(stm32::Chip& chip, const std::vector<std::string>& names, bool on) {
  for (const std::string& name : names) {
    const std::optional<stm32::BitReference>& bit = chip.find_block(name)->spec().clock_enable;
    if (bit) set_bits(chip, bit->block + "." + bit->register_name, bit->bit, 1, on ? 1 : 0);
  }
}

/// Where a pin's part of its port's configuration is (RM0351 §8.4; RM0008 §9.2 for the F1).
struct PinField {
  std::string register_name;
  unsigned lsb = 0;
  unsigned width = 0;
};

PinField pin_field(const std::string& name, unsigned pin) {
  if (name == "AFR") return {pin < 8 ? "AFRL" : "AFRH", pin % 8 * 4, 4};
  const std::string half = pin < 8 ? "CRL" : "CRH";
  if (name == "MODE") return {half, pin % 8 * 4, 2};
  if (name == "CNF") return {half, pin % 8 * 4 + 2, 2};
  const unsigned width = name == "OTYPER" || name == "ODR" ? 1 : 2;
  return {name, pin * width, width};
}

/// `pin` is "PA9".
void configure_pin(stm32::Chip& chip, const std::string& pin_name,
                   const std::map<std::string, std::uint32_t>& fields) {
  const stm32::Pin pin = stm32::parse_pin(pin_name).value();
  for (const auto& [name, value] : fields) {
    const PinField field = pin_field(name, pin.number);
    set_bits(chip, pin.block + "." + field.register_name, field.lsb, field.width, value);
  }
}

void perform(const RegisterAction& action, stm32::Chip& chip) {
  switch (action.kind) {
    case RegisterAction::Kind::ResetBlocks:
      for (const std::string& block : action.blocks) chip.find_block(block)->reset();
      return;
    case RegisterAction::Kind::ClocksOn:
    case RegisterAction::Kind::ClocksOff:
      return switch_clocks(chip, action.blocks, action.kind == RegisterAction::Kind::ClocksOn);
    case RegisterAction::Kind::SystemReset:
      return chip.reset(stm32::ResetKind::System, stm32::ResetCause::Software);
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
    for (std::size_t i = 0; i < after.values.size(); ++i) {
      if (after.values[i] == before.values[i]) continue;
      causes[(*after.names)[i]].push_back({policy.name, action.why, action.mark, action.source});
    }
  }
  return causes;
}

}  // namespace dfurig::board
