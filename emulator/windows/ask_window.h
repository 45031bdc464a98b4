// Messages to windows of another process, which may be busy, hang, or be gone by now.
#pragma once

#include <windows.h>

#include <optional>
#include <string>

namespace dfurig::windows {

/// Sends a message and waits for its result; absent when none came in a second. Its program is
/// asked nothing for a while then: a window has many controls.
std::optional<LRESULT> ask_window(HWND window, UINT message, WPARAM wparam = 0, LPARAM lparam = 0);
/// The same where 0 is as good as no answer.
LRESULT ask_window_or_0(HWND window, UINT message, WPARAM wparam = 0, LPARAM lparam = 0);

/// Its program did not answer just now.
bool is_silent(HWND window);

/// What the window says its text is; empty when it does not answer.
std::string text_of(HWND window);

/// Memory in the process of a window, for messages whose parameters point to something.
class MemoryOfWindow {
 public:
  MemoryOfWindow(HWND window, std::size_t size);
  ~MemoryOfWindow();
  MemoryOfWindow(const MemoryOfWindow&) = delete;
  MemoryOfWindow& operator=(const MemoryOfWindow&) = delete;

  /// Null when there is none: the process is gone.
  char* address() const { return address_; }
  LPARAM as_lparam(std::size_t offset = 0) const {
    return reinterpret_cast<LPARAM>(address_ + offset);
  }
  bool write(const void* data, std::size_t size, std::size_t offset = 0) const;
  bool read(void* data, std::size_t size, std::size_t offset = 0) const;

 private:
  HANDLE process_ = nullptr;
  char* address_ = nullptr;
};

}  // namespace dfurig::windows
