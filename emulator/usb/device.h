// What a USB device is to the host: an answer to every control transfer.
#pragma once

#include <optional>
#include <variant>

#include "support/bytes.h"
#include "support/clock.h"
#include "usb/descriptors.h"
#include "usb/setup_packet.h"

namespace dfurig::usb {

/// The device sends this much in the data stage; it may be shorter than wLength.
struct DataStage {
  Bytes data;
  bool operator==(const DataStage&) const = default;
};
/// The status stage succeeds.
struct Ack {
  bool operator==(const Ack&) const = default;
};
/// Protocol STALL (USB 2.0 §8.5.3.4).
struct Stall {
  bool operator==(const Stall&) const = default;
};
/// The device NAKs for ever: the transfer ends only when the host cancels it.
struct NoReply {
  bool operator==(const NoReply&) const = default;
};

/// The transfer fails on the bus itself; only a fault makes a device answer so.
struct BusError {
  enum class Kind {
    NoHandshake,  ///< three times no valid answer (USB 2.0 §8.7)
    Babble,       ///< more data than the host takes (USB 2.0 §8.7.4)
  };
  Kind kind = Kind::NoHandshake;
  bool operator==(const BusError&) const = default;
};

/// How a control transfer ends. A STALL cannot be forgotten: visit it.
using ControlReply = std::variant<DataStage, Ack, Stall, NoReply, BusError>;

/// A reply, and for how long the device NAKs before it gives it.
struct Answer {
  ControlReply reply;
  Duration hold{};
  bool operator==(const Answer&) const = default;
};

/// A USB device without endpoints other than the default control pipe.
class Device {
 public:
  virtual ~Device() = default;

  virtual const DescriptorSet& descriptors() const = 0;
  /// 0 while it is not on the bus; another number each time it is plugged in.
  virtual std::uint32_t attachment() const = 0;
  bool is_attached() const { return attachment() != 0; }
  /// `data` is the OUT data stage; empty for an IN transfer.
  virtual Answer control(const SetupPacket& setup, ByteView data, Instant now) = 0;
  virtual void bus_reset(Instant now) = 0;
  /// Lets what is due by `now` happen: an operation ends, the device detaches.
  virtual void advance(Instant now) = 0;
  /// When the next such thing is due, if any.
  virtual std::optional<Instant> next_event() const = 0;
};

}  // namespace dfurig::usb
