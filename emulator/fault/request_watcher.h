// Follows the control transfers of one device and tells which meet a condition.
#pragma once

#include "fault/fault.h"
#include "usb/setup_packet.h"

namespace dfurig::fault {

class RequestWatcher {
 public:
  /// The host sends this now.
  void see(const usb::SetupPacket& setup, ByteView data);
  /// Of the transfer seen last.
  bool meets(const RequestCondition& condition) const;
  /// What the last DFU_DNLOAD asks for: "set address", "erase", "mass erase", "read unprotect",
  /// "write", "leave"; empty when there was none, or it is not defined.
  const std::string& operation() const { return operation_; }
  /// Of its Set Address Pointer or Erase.
  const std::optional<std::uint32_t>& address() const { return address_; }
  /// "DFU_DNLOAD wValue=2 (write)"
  std::string text() const;

 private:
  usb::SetupPacket setup_;
  std::string request_;
  std::string operation_;
  std::optional<std::uint32_t> address_;
  std::uint64_t written_bytes_ = 0;  ///< by the transfers before
  std::uint64_t writes_now_ = 0;
};

}  // namespace dfurig::fault
