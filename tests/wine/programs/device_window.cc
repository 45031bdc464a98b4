#include "device_window.h"

#include <dbt.h>

#include <chrono>

#include "windows/device_keys.h"

DeviceWindow::DeviceWindow() {
  CloseHandle(CreateThread(nullptr, 0, run, this, 0, nullptr));
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return is_ready_; });
}

std::string DeviceWindow::await(WPARAM event, unsigned patience_ms) {
  std::unique_lock lock(mutex_);
  std::string link;
  changed_.wait_for(lock, std::chrono::milliseconds(patience_ms), [&] {
    while (!heard_.empty() && link.empty()) {
      if (heard_.front().event == event) link = heard_.front().link;
      heard_.pop_front();
    }
    return !link.empty();
  });
  return link;
}

void DeviceWindow::while_busy(const std::function<void()>& occupy,
                              const std::function<void()>& act) {
  const std::lock_guard lock(mutex_);
  const unsigned before = told_;
  occupy();
  while (told_ == before) Sleep(1);
  act();
}

DWORD WINAPI DeviceWindow::run(void* self) {
  auto& it = *static_cast<DeviceWindow*>(self);
  WNDCLASSA kind{};
  kind.lpfnWndProc = receive;
  kind.hInstance = GetModuleHandleA(nullptr);
  kind.lpszClassName = "dfuse_host";
  RegisterClassA(&kind);
  const HWND window = CreateWindowA("dfuse_host", "", 0, 0, 0, 0, 0, HWND_MESSAGE, nullptr,
                                    kind.hInstance, nullptr);
  SetWindowLongPtrA(window, GWLP_USERDATA, reinterpret_cast<LONG_PTR>(self));
  DEV_BROADCAST_DEVICEINTERFACE_A filter{};
  filter.dbcc_size = sizeof filter;
  filter.dbcc_devicetype = DBT_DEVTYP_DEVICEINTERFACE;
  filter.dbcc_classguid = dfurig::windows::interface_class;
  RegisterDeviceNotificationA(window, &filter, DEVICE_NOTIFY_WINDOW_HANDLE);
  {
    const std::lock_guard lock(it.mutex_);
    it.is_ready_ = true;
    it.changed_.notify_all();
  }
  MSG message;
  while (GetMessageA(&message, nullptr, 0, 0) > 0) DispatchMessageA(&message);
  return 0;
}

LRESULT CALLBACK DeviceWindow::receive(HWND window, UINT message, WPARAM event, LPARAM broadcast) {
  const auto* header = reinterpret_cast<const DEV_BROADCAST_HDR*>(broadcast);
  const bool is_ours = message == WM_DEVICECHANGE && header != nullptr &&
                       header->dbch_devicetype == DBT_DEVTYP_DEVICEINTERFACE;
  if (is_ours) {
    auto& it = *reinterpret_cast<DeviceWindow*>(GetWindowLongPtrA(window, GWLP_USERDATA));
    ++it.told_;
    const std::lock_guard lock(it.mutex_);
    it.heard_.push_back(
        {event, reinterpret_cast<const DEV_BROADCAST_DEVICEINTERFACE_A*>(broadcast)->dbcc_name});
    it.changed_.notify_all();
  }
  return DefWindowProcA(window, message, event, broadcast);
}
