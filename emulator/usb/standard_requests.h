// USB 2.0 chapter 9: the requests every device answers.
#pragma once

#include "usb/device.h"

namespace dfurig::usb {

/// The chapter 9 state of a full-speed device without endpoints and with one configuration.
class StandardRequests {
 public:
  /// `device_status` is the GET_STATUS(device) word. `descriptors` must outlive this.
  StandardRequests(const DescriptorSet& descriptors, std::uint16_t device_status)
      : descriptors_(descriptors), device_status_(device_status) {}

  /// Answers a standard request; what the device does not know stalls (USB 2.0 §9.2.7).
  ControlReply control(const SetupPacket& setup);
  void bus_reset();

  std::uint8_t configuration() const { return configuration_; }
  std::uint8_t alternate_setting() const { return alternate_setting_; }

 private:
  ControlReply device_request(const SetupPacket& setup);
  ControlReply interface_request(const SetupPacket& setup);
  ControlReply get_descriptor(const SetupPacket& setup) const;
  ControlReply get_string(std::uint8_t index) const;
  ControlReply get_class_descriptor(const SetupPacket& setup) const;
  ControlReply set_configuration(std::uint8_t value);
  ControlReply set_interface(const SetupPacket& setup);

  const DescriptorSet& descriptors_;
  std::uint16_t device_status_;
  std::uint8_t configuration_ = 0;
  std::uint8_t alternate_setting_ = 0;
};

}  // namespace dfurig::usb
