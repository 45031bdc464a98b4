#include "windows/ask_window.h"

#include <map>

#include "windows/utf8.h"

namespace dfurig::windows {

namespace {

constexpr UINT patience_ms = 1000;
constexpr ULONGLONG silence_ms = 2000;

/// By thread, whose windows answer one after the other: until when it is asked nothing.
std::map<DWORD, ULONGLONG> silent_until;

}  // namespace

bool is_silent(HWND window) {
  const auto found = silent_until.find(GetWindowThreadProcessId(window, nullptr));
  return found != silent_until.end() && GetTickCount64() < found->second;
}

std::optional<LRESULT> ask_window(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  if (is_silent(window)) return std::nullopt;
  DWORD_PTR result = 0;
  if (SendMessageTimeoutW(window, message, wparam, lparam, SMTO_NORMAL, patience_ms, &result) !=
      0) {
    return static_cast<LRESULT>(result);
  }
  const bool is_gone = IsWindow(window) == FALSE;
  const DWORD thread = GetWindowThreadProcessId(window, nullptr);
  if (!is_gone) silent_until[thread] = GetTickCount64() + silence_ms;
  return std::nullopt;
}

LRESULT ask_window_or_0(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  return ask_window(window, message, wparam, lparam).value_or(0);
}

std::string text_of(HWND window) {
  constexpr std::size_t length_max = 8192;
  std::wstring text(length_max, 0);
  // Not its length first: between two messages it may change.
  ask_window(window, WM_GETTEXT, length_max, reinterpret_cast<LPARAM>(text.data()));
  text.resize(text.find(L'\0') == std::wstring::npos ? length_max : text.find(L'\0'));
  return to_utf8(text);
}

MemoryOfWindow::MemoryOfWindow(HWND window, std::size_t size) {
  DWORD id = 0;
  GetWindowThreadProcessId(window, &id);
  process_ = OpenProcess(PROCESS_VM_OPERATION | PROCESS_VM_READ | PROCESS_VM_WRITE, FALSE, id);
  if (process_ == nullptr) return;
  address_ = static_cast<char*>(
      VirtualAllocEx(process_, nullptr, size, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE));
}

MemoryOfWindow::~MemoryOfWindow() {
  if (address_ != nullptr) VirtualFreeEx(process_, address_, 0, MEM_RELEASE);
  if (process_ != nullptr) CloseHandle(process_);
}

bool MemoryOfWindow::write(const void* data, std::size_t size, std::size_t offset) const {
  return address_ != nullptr &&
         WriteProcessMemory(process_, address_ + offset, data, size, nullptr);
}

bool MemoryOfWindow::read(void* data, std::size_t size, std::size_t offset) const {
  return address_ != nullptr && ReadProcessMemory(process_, address_ + offset, data, size, nullptr);
}

}  // namespace dfurig::windows
