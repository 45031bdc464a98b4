// A message-only window that hears WM_DEVICECHANGE, as DfuSeDemo's dialog does.
#pragma once

#include <windows.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>

class DeviceWindow {
 public:
  /// Makes it, in a thread of its own.
  DeviceWindow();
  /// Waits for the next of this kind (DBT_…) and returns its link. Empty: it did not come in time.
  std::string await(WPARAM event, unsigned patience_ms);
  /// Does `act` while the window hears of what `occupy` did, and does not come to an end of it.
  void while_busy(const std::function<void()>& occupy, const std::function<void()>& act);

 private:
  struct Heard {
    WPARAM event;
    std::string link;
  };

  static DWORD WINAPI run(void* self);
  static LRESULT CALLBACK receive(HWND window, UINT message, WPARAM event, LPARAM broadcast);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Heard> heard_;
  bool is_ready_ = false;
  std::atomic<unsigned> told_ = 0;
};
