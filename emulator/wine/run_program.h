// Runs a Windows program in Wine, with USB/IP devices in reach through STTubeDevice30.dll.
#pragma once

#include <chrono>
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
  /// How long to wait for another run that has the prefix.
  std::chrono::seconds patience{10};
};

/// To and from dfurig-window.exe; it has the other ends.
struct DriverPipes {
  attach::Pipe requests;
  attach::Pipe answers;
};

/// How Windows programs name a file of this machine.
std::string windows_path(const std::string& path);

/// A program from its start to its end.
class RunningProgram {
 public:
  /// Throws NotHere: no Wine, no such program, not built for this kind of program; InputError: no
  /// display for its windows, prefix in use. With `driver` its windows are on a screen of its own
  /// (Xvfb), and dfurig-window.exe acts on them.
  explicit RunningProgram(const ProgramCommand& command, DriverPipes* driver = nullptr);
  ~RunningProgram();

  /// Signals do what they did before.
  void leave_signals() const { keeper_->leave_signals(); }
  /// Whether it has ended, or does within `bound`.
  bool has_ended(std::chrono::milliseconds bound) const { return keeper_->has_ended(bound); }
  /// Waits for its end. No process, no key and no import is left then. Returns its exit status, or
  /// 128 and the signal that ended the wait. Throws what was found only when the prefix was there:
  /// NotHere for the wrong Wine for this program or a DLL that is missing.
  int wait();

 private:
  class Session;
  std::unique_ptr<Session> session_;
  std::unique_ptr<KeeperProcess> keeper_;
};

}  // namespace dfurig::wine
