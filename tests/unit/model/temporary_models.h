// A small copy of the models that a test may break.
#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "model/model.h"
#include "support/input_error.h"

namespace dfurig::model {

inline const std::string shipped_models = std::string(DFURIG_SOURCE_DIR) + "/models";

class TemporaryModels {
 public:
  using Json = nlohmann::ordered_json;

  TemporaryModels() {
    std::string pattern = std::filesystem::temp_directory_path() / "dfurig-models-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    std::filesystem::copy(std::string(DFURIG_SOURCE_DIR) + "/tests/bad_models/models", folder_,
                          std::filesystem::copy_options::recursive);
    std::filesystem::create_directory(folder_ + "/families");
  }
  ~TemporaryModels() { std::filesystem::remove_all(folder_); }
  TemporaryModels(const TemporaryModels&) = delete;
  TemporaryModels& operator=(const TemporaryModels&) = delete;

  const std::string& folder() const { return folder_; }

  void edit(const std::string& file, const std::function<void(Json&)>& change) {
    Json json = Json::parse(std::ifstream(folder_ + "/" + file));
    change(json);
    std::ofstream(folder_ + "/" + file) << json.dump(2);
  }

  /// What loading a chip says, with the folder cut out; empty when it loads.
  std::string complaint(const std::string& name = "stm32f405rg",
                        const std::string& bootloader = "") const {
    try {
      Library(folder_).load(name, bootloader);
      return "";
    } catch (const InputError& error) {
      std::string text = error.what();
      for (std::size_t at = text.find(folder_); at != std::string::npos; at = text.find(folder_)) {
        text.erase(at, folder_.size() + 1);
      }
      return text;
    }
  }

 private:
  std::string folder_;
};

}  // namespace dfurig::model
