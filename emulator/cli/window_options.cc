#include "cli/window_options.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace dfurig::cli {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

}  // namespace

std::string find_windows_folder() {
  if (const char* folder = std::getenv("DFURIG_WINDOWS")) return folder;
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  const fs::path installed = (program / "../lib/dfurig").lexically_normal();
  if (fs::is_directory(installed, ignored)) return installed.string();
  return program.parent_path().string();
}

void add_window_options(CommandLine& line) {
  line.options.add_options()(
      "wine", po::value<std::string>()->value_name("PREFIX"),
      "the folder of Wine's in which steps start Windows programs (default: DFURIG_WINE of the "
      "environment); made when it is not there")(
      "screenshots", po::value<std::string>()->value_name("FOLDER"),
      "where pictures of these programs are written (default: dfurig-screenshots-UID in the "
      "system's folder for temporary files)");
}

scenario::WindowSettings read_window_settings(const po::variables_map& values) {
  scenario::WindowSettings settings;
  const char* prefix = std::getenv("DFURIG_WINE");
  settings.prefix = prefix == nullptr ? "" : prefix;
  if (values.count("wine") != 0) settings.prefix = values["wine"].as<std::string>();
  settings.windows_folder = find_windows_folder();
  const std::string folder = "dfurig-screenshots-" + std::to_string(getuid());
  settings.screenshots = values.count("screenshots") != 0
                             ? values["screenshots"].as<std::string>()
                             : (fs::temp_directory_path() / folder).string();
  return settings;
}

}  // namespace dfurig::cli
