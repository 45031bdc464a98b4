#include "model/changes.h"

#include "support/input_error.h"

namespace dfurig::model {

Changes parse_changes(const std::vector<std::string>& settings) {
  using Json = nlohmann::ordered_json;
  Json all;
  for (const std::string& text : settings) {
    const std::size_t equals = text.find('=');
    const bool is_part = text.starts_with("chip/") || text.starts_with("bootloader/");
    if (!is_part || equals == std::string::npos) {
      throw InputError("--set " + text, "expected chip/PATH=VALUE or bootloader/PATH=VALUE",
                       "such as bootloader/behaviour/while_busy=stall");
    }
    const std::string value = text.substr(equals + 1);
    const Json parsed = Json::parse(value, nullptr, false);
    all[Json::json_pointer("/" + text.substr(0, equals))] =
        parsed.is_discarded() ? Json(value) : parsed;
  }
  Changes changes;
  changes.file = "--set";
  if (all.contains("chip")) changes.chip = all["chip"];
  if (all.contains("bootloader")) changes.bootloader = all["bootloader"];
  return changes;
}

std::vector<std::string> settings_of(const Changes& changes) {
  std::vector<std::string> settings;
  const std::pair<const char*, const nlohmann::ordered_json*> parts[] = {
      {"chip", &changes.chip}, {"bootloader", &changes.bootloader}};
  for (const auto& [name, json] : parts) {
    if (json->is_null()) continue;
    const nlohmann::ordered_json flat = json->flatten();
    for (const auto& [pointer, value] : flat.items()) {
      const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
      settings.push_back(name + pointer + "=" + text);
    }
  }
  return settings;
}

}  // namespace dfurig::model
