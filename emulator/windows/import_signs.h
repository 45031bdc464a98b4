// What processes of one prefix tell each other about an import. A server leaves an imported device
// out of its list, so that who watches the list needs to know who has it.
#pragma once

#include <windows.h>

#include "windows/device_keys.h"

namespace dfurig::windows {

/// Says that this process has the device, or is about to import it. Ends with the process.
class ImportMark {
 public:
  explicit ImportMark(const Location& location);
  ~ImportMark();
  ImportMark(const ImportMark&) = delete;
  ImportMark& operator=(const ImportMark&) = delete;

  static bool is_set(const Location& location);

 private:
  HANDLE event_;
};

/// An event that is signalled when an import ended because the device went. The caller closes it.
HANDLE make_unplug_sign(const Location& location);

}  // namespace dfurig::windows
