#include "usb/descriptors.h"

#include <algorithm>
#include <set>

namespace dfurig::usb {
namespace {

constexpr std::uint16_t langid_us_english = 0x0409;
/// bLength is one byte, and the header takes two of what it counts.
constexpr std::size_t string_length_max = 126;

Bytes encode_interface(const InterfaceDescriptor& interface) {
  return ByteWriter()
      .u8(InterfaceDescriptor::size)
      .u8(INTERFACE)
      .u8(interface.bInterfaceNumber)
      .u8(interface.bAlternateSetting)
      .u8(0)  // bNumEndpoints
      .u8(interface.bInterfaceClass)
      .u8(interface.bInterfaceSubClass)
      .u8(interface.bInterfaceProtocol)
      .u8(interface.iInterface)
      .append(interface.extra)
      .take();
}

}  // namespace

Bytes encode_device_descriptor(const DeviceDescriptor& device) {
  return ByteWriter()
      .u8(DeviceDescriptor::size)
      .u8(DEVICE)
      .u16le(device.bcdUSB)
      .u8(device.bDeviceClass)
      .u8(device.bDeviceSubClass)
      .u8(device.bDeviceProtocol)
      .u8(device.bMaxPacketSize0)
      .u16le(device.idVendor)
      .u16le(device.idProduct)
      .u16le(device.bcdDevice)
      .u8(device.iManufacturer)
      .u8(device.iProduct)
      .u8(device.iSerialNumber)
      .u8(device.bNumConfigurations)
      .take();
}

Bytes encode_configuration_descriptor(const ConfigurationDescriptor& configuration) {
  Bytes body;
  std::set<std::uint8_t> numbers;
  for (const InterfaceDescriptor& interface : configuration.interfaces) {
    const Bytes bytes = encode_interface(interface);
    body.insert(body.end(), bytes.begin(), bytes.end());
    numbers.insert(interface.bInterfaceNumber);
  }
  return ByteWriter()
      .u8(ConfigurationDescriptor::size)
      .u8(CONFIGURATION)
      .u16le(static_cast<std::uint16_t>(ConfigurationDescriptor::size + body.size()))
      .u8(static_cast<std::uint8_t>(numbers.size()))
      .u8(configuration.bConfigurationValue)
      .u8(configuration.iConfiguration)
      .u8(configuration.bmAttributes)
      .u8(configuration.bMaxPower)
      .append(body)
      .take();
}

Bytes encode_string_descriptor(const std::string& ascii) {
  const std::size_t length = std::min(ascii.size(), string_length_max);
  ByteWriter writer;
  writer.u8(static_cast<std::uint8_t>(2 + 2 * length)).u8(STRING);
  for (std::size_t i = 0; i < length; ++i) writer.u16le(static_cast<std::uint8_t>(ascii[i]));
  return writer.take();
}

Bytes encode_langid_table() {
  return ByteWriter().u8(4).u8(STRING).u16le(langid_us_english).take();
}

}  // namespace dfurig::usb
