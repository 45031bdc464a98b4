#include "scenario/expand.h"

#include <filesystem>
#include <set>

#include "scenario/load_setup.h"
#include "support/input_error.h"

namespace dfurig::scenario {
namespace {

using model::Json;

// These are known when the scenario runs, not before.
const std::set<std::string> later = {"scenario_dir", "files"};

/// A text that is a variable as a whole becomes its value; elsewhere in a text only text can.
Json substituted(const std::string& text, const Json& variables) {
  std::string result = text;
  for (const auto& [name, value] : variables.items()) {
    const std::string reference = "${" + name + "}";
    if (text == reference) return value;
    const std::string shown = value.is_string() ? value.get<std::string>() : value.dump();
    for (std::size_t at = result.find(reference); at != std::string::npos;
         at = result.find(reference, at + shown.size())) {
      result.replace(at, reference.size(), shown);
    }
  }
  return result;
}

/// Every variable of `json` must be one that is known later.
void check_variables(const Json& json, const std::string& place, const std::string& pointer) {
  if (json.is_structured()) {
    for (const auto& [key, item] : json.items()) {
      check_variables(item, place, pointer + "/" + key);
    }
  }
  if (!json.is_string()) return;
  const std::string text = json.get<std::string>();
  for (std::size_t at = text.find("${"); at != std::string::npos; at = text.find("${", at + 2)) {
    const std::string name = text.substr(at + 2, text.find('}', at) - at - 2);
    if (later.count(name) != 0) continue;
    if (name.starts_with("env:") && name.size() > 4) {
      const bool is_known = pointer.find("/window/start/") != std::string::npos ||
                            pointer.find("/with/") != std::string::npos;
      if (is_known) continue;
      throw InputError(place + ": " + pointer, "${" + name + "} is for programs that a step starts",
                       "{ \"window\": { \"start\": [\"${" + name + "}/PROGRAM.exe\"] } }");
    }
    throw InputError(place + ": " + pointer, "no variable \"" + name + "\"",
                     "\"variables\" of a row and \"with\" of a shared step give them values");
  }
}

void substitute(Json& json, const Json& variables) {
  if (json.is_string()) json = substituted(json.get<std::string>(), variables);
  if (!json.is_structured()) return;
  for (auto& item : json) substitute(item, variables);
}

/// Of `reader`: { "address": "0x08000000", … }.
Json read_variables(const model::Reader& reader) {
  Json variables = Json::object();
  for (const auto& [name, value] : reader.members()) {
    if (later.count(name) != 0) value.fail("\"" + name + "\" is a name of dfurig's own");
    if (value.is_object() || value.is_array()) value.fail("expected text, a number or a boolean");
    variables[name] = value.json();
  }
  return variables;
}

/// Nothing of a row stands for something else than what a scenario has.
void check_row(const model::Reader& row) {
  std::vector<std::string> keys = head_keys();
  keys.insert(keys.end(), {"name", "variables", "steps"});
  row.allow_only(keys);
}

}  // namespace

RowName split_row_name(const std::string& name) {
  const std::string before = ".json[";
  const std::size_t at = name.find(before);
  if (at == std::string::npos || !name.ends_with("]")) return {name, ""};
  const std::size_t start = at + before.size();
  return {name.substr(0, start - 1), name.substr(start, name.size() - start - 1)};
}

std::string join_row_name(const RowName& name) {
  return name.row.empty() ? name.path : name.path + "[" + name.row + "]";
}

std::vector<Row> expand_table(Json root, const std::string& path) {
  const model::Reader reader(root, path);
  if (!root.is_object() || !reader.has("for_each")) {
    check_variables(root, path, "");
    return {{"", std::move(root)}};
  }
  std::vector<Row> rows;
  std::set<std::string> names;
  Json shared = root;
  shared.erase("for_each");
  for (const model::Reader& item : reader.at("for_each").items()) {
    check_row(item);
    const std::string name = item.at("name").text();
    if (name.empty() || name.find_first_of("[]/") != std::string::npos) {
      item.at("name").fail("expected a name without [, ] and /");
    }
    if (!names.insert(name).second) item.at("name").fail("there is a row \"" + name + "\" already");
    Json own = item.json();
    own.erase("name");
    own.erase("variables");
    Row row{name, shared};
    row.json.merge_patch(own);
    if (!own.contains("title") && row.json.contains("title") && row.json["title"].is_string()) {
      row.json["title"] = row.json["title"].get<std::string>() + " (" + name + ")";
    }
    if (const auto variables = item.find("variables")) {
      substitute(row.json, read_variables(*variables));
    }
    check_variables(row.json, join_row_name({path, name}), "");
    rows.push_back(std::move(row));
  }
  if (rows.empty()) reader.at("for_each").fail("expected at least one row");
  return rows;
}

std::optional<Fragment> find_fragment(const model::Reader& step, const std::string& path) {
  if (!step.is_object() || !step.has("use")) return std::nullopt;
  step.allow_only({"use", "with"});
  const std::string file = resolve_path(step.at("use").text(), path);
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) {
    step.at("use").fail("there is no file " + file, "paths are relative to the scenario file");
  }
  Fragment fragment{file, model::parse_json_file(file)};
  const model::Reader reader(fragment.json, file);
  reader.allow_only({"$schema", "title", "steps"});
  reader.at("steps").items();
  if (const auto with = step.find("with")) substitute(fragment.json, read_variables(*with));
  check_variables(fragment.json, file, "");
  return fragment;
}

}  // namespace dfurig::scenario
