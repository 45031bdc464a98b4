// One device imported for the tool: enumerated as the kernel would, then shared by its open nodes.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "attach/device_facts.h"
#include "usbip/client.h"

namespace dfurig::attach {

class ImportedDevice {
 public:
  /// Called at the end of a transfer.
  using Done = std::function<void(const usbip::Completion&)>;

  /// Imports and enumerates.
  ImportedDevice(const usbip::Connector& server, const std::string& busid);

  const std::string& busid() const { return busid_; }
  const DeviceFacts& facts() const { return facts_; }
  /// Where the tool sees it.
  void place(unsigned bus, unsigned device, unsigned port, std::uint64_t now_usec);
  /// Becomes readable when there is something to `pump`; -1: ask `due_in`.
  int poll_descriptor() const { return client_->link().poll_descriptor(); }
  std::optional<Duration> due_in() const { return client_->link().due_in(); }
  /// True once the server has closed the connection: the device was unplugged.
  bool is_gone() const { return client_ == nullptr; }

  /// Starts a control transfer; `done` is called from `pump`, never from here. Not for a device
  /// that has gone.
  std::uint32_t submit(const usb::SetupPacket& setup, ByteView data, Done done);
  void unlink(std::uint32_t seqnum);
  /// Calls what has completed. When the device goes, every open transfer ends with -ESHUTDOWN.
  void pump();
  /// Gives the device back: it has gone for the tool.
  void disconnect();

 private:
  Bytes get_configuration(std::uint8_t index);
  Bytes get_descriptor(std::uint8_t type, std::uint8_t index, std::uint16_t wLength);
  std::string get_string(std::uint8_t index);
  void enumerate();

  std::string busid_;
  std::unique_ptr<usbip::Client> client_;  ///< null once the device has gone
  DeviceFacts facts_;
  std::map<std::uint32_t, Done> open_;
};

}  // namespace dfurig::attach
