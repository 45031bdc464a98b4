// A record of what went over the control pipe.
#pragma once

#include <vector>

#include "usb/device.h"

namespace dfurig::usb {

/// One control transfer, from the setup packet to its end.
struct Transfer {
  Instant started{};
  Instant ended{};
  SetupPacket setup;
  Bytes data;          ///< the OUT data stage, or what the device sent, clipped to wLength
  ControlReply reply;  ///< NoReply: cancelled by the host, or cut off by an unplug
  bool operator==(const Transfer&) const = default;
};

/// Receives every finished transfer.
class Transcript {
 public:
  void record(Transfer transfer) { transfers_.push_back(std::move(transfer)); }
  const std::vector<Transfer>& transfers() const { return transfers_; }

 private:
  std::vector<Transfer> transfers_;
};

}  // namespace dfurig::usb
