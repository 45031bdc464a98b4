#include "model/load_policies.h"

#include <algorithm>
#include <map>
#include <set>

#include "stm32/gpio.h"
#include "stm32/register_block.h"
#include "support/input_error.h"

namespace dfurig::model {
namespace {

/// What a pin can be given, and the largest value of each: RM0351 §8.4; CNF and MODE are the F1's
/// (RM0008 §9.2).
const std::map<std::string, std::uint32_t> pin_registers = {
    {"MODER", 3}, {"OTYPER", 1}, {"OSPEEDR", 3}, {"PUPDR", 3},
    {"ODR", 1},   {"AFR", 15},   {"CNF", 3},     {"MODE", 3}};

/// The group of a bootloader file that configures its pins.
constexpr const char* pin_group = "configure-pins";

bool has_block(const stm32::ChipSpec& chip, const std::string& name) {
  return std::any_of(chip.blocks.begin(), chip.blocks.end(),
                     [&](const stm32::BlockSpec& block) { return block.name == name; });
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

std::string first_register_of(const std::string& name) {
  if (name == "AFR") return "AFRL";
  return name == "CNF" || name == "MODE" ? "CRL" : name;
}

/// An F1 port has no MODER.
void check_ports_have(const std::string& name, const Reader& value, const stm32::ChipSpec& chip,
                      const std::vector<std::string>& pins) {
  for (const std::string& pin : pins) {
    const stm32::FieldSpec* unused = nullptr;
    const std::string full = stm32::parse_pin(pin).value().block + "." + first_register_of(name);
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

/// Reads lists of actions; {"do": GROUP} stands for the actions of that group.
class ActionReader {
 public:
  ActionReader(const Reader& groups, const stm32::ChipSpec& chip) : groups_(groups), chip_(chip) {
    std::set<std::string> used;
    if (groups.has(pin_group)) {
      for (const RegisterAction& action : read_list(groups.at(pin_group))) {
        for (const std::string& pin : action.pins) used.insert(stm32::parse_pin(pin)->block);
      }
    }
    for (const stm32::BlockSpec& block : chip.blocks) {
      if (!block.kind.starts_with("gpio")) continue;
      ports_.push_back(block.name);
      if (used.count(block.name) != 0) used_ports_.push_back(block.name);
    }
  }

  /// `depth` counts the groups around: more than there are is a circle.
  std::vector<RegisterAction> read_list(const Reader& list, std::size_t depth = 0) const {
    std::vector<RegisterAction> actions;
    for (const Reader& item : list.items()) {
      if (const auto group = item.find("do")) {
        item.allow_only({"do"});
        if (!groups_.has(group->text())) {
          group->fail("there is no group \"" + group->text() + "\" in /groups",
                      did_you_mean(group->text(), names_of(groups_)));
        }
        if (depth > names_of(groups_).size()) group->fail("the groups do each other in a circle");
        for (RegisterAction& action : read_list(groups_.at(group->text()), depth + 1)) {
          actions.push_back(std::move(action));
        }
      } else {
        actions.push_back(read_action(item));
      }
    }
    return actions;
  }

 private:
  static std::vector<std::string> names_of(const Reader& object) {
    std::vector<std::string> names;
    for (const auto& [name, unused] : object.members()) names.push_back(name);
    return names;
  }

  /// "GPIOA", "*gpio" for every port, "*used-gpio" for the ports of the ROM's pins.
  std::vector<std::string> read_blocks(const Reader& reader) const {
    std::vector<std::string> blocks;
    for (const Reader& item : reader.items()) {
      const std::string name = item.text();
      if (name == "*gpio" || name == "*used-gpio") {
        const auto& ports = name == "*gpio" ? ports_ : used_ports_;
        blocks.insert(blocks.end(), ports.begin(), ports.end());
      } else if (has_block(chip_, name)) {
        blocks.push_back(name);
      } else {
        item.fail("no block \"" + name + "\" on this chip");
      }
    }
    return blocks;
  }

  RegisterAction read_action(const Reader& reader) const {
    static const std::vector<std::string> kinds = {"reset_blocks", "clocks_on", "clocks_off",
                                                   "system_reset", "set",       "pins"};
    std::vector<std::string> keys = kinds;
    keys.push_back("why");
    reader.allow_only(keys);
    const auto given = std::count_if(kinds.begin(), kinds.end(),
                                     [&](const std::string& kind) { return reader.has(kind); });
    if (given != 1) {
      reader.fail(
          "expected \"do\" or exactly one of reset_blocks, clocks_on, clocks_off, "
          "system_reset, set, pins");
    }
    RegisterAction action;
    action.why = reader.at("why").text();
    action.mark = reader.fact().mark;
    action.source = reader.fact().source;
    read_kind(reader, action);
    return action;
  }

  void read_kind(const Reader& reader, RegisterAction& action) const {
    using Kind = RegisterAction::Kind;
    const std::vector<std::pair<const char*, Kind>> block_kinds = {
        {"reset_blocks", Kind::ResetBlocks},
        {"clocks_on", Kind::ClocksOn},
        {"clocks_off", Kind::ClocksOff}};
    for (const auto& [key, kind] : block_kinds) {
      if (!reader.has(key)) continue;
      action.kind = kind;
      action.blocks = read_blocks(reader.at(key));
    }
    if (const auto reset = reader.find("system_reset")) {
      if (!reset->boolean()) reset->fail("expected true, found false", "leave it out instead");
      action.kind = Kind::SystemReset;
    }
    if (reader.has("set")) read_target(reader.at("set"), chip_, action);
    if (reader.has("pins")) read_pins(reader.at("pins"), chip_, action);
  }

  Reader groups_;
  const stm32::ChipSpec& chip_;
  std::vector<std::string> ports_;
  std::vector<std::string> used_ports_;
};

/// `chosen` becomes the default's name.
std::vector<RegisterPolicy> read_policies(const Reader& reader, const ActionReader& action_reader,
                                          std::string& chosen) {
  reader.allow_only({"default", "policies"});
  std::vector<RegisterPolicy> policies;
  std::vector<std::string> names;
  for (const auto& [name, value] : reader.at("policies").members()) {
    value.allow_only({"summary", "actions"});
    policies.push_back({name, value.at("summary").text(), value.fact().mark, value.fact().source,
                        action_reader.read_list(value.at("actions"))});
    names.push_back(name);
  }
  reader.at("default").choice(names);
  chosen = reader.at("default").text();
  return policies;
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

void load_policies(const Reader& bootloader, Model& model) {
  const ActionReader actions(bootloader.at("groups"), model.chip);
  model.entry_policies =
      read_policies(bootloader.at("entry_policies"), actions, model.entry_policy);
  model.leave_policies =
      read_policies(bootloader.at("leave_policies"), actions, model.leave_policy);
}

}  // namespace dfurig::model
