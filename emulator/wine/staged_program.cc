#include "wine/staged_program.h"

#include <strings.h>

#include <filesystem>

namespace dfurig::wine {
namespace {

namespace fs = std::filesystem;

constexpr const char* our_dll = "STTubeDevice30.dll";
constexpr const char* our_plug = "dfurig-plug.exe";
constexpr const char* our_window = "dfurig-window.exe";

}  // namespace

StagedProgram stage_program(const std::string& drive_c, const std::string& program,
                            const std::string& windows_folder) {
  remove_staged_program(drive_c);
  const fs::path run = fs::path(drive_c) / "dfurig/run";
  const fs::path bin = fs::path(drive_c) / "dfurig/bin";
  fs::create_directories(run);
  fs::create_directories(bin);
  for (const auto& it : fs::directory_iterator(fs::path(program).parent_path())) {
    const std::string name = it.path().filename().string();
    if (strcasecmp(name.c_str(), our_dll) != 0) fs::create_symlink(it.path(), run / name);
  }
  fs::create_symlink(fs::path(windows_folder) / our_dll, run / our_dll);
  for (const char* it : {our_plug, our_window}) {
    fs::create_symlink(fs::path(windows_folder) / it, bin / it);
  }
  return {run.string(), "C:\\dfurig\\run\\" + fs::path(program).filename().string(),
          std::string("C:\\dfurig\\bin\\") + our_plug,
          std::string("C:\\dfurig\\bin\\") + our_window};
}

void remove_staged_program(const std::string& drive_c) {
  std::error_code ignored;
  fs::remove_all(fs::path(drive_c) / "dfurig", ignored);
}

}  // namespace dfurig::wine
