// The handles that programs hold.
#pragma once

#include <windows.h>

#include <functional>
#include <memory>

#include "windows/open_device.h"

namespace dfurig::windows {

HANDLE add_handle(std::shared_ptr<OpenDevice> device);
/// Null: it is none, or was closed.
std::shared_ptr<OpenDevice> find_handle(HANDLE handle);
/// False: it is none.
bool remove_handle(HANDLE handle);

/// Runs `work` for a handle and logs `function` unless all went well. No exception leaves it.
DWORD with_device(const char* function, HANDLE handle,
                  const std::function<TubeError(OpenDevice&)>& work);

}  // namespace dfurig::windows
