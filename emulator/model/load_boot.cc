#include "model/load_boot.h"

#include <algorithm>

#include "support/hex.h"
#include "support/input_error.h"

namespace dfurig::model {
namespace {

const std::vector<std::string> places = {"main flash", "system memory", "SRAM",
                                         "address",    "banks",         "dual boot"};

std::map<std::string, std::uint32_t> read_conditions(const Reader& reader, const Model& model) {
  std::map<std::string, std::uint32_t> conditions;
  for (const auto& [name, value] : reader.members()) {
    const auto& pins = model.boot_pins;
    const bool is_bit =
        name == empty_condition || std::find(pins.begin(), pins.end(), name) != pins.end();
    const OptionField* field = model.find_option_field(name);
    if (!is_bit && field == nullptr) {
      value.fail("\"" + name + "\" is neither a boot pin nor a field of option_bytes/fields, nor " +
                 empty_condition);
    }
    const unsigned width = is_bit ? 1 : field->width;
    conditions[name] = value.number(width == 32 ? UINT32_MAX : (1u << width) - 1);
  }
  return conditions;
}

void read_address(const Reader& reader, const Model& model, BootRow& row) {
  const Reader field = reader.at("field");
  row.address_field = field.text();
  if (model.find_option_field(row.address_field) == nullptr) {
    field.fail("no field \"" + row.address_field + "\" in option_bytes/fields");
  }
  row.address_unit = reader.at("unit").number();
}

BootRow read_row(const Reader& reader, const Model& model) {
  BootRow row;
  row.mark = reader.fact().mark;
  row.source = reader.fact().source;
  row.conditions = read_conditions(reader.at("when"), model);
  row.starts = static_cast<BootRow::Starts>(reader.at("starts").choice(places));
  std::vector<std::string> keys = {"when", "starts"};
  if (row.starts == BootRow::Starts::Address || row.starts == BootRow::Starts::DualBoot) {
    keys.insert(keys.end(), {"field", "unit"});
    read_address(reader, model, row);
  }
  reader.allow_only(keys);
  return row;
}

}  // namespace

void load_boot(const Reader& reader, Model& model) {
  reader.allow_only({"pins", "table", "aliases"});
  model.boot_pins = reader.at("pins").texts();
  for (const Reader& row : reader.at("table").items()) {
    model.boot_table.push_back(read_row(row, model));
  }
  const auto aliases = reader.find("aliases");
  if (!aliases) return;
  for (const auto& [text, address] : aliases->members()) {
    const auto alias = parse_number(text);
    if (!alias)
      address.fail("expected an address such as 0x00100000 as key, found \"" + text + "\"");
    model.boot_aliases[*alias] = address.number();
  }
}

}  // namespace dfurig::model
