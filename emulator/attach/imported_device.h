// One device imported for the tool: enumerated as the kernel would, then shared by its open nodes.
#pragma once

#include <functional>
#include <map>

#include "attach/device_files.h"
#include "usbip/client.h"

namespace dfurig::attach {

class ImportedDevice {
 public:
  /// Called at the end of a transfer.
  using Done = std::function<void(const usbip::Completion&)>;

  /// Imports and enumerates; `facts` get bus, device and port from the caller.
  ImportedDevice(const usbip::Connector& connector, const std::string& busid, unsigned bus,
                 unsigned device, unsigned port);

  const DeviceFacts& facts() const { return facts_; }
  usbip::Link& link() { return client_.link(); }
  /// True once the server has closed the connection: the device was unplugged.
  bool is_gone() const { return is_gone_; }

  /// Starts a control transfer; `done` is called from `pump`, never from here.
  std::uint32_t submit(const usb::SetupPacket& setup, ByteView data, Done done);
  void unlink(std::uint32_t seqnum) { client_.unlink(seqnum); }
  /// Calls what has completed. When the device goes, every open transfer ends with -ESHUTDOWN.
  void pump();

 private:
  Bytes get_configuration(std::uint8_t index);
  Bytes get_descriptor(std::uint8_t type, std::uint8_t index, std::uint16_t wLength);
  std::string get_string(std::uint8_t index);
  void enumerate();

  usbip::Client client_;
  DeviceFacts facts_;
  std::map<std::uint32_t, Done> open_;
  bool is_gone_ = false;
};

}  // namespace dfurig::attach
