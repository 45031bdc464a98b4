#include "cli/find_files.h"

#include <algorithm>
#include <filesystem>

#include "support/input_error.h"

namespace dfurig::cli {
namespace fs = std::filesystem;

std::vector<std::string> find_files(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    if (!fs::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> below;
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      const std::string name = entry.path().string();
      // Shared steps are no scenario.
      if (name.ends_with(".json") && !name.ends_with(".steps.json")) below.push_back(name);
    }
    std::sort(below.begin(), below.end());
    files.insert(files.end(), below.begin(), below.end());
    if (below.empty()) throw InputError(path, "no .json file below this folder");
  }
  return files;
}

}  // namespace dfurig::cli
