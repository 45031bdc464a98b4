#include "scenario/work_folder.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "support/input_error.h"

namespace dfurig::scenario {

namespace fs = std::filesystem;

WorkFolder::WorkFolder(const std::map<std::string, MadeFile>& files) {
  std::string name = (fs::temp_directory_path() / "dfurig-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    throw InputError(name, std::string("cannot be made: ") + std::strerror(errno));
  }
  path_ = name;
  for (const auto& [file, made] : files) {
    const std::string path = path_ + "/" + file;
    std::ofstream stream(path, std::ios::binary);
    stream.write(reinterpret_cast<const char*>(made.bytes.data()),
                 static_cast<std::streamsize>(made.bytes.size()));
    if (!stream.flush()) throw InputError(path, "cannot be written");
  }
}

WorkFolder::~WorkFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string WorkFolder::expand(const std::string& text) const {
  static const std::string variable = "${files}";
  std::string result = text;
  for (std::size_t at = result.find(variable); at != std::string::npos;
       at = result.find(variable, at + path_.size())) {
    result.replace(at, variable.size(), path_);
  }
  return result;
}

}  // namespace dfurig::scenario
