#include "scenario/register_diff.h"

#include <iomanip>
#include <map>
#include <sstream>

#include "model/load_policies.h"
#include "stm32/register_block.h"
#include "support/hex.h"

namespace dfurig::scenario {
namespace {

constexpr int name_width = 18;
constexpr int value_width = 26;
constexpr std::size_t fields_max = 3;

std::string without_trailing_blanks(const std::string& line) {
  return line.substr(0, line.find_last_not_of(' ') + 1);
}

std::string title_of(const std::string& moment) {
  if (moment == "power_on") return "power on";
  if (moment == "before_entry") return "before entry";
  if (moment == "in_dfu") return "in DFU";
  return moment == "after_leave" ? "after Leave" : moment;
}

std::string value_name(const stm32::FieldSpec& field, std::uint32_t word) {
  const std::uint32_t value = (word & stm32::field_mask(field)) >> field.lsb;
  const auto name = field.values.find(value);
  if (name != field.values.end()) return name->second;
  return field.width > 4 ? hex(value, (field.width + 3) / 4) : std::to_string(value);
}

/// "MODE5 output -> analog", for the first few fields that differ.
std::string field_changes(const stm32::RegisterSpec& spec, std::uint32_t from, std::uint32_t to) {
  std::string text;
  std::size_t count = 0;
  for (const stm32::FieldSpec& field : spec.fields) {
    const std::uint32_t mask = stm32::field_mask(field);
    if (((from ^ to) & mask) == 0) continue;
    if (++count > fields_max) continue;
    text += (text.empty() ? "" : ", ") + field.name + " " + value_name(field, from) + " -> " +
            value_name(field, to);
  }
  if (count > fields_max) text += ", " + std::to_string(count - fields_max) + " more";
  return text;
}

/// Each cause gets a number; the table's rows name it, the list below tells it.
std::size_t number_of(const board::Cause& cause, std::vector<board::Cause>& causes) {
  for (std::size_t i = 0; i < causes.size(); ++i) {
    if (causes[i] == cause) return i + 1;
  }
  causes.push_back(cause);
  return causes.size();
}

/// "[2,4]": the numbers of what changed a register.
std::string numbers_of(const std::vector<board::Cause>& decided,
                       std::vector<board::Cause>& causes) {
  std::string text;
  for (const board::Cause& cause : decided) {
    text += (text.empty() ? " [" : ",") + std::to_string(number_of(cause, causes));
  }
  return text + "]";
}

void print_row(std::ostream& out, std::size_t row, const std::vector<board::Moment>& moments,
               const stm32::ChipSpec& chip, std::vector<board::Cause>& causes) {
  const std::string& name = (*moments[0].registers.names)[row];
  const stm32::FieldSpec* field = nullptr;
  const stm32::RegisterSpec* spec = model::find_register(chip, name, field);
  std::ostringstream line;
  line << "  " << std::left << std::setw(name_width) << name;
  std::string details;
  for (std::size_t i = 0; i < moments.size(); ++i) {
    const std::uint32_t value = moments[i].registers.values[row];
    const std::uint32_t before = i == 0 ? value : moments[i - 1].registers.values[row];
    std::string cell = value == before && i > 0 ? "·" : hex(value);
    const auto cause = moments[i].causes.find(name);
    if (value != before && cause != moments[i].causes.end()) {
      cell += numbers_of(cause->second, causes);
    }
    if (value != before && spec != nullptr && !spec->fields.empty()) {
      details +=
          "      " + title_of(moments[i].name) + ": " + field_changes(*spec, before, value) + "\n";
    }
    // "·" is two bytes and one column.
    line << std::setw(value_width + (cell == "·" ? 1 : 0)) << cell;
  }
  out << without_trailing_blanks(line.str()) << "\n" << details;
}

void print_title(std::ostream& out, const std::vector<board::Moment>& moments) {
  std::ostringstream line;
  line << "  " << std::left << std::setw(name_width) << "register";
  for (const board::Moment& moment : moments) {
    line << std::setw(value_width) << title_of(moment.name);
  }
  out << without_trailing_blanks(line.str()) << "\n";
}

bool has_changed(std::size_t row, const std::vector<board::Moment>& moments) {
  for (std::size_t i = 1; i < moments.size(); ++i) {
    if (moments[i].registers.values[row] != moments[0].registers.values[row]) return true;
  }
  return false;
}

}  // namespace

void print_register_diff(std::ostream& out, const std::vector<board::Moment>& moments,
                         const stm32::ChipSpec& chip) {
  if (moments.size() < 2) return;
  print_title(out, moments);
  std::vector<board::Cause> causes;
  for (std::size_t row = 0; row < moments[0].registers.values.size(); ++row) {
    if (has_changed(row, moments)) print_row(out, row, moments, chip, causes);
  }
  for (std::size_t i = 0; i < causes.size(); ++i) {
    out << "  [" << i + 1 << "] " << causes[i].policy << ": " << causes[i].why << "\n      "
        << model::to_string(causes[i].mark) << ": " << causes[i].source << "\n";
  }
}

}  // namespace dfurig::scenario
