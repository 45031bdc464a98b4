// Steps of a scenario that drive a Windows program by its windows.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dfurig::scenario {

/// A Windows program is started in Wine, and stays open.
struct StartProgram {
  std::vector<std::string> arguments;  ///< the .exe first; ${env:NAME} is expanded when it starts
  std::vector<std::string> texts;      ///< a window with all of these has to come
  std::chrono::milliseconds within{0};
};

/// Something is done with its windows, or must be seen in them.
struct AskWindow {
  std::string what;  ///< in words: press "Leave DFU mode"
  /// As dfurig-window.exe takes them (windows/window_requests.h).
  std::string verb;
  std::vector<std::pair<std::string, std::string>> arguments;
  std::chrono::milliseconds within{0};
};

struct TakeScreenshot {
  std::string name;
};

/// The program ends.
struct EndProgram {
  enum class How { ByItself, Close, Kill };
  How how = How::Close;
  std::optional<int> exit_status;  ///< absent: any
  std::chrono::milliseconds within{0};
};

/// What such steps need of this machine.
struct WindowSettings {
  std::string prefix;          ///< of Wine; empty: none was named
  std::string windows_folder;  ///< as in wine::ProgramCommand
  std::string screenshots;     ///< folder
};

}  // namespace dfurig::scenario
