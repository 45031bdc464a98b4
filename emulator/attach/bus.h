// One USB bus the tool sees: the devices of one server, each at its port of the root hub.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "attach/imported_device.h"
#include "attach/lookout.h"
#include "attach/virtual_tree.h"

namespace dfurig::attach {

class Bus {
 public:
  enum class Change { Plugged, Unplugged };
  /// Called when the tree shows the change.
  using OnChange = std::function<void(Change change, const DeviceFacts& facts)>;

  /// Imports every device the server has, without calling `on_change`. Throws ConnectError and
  /// ProtocolFailure.
  Bus(usbip::Connector server, unsigned number, VirtualTree& tree, ToolTime& time,
      OnChange on_change);

  /// Null: there is no such device on the bus.
  std::shared_ptr<ImportedDevice> find(unsigned minor_number) const;
  /// Descriptors that become readable when there is something to `pump`.
  std::vector<int> descriptors() const;
  /// When there is something to pump that no descriptor tells of; 0: now.
  std::optional<Duration> due_in() const;
  /// Ends transfers, unplugs what has gone, plugs in what came.
  void pump();

 private:
  bool lacks_a_device() const { return devices_.empty() || devices_.size() < ports_.size(); }
  void plug(std::unique_ptr<ImportedDevice> imported);
  void unplug_gone();
  void look_for_missing();
  void take_from_lookout();
  unsigned port_of(const std::string& busid);
  unsigned choose_device_number();

  usbip::Connector server_;
  unsigned number_;
  VirtualTree& tree_;
  ToolTime& time_;
  OnChange on_change_;
  std::map<std::string, unsigned> ports_;  ///< of each busid seen so far
  std::vector<std::shared_ptr<ImportedDevice>> devices_;
  unsigned last_device_number_ = 1;   ///< the root hub's
  std::unique_ptr<Lookout> lookout_;  ///< of a remote server, once a device was missing
  std::optional<Instant> next_look_;  ///< at a local server, in real time
};

}  // namespace dfurig::attach
