// The client's half of a USB/IP connection.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "usb/setup_packet.h"
#include "usbip/link.h"
#include "usbip/messages.h"

namespace dfurig::usbip {

/// The server said something that is not USB/IP, refused, or closed the connection.
class ProtocolFailure : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The server does not give the device; `status` is ST_DEV_BUSY, ST_NODEV, …
class ImportRefused : public ProtocolFailure {
 public:
  ImportRefused(const std::string& busid, std::uint32_t refusal);
  const std::uint32_t status;
};

/// Asks for the device list over a connection of its own. Waits for the answer.
std::vector<DeviceRecord> list_devices(const Connector& connector);

/// What a URB asks the device to do.
struct Transfer {
  std::uint8_t ep = 0;  ///< without its direction
  bool is_in = false;
  usb::SetupPacket setup{};  ///< of endpoint 0
  std::uint32_t length = 0;  ///< IN: the most the device may send
  Bytes data;                ///< OUT only
  std::uint32_t interval = 0;
};

Transfer control_transfer(const usb::SetupPacket& setup, ByteView data = {});

/// The end of one transfer.
struct Completion {
  std::uint32_t seqnum = 0;
  bool was_unlinked = false;
  std::int32_t status = 0;  ///< urb_status
  std::uint32_t actual_length = 0;
  Bytes data;  ///< IN only
};

/// One imported device.
class Client {
 public:
  /// Imports over a connection of its own. Waits for the answer; throws ProtocolFailure when the
  /// server refuses.
  Client(const Connector& connector, const std::string& busid);

  const DeviceRecord& device() const { return device_; }
  const Link& link() const { return *link_; }

  /// Starts a transfer. Returns its seqnum.
  std::uint32_t submit(const Transfer& transfer);
  std::uint32_t submit(const usb::SetupPacket& setup, ByteView data = {}) {
    return submit(control_transfer(setup, data));
  }
  /// Asks to cancel a transfer; its Completion comes either way.
  void unlink(std::uint32_t seqnum);
  /// Receives without waiting and returns what has completed.
  std::vector<Completion> poll();
  /// True once the server has closed; transfers still open never complete.
  bool is_closed() const { return is_closed_; }

  /// A whole control transfer, waiting for its end. Throws ProtocolFailure when the server closes.
  Completion control(const usb::SetupPacket& setup);

 private:
  std::optional<Completion> take_completion();
  std::optional<Completion> take_unlink_reply(ByteView header);

  std::unique_ptr<Link> link_;
  DeviceRecord device_;
  Bytes received_;
  std::uint32_t next_seqnum_ = 1;
  std::map<std::uint32_t, std::optional<std::uint32_t>> open_;  ///< IN: the length asked for
  std::map<std::uint32_t, std::uint32_t> unlinked_;  ///< unlink seqnum -> transfer seqnum
  std::vector<Completion> early_;                    ///< completed during control()
  bool is_closed_ = false;
};

}  // namespace dfurig::usbip
