#include "usb/standard_requests.h"

#include <algorithm>

namespace dfurig::usb {
namespace {

DataStage one_byte(std::uint8_t value) {
  return DataStage{Bytes{value}};
}
DataStage two_bytes(std::uint16_t value) {
  return DataStage{ByteWriter().u16le(value).take()};
}

}  // namespace

ControlReply StandardRequests::control(const SetupPacket& setup) {
  switch (setup.recipient()) {
    case Recipient::Device:
      return device_request(setup);
    case Recipient::Interface:
      return interface_request(setup);
    case Recipient::Endpoint:
      // Endpoint 0 cannot be halted; there is no other.
      if (setup.bRequest == GET_STATUS && (setup.wIndex & 0x7F) == 0) return two_bytes(0);
      return Stall{};
    case Recipient::Other:
      return Stall{};
  }
  return Stall{};
}

void StandardRequests::bus_reset() {
  configuration_ = 0;
  alternate_setting_ = 0;
}

ControlReply StandardRequests::device_request(const SetupPacket& setup) {
  switch (setup.bRequest) {
    case GET_STATUS:
      return two_bytes(device_status_);
    case GET_DESCRIPTOR:
      return get_descriptor(setup);
    case GET_CONFIGURATION:
      return one_byte(configuration_);
    case SET_CONFIGURATION:
      return set_configuration(static_cast<std::uint8_t>(setup.wValue));
    case SET_ADDRESS:
      return Ack{};
    default:
      return Stall{};
  }
}

ControlReply StandardRequests::interface_request(const SetupPacket& setup) {
  const bool exists = std::any_of(
      descriptors_.configuration.interfaces.begin(), descriptors_.configuration.interfaces.end(),
      [&](const InterfaceDescriptor& it) { return it.bInterfaceNumber == setup.wIndex; });
  if (!exists || configuration_ == 0) return Stall{};
  switch (setup.bRequest) {
    case GET_STATUS:
      return two_bytes(0);
    case GET_DESCRIPTOR:
      return get_class_descriptor(setup);
    case GET_INTERFACE:
      return one_byte(alternate_setting_);
    case SET_INTERFACE:
      return set_interface(setup);
    default:
      return Stall{};
  }
}

/// A full-speed-only device stalls DEVICE_QUALIFIER (USB 2.0 §9.6.2), as it stalls all it lacks.
ControlReply StandardRequests::get_descriptor(const SetupPacket& setup) const {
  const auto index = static_cast<std::uint8_t>(setup.wValue);
  switch (setup.wValue >> 8) {
    case DEVICE:
      return DataStage{encode_device_descriptor(descriptors_.device)};
    case CONFIGURATION:
      if (index >= descriptors_.device.bNumConfigurations) return Stall{};
      return DataStage{encode_configuration_descriptor(descriptors_.configuration)};
    case STRING:
      return get_string(index);
    default:
      return Stall{};
  }
}

ControlReply StandardRequests::get_string(std::uint8_t index) const {
  if (index == 0) return DataStage{encode_langid_table()};
  if (index > descriptors_.strings.size()) return Stall{};
  return DataStage{encode_string_descriptor(descriptors_.strings[index - 1])};
}

/// The first of this type in the configuration, as ST's USB Device Library gives it.
ControlReply StandardRequests::get_class_descriptor(const SetupPacket& setup) const {
  switch (descriptors_.class_descriptors) {
    case ClassDescriptorRequest::Stalled:
      return Stall{};
    case ClassDescriptorRequest::Never:
      return NoReply{};
    case ClassDescriptorRequest::Answered:
      break;
  }
  for (const InterfaceDescriptor& interface : descriptors_.configuration.interfaces) {
    const bool is_it = interface.extra.size() > 1 && interface.extra[1] == setup.wValue >> 8;
    if (is_it) return DataStage{interface.extra};
  }
  return Stall{};
}

ControlReply StandardRequests::set_configuration(std::uint8_t value) {
  if (value != 0 && value != descriptors_.configuration.bConfigurationValue) return Stall{};
  configuration_ = value;
  alternate_setting_ = 0;
  return Ack{};
}

ControlReply StandardRequests::set_interface(const SetupPacket& setup) {
  for (const InterfaceDescriptor& interface : descriptors_.configuration.interfaces) {
    if (interface.bInterfaceNumber == setup.wIndex && interface.bAlternateSetting == setup.wValue) {
      alternate_setting_ = interface.bAlternateSetting;
      return Ack{};
    }
  }
  return Stall{};
}

}  // namespace dfurig::usb
