// Descriptors as values and as the bytes GET_DESCRIPTOR returns (USB 2.0 §9.6).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "support/bytes.h"

namespace dfurig::usb {

/// bDescriptorType (USB 2.0 table 9-5).
enum DescriptorType : std::uint8_t {
  DEVICE = 1,
  CONFIGURATION = 2,
  STRING = 3,
  INTERFACE = 4,
  ENDPOINT = 5,
  DEVICE_QUALIFIER = 6,
};

struct DeviceDescriptor {
  static constexpr std::size_t size = 18;
  std::uint16_t bcdUSB = 0;
  std::uint8_t bDeviceClass = 0;
  std::uint8_t bDeviceSubClass = 0;
  std::uint8_t bDeviceProtocol = 0;
  std::uint8_t bMaxPacketSize0 = 0;
  std::uint16_t idVendor = 0;
  std::uint16_t idProduct = 0;
  std::uint16_t bcdDevice = 0;
  std::uint8_t iManufacturer = 0;
  std::uint8_t iProduct = 0;
  std::uint8_t iSerialNumber = 0;
  std::uint8_t bNumConfigurations = 0;
  bool operator==(const DeviceDescriptor&) const = default;
};

/// One alternate setting; `extra` are class-specific descriptors that follow it.
struct InterfaceDescriptor {
  static constexpr std::size_t size = 9;
  std::uint8_t bInterfaceNumber = 0;
  std::uint8_t bAlternateSetting = 0;
  std::uint8_t bInterfaceClass = 0;
  std::uint8_t bInterfaceSubClass = 0;
  std::uint8_t bInterfaceProtocol = 0;
  std::uint8_t iInterface = 0;
  Bytes extra;
  bool operator==(const InterfaceDescriptor&) const = default;
};

/// A configuration whose interfaces have no endpoints.
struct ConfigurationDescriptor {
  static constexpr std::size_t size = 9;
  std::uint8_t bConfigurationValue = 0;
  std::uint8_t iConfiguration = 0;
  std::uint8_t bmAttributes = 0;
  std::uint8_t bMaxPower = 0;  ///< units of 2 mA
  std::vector<InterfaceDescriptor> interfaces;
  bool operator==(const ConfigurationDescriptor&) const = default;
};

/// GET_DESCRIPTOR to an interface for one of its class-specific descriptors. Devices need not
/// answer it: they are part of the configuration (USB 2.0 §9.4.3).
enum class ClassDescriptorRequest { Stalled, Answered, Never };

/// Everything GET_DESCRIPTOR can ask for. `strings[0]` is string index 1, in ASCII.
struct DescriptorSet {
  ClassDescriptorRequest class_descriptors = ClassDescriptorRequest::Stalled;
  DeviceDescriptor device;
  ConfigurationDescriptor configuration;
  std::vector<std::string> strings;
  bool operator==(const DescriptorSet&) const = default;
};

Bytes encode_device_descriptor(const DeviceDescriptor& device);
/// The whole configuration: wTotalLength bytes.
Bytes encode_configuration_descriptor(const ConfigurationDescriptor& configuration);
/// A STRING descriptor; text beyond 126 characters does not fit bLength and is cut.
Bytes encode_string_descriptor(const std::string& ascii);
/// The LANGID table: US English only.
Bytes encode_langid_table();

}  // namespace dfurig::usb
