#include "model/load_policies.h"

#include <algorithm>
#include <map>

#include "stm32/gpio.h"
#include "stm32/register_block.h"
#include "support/input_error.h"

namespace dfurig::model {
namespace {

/// What a pin can be given, and the largest value of each: RM0351 §8.4.
const std::map<std::string, std::uint32_t> pin_registers = {
    {"MODER", 3}, {"OTYPER", 1}, {"OSPEEDR", 3}, {"PUPDR", 3}, {"ODR", 1}, {"AFR", 15}};

bool has_block(const stm32::ChipSpec& chip, const std::string& name) {
  return std::any_of(chip.blocks.begin(), chip.blocks.end(),
                     [&](const stm32::BlockSpec& block) { return block.name == name; });
}

void read_blocks(const Reader& reader, const stm32::ChipSpec& chip, RegisterAction& action) {
  action.kind = RegisterAction::Kind::ResetBlocks;
  for (const Reader& item : reader.items()) {
    const std::string name = item.text();
    if (name != "*gpio" && !has_block(chip, name))
      item.fail("no block \"" + name + "\" on this chip");
    action.blocks.push_back(name);
  }
}

void read_target(const Reader& reader, const stm32::ChipSpec& chip, RegisterAction& action) {
  reader.allow_only({"register", "value"});
  action.kind = RegisterAction::Kind::SetField;
  const Reader target = reader.at("register");
  action.target = target.text();
  const stm32::FieldSpec* field = nullptr;
  if (find_register(chip, action.target, field) == nullptr) {
    target.fail("no register or field \"" + action.target + "\" on this chip",
                did_you_mean(action.target, register_names(chip)));
  }
  action.value = reader.at("value").number(
      field == nullptr ? UINT32_MAX : stm32::field_mask(*field) >> field->lsb);
}

/// An F1 port has no MODER.
void check_ports_have(const std::string& name, const Reader& value, const stm32::ChipSpec& chip,
                      const std::vector<std::string>& pins) {
  for (const std::string& pin : pins) {
    const stm32::FieldSpec* unused = nullptr;
    const std::string full =
        stm32::parse_pin(pin).value().block + "." + (name == "AFR" ? std::string("AFRL") : name);
    if (find_register(chip, full, unused) == nullptr) value.fail("there is no " + full);
  }
}

void read_pins(const Reader& reader, const stm32::ChipSpec& chip, RegisterAction& action) {
  reader.allow_only({"names", "registers"});
  action.kind = RegisterAction::Kind::ConfigurePin;
  for (const Reader& item : reader.at("names").items()) {
    if (!has_pin(chip, item.text())) item.fail("no pin \"" + item.text() + "\" on this chip");
    action.pins.push_back(item.text());
  }
  const Reader registers = reader.at("registers");
  std::vector<std::string> known;
  for (const auto& [name, unused] : pin_registers) known.push_back(name);
  registers.allow_only(known);
  for (const auto& [name, value] : registers.members()) {
    action.pin_fields[name] = value.number(pin_registers.at(name));
    check_ports_have(name, value, chip, action.pins);
  }
}

RegisterAction read_action(const Reader& reader, const stm32::ChipSpec& chip) {
  reader.allow_only({"why", "reset_blocks", "system_reset", "set", "pins"});
  RegisterAction action;
  action.why = reader.at("why").text();
  action.mark = reader.fact().mark;
  action.source = reader.fact().source;
  const int kinds = reader.has("reset_blocks") + reader.has("system_reset") + reader.has("set") +
                    reader.has("pins");
  if (kinds != 1) reader.fail("expected exactly one of reset_blocks, system_reset, set, pins");
  if (reader.has("reset_blocks")) read_blocks(reader.at("reset_blocks"), chip, action);
  if (const auto reset = reader.find("system_reset")) {
    if (!reset->boolean()) reset->fail("expected true, found false", "leave it out instead");
    action.kind = RegisterAction::Kind::SystemReset;
  }
  if (reader.has("set")) read_target(reader.at("set"), chip, action);
  if (reader.has("pins")) read_pins(reader.at("pins"), chip, action);
  return action;
}

}  // namespace

bool has_pin(const stm32::ChipSpec& chip, const std::string& name) {
  const std::optional<stm32::Pin> pin = stm32::parse_pin(name);
  return pin && has_block(chip, pin->block);
}

const stm32::RegisterSpec* find_register(const stm32::ChipSpec& chip, const std::string& name,
                                         const stm32::FieldSpec*& field) {
  for (const stm32::BlockSpec& block : chip.blocks) {
    if (!name.starts_with(block.name + ".")) continue;
    for (const stm32::RegisterSpec& spec : block.registers) {
      const std::string full = block.name + "." + spec.name;
      if (name == full) return &spec;
      for (const stm32::FieldSpec& candidate : spec.fields) {
        if (name != full + "." + candidate.name) continue;
        field = &candidate;
        return &spec;
      }
    }
  }
  return nullptr;
}

std::vector<std::string> register_names(const stm32::ChipSpec& chip) {
  std::vector<std::string> names;
  for (const stm32::BlockSpec& block : chip.blocks) {
    for (const stm32::RegisterSpec& spec : block.registers) {
      names.push_back(block.name + "." + spec.name);
    }
  }
  return names;
}

std::vector<RegisterPolicy> load_policies(const Reader& reader, const stm32::ChipSpec& chip,
                                          std::string& chosen) {
  reader.allow_only({"default", "policies"});
  std::vector<RegisterPolicy> policies;
  std::vector<std::string> names;
  for (const auto& [name, value] : reader.at("policies").members()) {
    value.allow_only({"summary", "actions"});
    RegisterPolicy policy{
        name, value.at("summary").text(), value.fact().mark, value.fact().source, {}};
    for (const Reader& action : value.at("actions").items()) {
      policy.actions.push_back(read_action(action, chip));
    }
    policies.push_back(std::move(policy));
    names.push_back(name);
  }
  reader.at("default").choice(names);
  chosen = reader.at("default").text();
  return policies;
}

}  // namespace dfurig::model
