// Runs a Windows program in Wine, with USB/IP devices in reach through STTubeDevice30.dll.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "wine/keeper.h"

namespace dfurig::wine {

struct ProgramCommand {
  std::vector<std::string> arguments;  ///< arguments[0]: the .exe, a path or a name in this folder
  std::string prefix;                  ///< made when it is not there
  std::string windows_folder;          ///< holds windows-i686/ and windows-x86_64/
  std::vector<std::string> servers;    ///< HOST:PORT each
  std::string log;                     ///< file the DLL writes its log to; empty: none
  std::string transcript;              ///< file for one line a transfer; empty: none
};

/// A program from its start to its end.
class RunningProgram {
 public:
  /// Throws InputError: no Wine, no such program, not built for this kind of program, no display
  /// for its windows, prefix in use.
  explicit RunningProgram(const ProgramCommand& command);
  ~RunningProgram();

  /// Waits for its end. No process, no key and no import is left then. Returns its exit status, or
  /// 128 and the signal that ended the wait. Throws what was found only when the prefix was there:
  /// the wrong Wine for this program, a DLL missing.
  int wait();

 private:
  class Session;
  std::unique_ptr<Session> session_;
  std::unique_ptr<KeeperProcess> keeper_;
};

}  // namespace dfurig::wine
