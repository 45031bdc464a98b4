// The eight bytes every control transfer starts with (USB 2.0 §9.3).
#pragma once

#include <cstdint>

#include "support/bytes.h"

namespace dfurig::usb {

/// bmRequestType bits 6..5.
enum class RequestType : std::uint8_t { Standard = 0, Class = 1, Vendor = 2, Reserved = 3 };

/// bmRequestType bits 4..0.
enum class Recipient : std::uint8_t { Device = 0, Interface = 1, Endpoint = 2, Other = 3 };

/// bRequest of standard requests (USB 2.0 table 9-4).
enum StandardRequest : std::uint8_t {
  GET_STATUS = 0,
  CLEAR_FEATURE = 1,
  SET_FEATURE = 3,
  SET_ADDRESS = 5,
  GET_DESCRIPTOR = 6,
  SET_DESCRIPTOR = 7,
  GET_CONFIGURATION = 8,
  SET_CONFIGURATION = 9,
  GET_INTERFACE = 10,
  SET_INTERFACE = 11,
};

struct SetupPacket {
  static constexpr std::size_t size = 8;

  std::uint8_t bmRequestType = 0;
  std::uint8_t bRequest = 0;
  std::uint16_t wValue = 0;
  std::uint16_t wIndex = 0;
  std::uint16_t wLength = 0;

  bool is_device_to_host() const { return (bmRequestType & 0x80) != 0; }
  RequestType type() const { return static_cast<RequestType>(bmRequestType >> 5 & 3); }
  /// Recipients above 3 are reserved by the specification and read as Other.
  Recipient recipient() const {
    const unsigned value = bmRequestType & 0x1F;
    return static_cast<Recipient>(value < 3 ? value : 3);
  }

  bool operator==(const SetupPacket&) const = default;
};

/// `bytes` must hold at least SetupPacket::size bytes.
SetupPacket parse_setup_packet(ByteView bytes);
Bytes encode_setup_packet(const SetupPacket& setup);

}  // namespace dfurig::usb
