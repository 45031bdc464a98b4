#include "model/load_clocks.h"

#include <algorithm>

#include "model/load_policies.h"
#include "support/hex.h"

namespace dfurig::model {
namespace {

constexpr const char* hclk = "HCLK";

/// "RCC.CFGR.SW" as register and field.
stm32::FieldNumber read_field(const Reader& reader, const stm32::ChipSpec& chip) {
  const std::string text = reader.text();
  const stm32::FieldSpec* field = nullptr;
  if (find_register(chip, text, field) == nullptr || field == nullptr) {
    reader.fail("no field \"" + text + "\" on this chip", "write BLOCK.REGISTER.FIELD");
  }
  const std::size_t dot = text.rfind('.');
  return {text.substr(0, dot), text.substr(dot + 1), {}};
}

std::uint32_t read_key(const std::string& key, const Reader& value) {
  const auto number = parse_number(key);
  if (!number) value.fail("expected a field's value as key, found \"" + key + "\"");
  return *number;
}

/// {"field": F, "values": {…}} or {"field": F, "plus": 1}.
stm32::FieldNumber read_number(const Reader& reader, const stm32::ChipSpec& chip) {
  reader.allow_only({"field", "values", "plus", "otherwise"});
  stm32::FieldNumber number = read_field(reader.at("field"), chip);
  if (const auto values = reader.find("values")) {
    for (const auto& [key, value] : values->members()) {
      number.values[read_key(key, value)] = value.number();
    }
  }
  if (const auto plus = reader.find("plus")) number.plus = plus->number();
  if (const auto otherwise = reader.find("otherwise")) number.otherwise = otherwise->number();
  return number;
}

std::string read_input(const Reader& reader, const std::vector<stm32::ClockSpec>& before) {
  const std::string name = reader.text();
  if (std::ranges::find(before, name, &stm32::ClockSpec::name) == before.end()) {
    reader.fail("no clock \"" + name + "\" is above this one", "a clock comes after its inputs");
  }
  return name;
}

void read_switch(const Reader& reader, const stm32::ChipSpec& chip, stm32::ClockSpec& clock) {
  reader.allow_only({"field", "values"});
  clock.switch_field = read_field(reader.at("field"), chip);
  for (const auto& [key, value] : reader.at("values").members()) {
    clock.switched[read_key(key, value)] = read_input(value, chip.clocks);
  }
}

stm32::ClockSpec read_clock(const std::string& name, const Reader& reader,
                            const stm32::ChipSpec& chip) {
  reader.allow_only({"hz", "hz_by", "from", "switch", "multiplied_by", "divided_by"});
  const int ways =
      reader.has("hz") + reader.has("hz_by") + reader.has("from") + reader.has("switch");
  if (ways != 1) reader.fail("expected exactly one of hz, hz_by, from, switch");
  stm32::ClockSpec clock;
  clock.name = name;
  if (const auto hz = reader.find("hz")) clock.hz = hz->number();
  if (const auto hz_by = reader.find("hz_by")) clock.hz_by = read_number(*hz_by, chip);
  if (const auto from = reader.find("from")) clock.from = read_input(*from, chip.clocks);
  if (const auto chosen = reader.find("switch")) read_switch(*chosen, chip, clock);
  const auto read_all = [&](const char* key, std::vector<stm32::FieldNumber>& numbers) {
    const auto list = reader.find(key);
    if (!list) return;
    for (const Reader& item : list->items()) numbers.push_back(read_number(item, chip));
  };
  read_all("multiplied_by", clock.multiplied_by);
  read_all("divided_by", clock.divided_by);
  return clock;
}

/// An oscillator of 0 Hz: its flags will say that it is not ready.
void silence(const std::string& clock, stm32::ChipSpec& chip) {
  for (stm32::BlockSpec& block : chip.blocks) {
    if (block.name == "RCC") block.silent_clocks.push_back(clock);
  }
}

}  // namespace

void load_clocks(const Reader& reader, stm32::ChipSpec& chip) {
  for (const auto& [name, value] : reader.members()) {
    chip.clocks.push_back(read_clock(name, value, chip));
    if (value.has("hz") && chip.clocks.back().hz == 0) silence(name, chip);
  }
  if (std::ranges::find(chip.clocks, hclk, &stm32::ClockSpec::name) == chip.clocks.end()) {
    reader.fail("there is no HCLK", "HCLK is what the core runs at");
  }
}

}  // namespace dfurig::model
