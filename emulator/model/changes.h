// What somebody wants different from the model files for one run.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace dfurig::model {

/// In the files' own form: laid over them.
struct Changes {
  std::string file;  ///< what messages about them name: "x.json#override", "--set"
  nlohmann::ordered_json chip;
  nlohmann::ordered_json bootloader;
};

/// From texts such as "bootloader/behaviour/while_busy=stall". Throws InputError.
Changes parse_changes(const std::vector<std::string>& settings);

/// The other way round: one text for each value.
std::vector<std::string> settings_of(const Changes& changes);

}  // namespace dfurig::model
