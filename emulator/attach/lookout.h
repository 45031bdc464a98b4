// Looks, in the background, for a server's devices that are not imported: a server that takes its
// time must not hold up the tool.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "attach/descriptor.h"
#include "attach/imported_device.h"

namespace dfurig::attach {

/// Imports what the server offers now. A device that cannot be imported is left out: somebody else
/// was faster, or it went again. Throws ConnectError and ProtocolFailure as list_devices does.
std::vector<std::unique_ptr<ImportedDevice>> import_offered(const usbip::Connector& server,
                                                            ToolTime& time);

class Lookout {
 public:
  /// Looks once `start` is called.
  Lookout(usbip::Connector server, ToolTime& time);

  /// USB/IP has no message for a device that came: the server is asked, often at first, then
  /// less and less, until something was found.
  void start();
  /// Readable when there is something to take.
  int descriptor() const { return found_pipe_.read_end.get(); }
  std::vector<std::unique_ptr<ImportedDevice>> take();

 private:
  void run(const std::stop_token& stop);

  usbip::Connector server_;
  ToolTime& time_;  ///< real, which any thread may ask
  Pipe found_pipe_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool is_looking_ = false;
  std::vector<std::unique_ptr<ImportedDevice>> found_;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace dfurig::attach
