#include "windows/handles.h"

#include <map>
#include <mutex>

#include "windows/log.h"

namespace dfurig::windows {
namespace {

struct Handles {
  std::mutex mutex;
  std::map<HANDLE, std::shared_ptr<OpenDevice>> open;
  std::uintptr_t next = 0x1000;
};

/// Never destroyed: other threads may use it until the process has ended.
Handles& handles() {
  static Handles& all = *new Handles;
  return all;
}

}  // namespace

HANDLE add_handle(std::shared_ptr<OpenDevice> device) {
  Handles& all = handles();
  const std::lock_guard lock(all.mutex);
  const HANDLE handle = reinterpret_cast<HANDLE>(all.next);
  all.next += 4;
  all.open[handle] = std::move(device);
  return handle;
}

std::shared_ptr<OpenDevice> find_handle(HANDLE handle) {
  Handles& all = handles();
  const std::lock_guard lock(all.mutex);
  const auto found = all.open.find(handle);
  return found == all.open.end() ? nullptr : found->second;
}

bool remove_handle(HANDLE handle) {
  std::shared_ptr<OpenDevice> device = find_handle(handle);
  if (device == nullptr) return false;
  device->close_pipes();
  Handles& all = handles();
  const std::lock_guard lock(all.mutex);
  return all.open.erase(handle) == 1;
}

DWORD with_device(const char* function, HANDLE handle,
                  const std::function<TubeError(OpenDevice&)>& work) {
  TubeError result = STDEVICE_MEMORY;
  try {
    const std::shared_ptr<OpenDevice> device = find_handle(handle);
    result = device == nullptr ? STDEVICE_BADPARAMETER : work(*device);
  } catch (const std::exception& error) {
    log(std::string(function) + ": " + error.what());
  }
  if (result != STDEVICE_NOERROR) log(std::string(function) + ": " + to_string(result));
  return result;
}

}  // namespace dfurig::windows
