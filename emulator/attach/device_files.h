// How the Linux kernel shows a USB device: its node under /dev and its folder under /sys.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "attach/virtual_tree.h"
#include "support/bytes.h"

namespace dfurig::attach {

/// Character device major of usbfs nodes.
constexpr unsigned usb_device_major = 189;

/// Minor number of a node (drivers/usb/core/devio.c): 128 for each bus.
unsigned device_minor(unsigned bus, unsigned device);
/// "/dev/bus/usb/001/002"
std::string node_path(unsigned bus, unsigned device);
/// The minor of a node's path; absent for any other path.
std::optional<unsigned> find_device_minor(const std::string& path);
inline bool is_device_node(const std::string& path) {
  return find_device_minor(path).has_value();
}

/// What is known of a device once it is enumerated.
struct DeviceFacts {
  unsigned bus = 1;
  unsigned device = 2;       ///< devnum; 1 is the root hub
  unsigned port = 1;         ///< of the root hub; 0: this is the root hub
  std::string speed = "12";  ///< Mbit/s, as sysfs writes it
  Bytes device_descriptor;   ///< 18 bytes
  Bytes configuration;       ///< the whole active configuration
  Bytes descriptors;         ///< the device's, then every configuration
  std::string manufacturer;  ///< empty: no such string
  std::string product;
  std::string serial;
  unsigned root_ports = 0;  ///< of a root hub
};

/// Adds the bus's root hub: what an empty bus looks like.
void add_root_hub(VirtualTree& tree, unsigned bus, unsigned ports);
void add_device(VirtualTree& tree, const DeviceFacts& facts);
void remove_device(VirtualTree& tree, const DeviceFacts& facts);

}  // namespace dfurig::attach
