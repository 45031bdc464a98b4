#include "windows/device_messages.h"

#include <windows.h>

#include <dbt.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "support/bytes.h"
#include "windows/device_keys.h"
#include "windows/log.h"

namespace dfurig::windows {
namespace {

/// A DEV_BROADCAST_DEVICEINTERFACE with its name, in characters of either kind.
template <typename Broadcast, typename Character>
Bytes make_broadcast(const std::string& link) {
  Bytes bytes(sizeof(Broadcast) + link.size() * sizeof(Character));
  Broadcast head{};
  head.dbcc_size = static_cast<DWORD>(bytes.size());
  head.dbcc_devicetype = DBT_DEVTYP_DEVICEINTERFACE;
  head.dbcc_classguid = interface_class;
  std::memcpy(bytes.data(), &head, sizeof head);
  const std::vector<Character> name(link.begin(), link.end());
  std::memcpy(bytes.data() + offsetof(Broadcast, dbcc_name), name.data(),
              name.size() * sizeof(Character));
  return bytes;
}

/// A window may look at its message after we stopped waiting for it: these are kept for ever.
struct Announcement {
  WPARAM event;
  Bytes ascii;
  Bytes wide;
};

BOOL CALLBACK add_window(HWND window, LPARAM list) {
  reinterpret_cast<std::vector<HWND>*>(list)->push_back(window);
  return TRUE;
}

std::vector<HWND> find_windows() {
  std::vector<HWND> windows;
  EnumWindows(add_window, reinterpret_cast<LPARAM>(&windows));
  HWND last = nullptr;
  while ((last = FindWindowExW(HWND_MESSAGE, last, nullptr, nullptr)) != nullptr) {
    windows.push_back(last);
  }
  std::erase_if(windows, [](HWND window) {
    DWORD process = 0;
    GetWindowThreadProcessId(window, &process);
    return process != GetCurrentProcessId();
  });
  return windows;
}

void announce(WPARAM event, const std::string& link) {
  constexpr UINT patience_ms = 5000;
  static std::deque<Announcement>& announcements = *new std::deque<Announcement>;
  const Announcement& it = announcements.emplace_back(
      Announcement{event, make_broadcast<DEV_BROADCAST_DEVICEINTERFACE_A, char>(link),
                   make_broadcast<DEV_BROADCAST_DEVICEINTERFACE_W, wchar_t>(link)});
  log((event == DBT_DEVICEARRIVAL ? "DBT_DEVICEARRIVAL " : "DBT_DEVICEREMOVECOMPLETE ") + link);
  for (const HWND window : find_windows()) {
    DWORD_PTR ignored = 0;
    const bool is_wide = IsWindowUnicode(window) != FALSE;
    const auto message = reinterpret_cast<LPARAM>((is_wide ? it.wide : it.ascii).data());
    const auto send = is_wide ? SendMessageTimeoutW : SendMessageTimeoutA;
    send(window, WM_DEVICECHANGE, event, message, SMTO_ABORTIFHUNG, patience_ms, &ignored);
    send(window, WM_DEVICECHANGE, DBT_DEVNODES_CHANGED, 0, SMTO_ABORTIFHUNG, patience_ms, &ignored);
  }
}

bool contains(const std::vector<Presence>& list, const Presence& wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

DWORD WINAPI watch(void*) {
  const HKEY key = open_interface_class();
  const HANDLE changed = CreateEventA(nullptr, FALSE, FALSE, nullptr);
  std::vector<Presence> known;
  for (bool is_first = true;; is_first = false) {
    RegNotifyChangeKeyValue(key, TRUE, REG_NOTIFY_CHANGE_NAME | REG_NOTIFY_CHANGE_LAST_SET, changed,
                            TRUE);
    const std::vector<Presence> now = list_presences();
    for (const Presence& it : known) {
      if (!contains(now, it)) announce(DBT_DEVICEREMOVECOMPLETE, it.link);
    }
    for (const Presence& it : now) {
      if (!is_first && !contains(known, it)) announce(DBT_DEVICEARRIVAL, it.link);
    }
    known = now;
    WaitForSingleObject(changed, INFINITE);
  }
}

}  // namespace

void start_device_messages() {
  // The thread has no end: the DLL must stay.
  HMODULE pinned = nullptr;
  GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                     reinterpret_cast<LPCSTR>(&start_device_messages), &pinned);
  CloseHandle(CreateThread(nullptr, 0, watch, nullptr, 0, nullptr));
}

}  // namespace dfurig::windows

BOOL WINAPI DllMain(HINSTANCE, DWORD reason, LPVOID) {
  if (reason == DLL_PROCESS_ATTACH) dfurig::windows::start_device_messages();
  return TRUE;
}
