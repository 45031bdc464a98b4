#include "model/model.h"

#include <algorithm>
#include <filesystem>

#include "model/load_chip.h"
#include "support/input_error.h"

namespace dfurig::model {
namespace fs = std::filesystem;

const OptionField* Model::find_option_field(const std::string& field_name) const {
  for (const OptionField& field : option_fields) {
    if (field.name == field_name) return &field;
  }
  return nullptr;
}

const Fact* Model::fact_of_alternate(std::size_t index) const {
  const std::string all = "/alternates";
  for (const std::string& end : {all + "/" + std::to_string(index), all}) {
    for (const Fact& fact : facts) {
      if (fact.subject.ends_with(end)) return &fact;
    }
  }
  return nullptr;
}

Library::Library(std::string folder) : folder_(std::move(folder)) {
  for (const char* part : {"chips", "peripherals", "bootloaders"}) {
    std::error_code ignored;
    if (fs::is_directory(fs::path(folder_) / part, ignored)) continue;
    throw InputError(folder_, std::string("is not a models folder: it has no ") + part + "/",
                     "name it with --models DIR or DFURIG_MODELS");
  }
}

const std::vector<std::string>& Library::names() const {
  if (!names_.empty()) return names_;
  std::vector<std::string>& names = names_;
  for (const auto& entry : fs::directory_iterator(fs::path(folder_) / "chips")) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string Model::flash_bootloader_advice(const std::string& before,
                                           const std::string& after) const {
  std::string names;
  for (const std::string& name_of_one : flash_bootloaders) {
    names += (names.empty() ? "" : " or ") + name_of_one;
  }
  return names.empty() ? "" : "put one into its flash: " + before + names + after;
}

Model Library::load(const std::string& name, const std::string& bootloader,
                    const Changes& changes) const {
  const std::vector<std::string> known = names();
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    throw InputError("model \"" + name + "\"", "there is no such model",
                     did_you_mean(name, known, "dfurig models lists them"));
  }
  const std::string path = folder_ + "/chips/" + name + ".json";
  if (!changes.chip.is_null() || !changes.bootloader.is_null()) {
    return load_file(path, bootloader, changes);
  }
  const auto key = std::pair(name, bootloader);
  const auto found = loaded_.find(key);
  if (found != loaded_.end()) return found->second;
  return loaded_.emplace(key, load_file(path, bootloader)).first->second;
}

Model Library::load_file(const std::string& path, const std::string& bootloader,
                         const Changes& changes) const {
  return load_chip(path, folder_, bootloader, changes);
}

}  // namespace dfurig::model
