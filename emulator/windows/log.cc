#include "windows/log.h"

#include <windows.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "dfu/transfer_text.h"

namespace dfurig::windows {
namespace {

/// A file named by an environment variable; without it nothing is written.
class LineFile {
 public:
  explicit LineFile(const char* variable) {
    std::array<char, 1024> path{};
    const DWORD size = GetEnvironmentVariableA(variable, path.data(), path.size());
    if (size == 0 || size >= path.size()) return;
    file_ = CreateFileA(path.data(), FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                        OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr);
  }
  bool is_open() const { return file_ != INVALID_HANDLE_VALUE; }
  void write(const std::string& line) const {
    const std::string text = line + "\n";
    DWORD written = 0;
    WriteFile(file_, text.data(), static_cast<DWORD>(text.size()), &written, nullptr);
  }

 private:
  HANDLE file_ = INVALID_HANDLE_VALUE;  // until the process ends
};

}  // namespace

void log(const std::string& line) {
  static const LineFile file("DFURIG_LOG");
  static const ULONGLONG began = GetTickCount64();
  if (!file.is_open()) return;
  std::array<char, 48> prefix{};
  std::snprintf(prefix.data(), prefix.size(), "%9.3f [%lu] ",
                static_cast<double>(GetTickCount64() - began) / 1000.0, GetCurrentProcessId());
  file.write(prefix.data() + line);
}

void log_transfer(const usb::Transfer& transfer) {
  static const LineFile file("DFURIG_TRANSCRIPT");
  const std::string line = dfu::describe(transfer);
  log(line);
  if (file.is_open()) file.write(line);
}

}  // namespace dfurig::windows
