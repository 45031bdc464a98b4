// The user's program with our STTubeDevice30.dll beside it, in a folder of its own: theirs stays as
// it is.
#pragma once

#include <string>

namespace dfurig::wine {

/// Where in the prefix it is; the prefix's lock keeps it to one run.
struct StagedProgram {
  std::string folder;   ///< on this machine
  std::string program;  ///< "C:\dfurig\run\DfuSeDemo.exe"
  std::string plug;     ///< "C:\dfurig\bin\dfurig-plug.exe"
  std::string window;   ///< "C:\dfurig\bin\dfurig-window.exe"
};

/// Links all that is beside `program` and puts what is in `windows_folder` beside it.
StagedProgram stage_program(const std::string& drive_c, const std::string& program,
                            const std::string& windows_folder);
/// Also what a run that was killed left behind.
void remove_staged_program(const std::string& drive_c);

}  // namespace dfurig::wine
