// What is known of an enumerated device, and what Linux calls it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "support/bytes.h"

namespace dfurig::attach {

/// Character device major of usbfs nodes (Documentation/admin-guide/devices.txt).
constexpr unsigned usb_device_major = 189;

struct DeviceFacts {
  unsigned bus = 1;
  unsigned device = 2;       ///< devnum; 1 is the root hub
  unsigned port = 1;         ///< of the root hub; 0: this is the root hub
  std::uint32_t speed = 2;   ///< enum usb_device_speed (include/uapi/linux/usb/ch9.h); 2: full
  Bytes device_descriptor;   ///< 18 bytes
  Bytes configuration;       ///< the whole active configuration
  Bytes descriptors;         ///< the device's, then every configuration
  std::string manufacturer;  ///< empty: no such string
  std::string product;
  std::string serial;
  unsigned root_ports = 0;            ///< of a root hub
  std::uint64_t plugged_in_usec = 0;  ///< CLOCK_MONOTONIC
};

/// Alternate setting 0 of an interface of the active configuration.
struct InterfaceFacts {
  std::string name;  ///< "1-1:1.0"
  ByteView descriptor;
};
/// Views into `facts`.
std::vector<InterfaceFacts> interfaces_of(const DeviceFacts& facts);

/// True when the active configuration has the endpoint of this bEndpointAddress.
bool has_endpoint(const DeviceFacts& facts, unsigned address);

/// Minor number of a node (drivers/usb/core/devio.c): 128 for each bus.
unsigned device_minor(unsigned bus, unsigned device);
/// "/dev/bus/usb/001/002"
std::string node_path(unsigned bus, unsigned device);
/// The minor of a node's path; absent for any other path.
std::optional<unsigned> find_device_minor(const std::string& path);
inline bool is_device_node(const std::string& path) {
  return find_device_minor(path).has_value();
}

/// "usb1" for a root hub, "1-1" for a device.
std::string name_of(const DeviceFacts& facts);
/// "/sys/devices/platform/dfurig.0/usb1/1-1"
std::string folder_of(const DeviceFacts& facts);

// Properties as "KEY=value", in the kernel's order.

/// Of the device's `uevent` file; `has_driver` once the kernel's usb driver is bound to it.
std::vector<std::string> device_properties(const DeviceFacts& facts, bool has_driver);
std::vector<std::string> interface_properties(const DeviceFacts& facts, ByteView interface);
/// What udev's usb_id adds to a device (src/udev/udev-builtin-usb_id.c of systemd).
std::vector<std::string> udev_properties(const DeviceFacts& facts);

/// `value` by a printf format, such as "%03u".
std::string formatted(const char* format, unsigned value);
/// A field of a descriptor; little-endian.
inline unsigned u16_at(ByteView bytes, std::size_t offset) {
  return bytes[offset] + bytes[offset + 1] * 256u;
}

}  // namespace dfurig::attach
