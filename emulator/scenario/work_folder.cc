#include "scenario/work_folder.h"

#include <filesystem>
#include <fstream>

#include "support/input_error.h"

namespace dfurig::scenario {

WorkFolder::WorkFolder(const std::map<std::string, MadeFile>& files)
    : folder_(std::filesystem::temp_directory_path().string()) {
  for (const auto& [file, made] : files) {
    const std::string made_at = path() + "/" + file;
    std::ofstream stream(made_at, std::ios::binary);
    stream.write(reinterpret_cast<const char*>(made.bytes.data()),
                 static_cast<std::streamsize>(made.bytes.size()));
    if (!stream.flush()) throw InputError(made_at, "cannot be written");
  }
}

std::string WorkFolder::expand(const std::string& text) const {
  static const std::string variable = "${files}";
  std::string result = text;
  for (std::size_t at = result.find(variable); at != std::string::npos;
       at = result.find(variable, at + path().size())) {
    result.replace(at, variable.size(), path());
  }
  return result;
}

}  // namespace dfurig::scenario
