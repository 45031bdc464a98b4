// A Windows program that stays open while others act on its windows, on a screen of its own.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "support/fields.h"
#include "wine/run_program.h"

namespace dfurig::wine {

class WindowSession {
 public:
  /// Starts Xvfb, Wine, dfurig-window.exe and the program. Throws NotHere and InputError.
  explicit WindowSession(const ProgramCommand& command);
  /// Ends all of them.
  ~WindowSession();
  WindowSession(const WindowSession&) = delete;
  WindowSession& operator=(const WindowSession&) = delete;

  /// Sends a request to dfurig-window.exe (windows/window_requests.h) and waits for its answer.
  /// Absent: the program has ended. Throws std::runtime_error when there is no answer in `bound`.
  std::optional<Fields> ask(const Fields& request, std::chrono::milliseconds bound);

  /// Once the program has ended, or is to end by itself now: its exit status. Absent: it still runs
  /// after `bound`. Throws what kept it from starting.
  std::optional<int> wait_for_end(std::chrono::milliseconds bound);

 private:
  DriverPipes pipes_;
  RunningProgram program_;
  std::string received_;  ///< of the answer that is coming
};

}  // namespace dfurig::wine
