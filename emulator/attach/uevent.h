// What the kernel and udev say over netlink when a device comes or goes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "attach/device_facts.h"
#include "support/bytes.h"

namespace dfurig::attach {

struct Uevent {
  std::string action;                        ///< "add", "remove", "bind", "unbind"
  std::string path;                          ///< DEVPATH: below /sys
  std::vector<std::string> properties;       ///< "KEY=value", the kernel's
  std::vector<std::string> udev_properties;  ///< what udev adds
  std::uint64_t seqnum = 0;                  ///< never 0
  bool operator==(const Uevent&) const = default;
};

/// The events of a device that was plugged in, in the kernel's order, without seqnum.
std::vector<Uevent> plug_events(const DeviceFacts& facts);
std::vector<Uevent> unplug_events(const DeviceFacts& facts);

/// Multicast groups of NETLINK_KOBJECT_UEVENT, as bits of nl_groups.
enum UeventGroup : std::uint32_t {
  kernel_group = 1,
  udev_group = 2,  ///< events udev has dealt with
};

/// The datagram members of the group get.
Bytes encode_uevent(const Uevent& event, UeventGroup group);

/// MurmurHash2, by which libudev's messages name subsystem and device type.
std::uint32_t murmur_hash2(ByteView text, std::uint32_t seed);

}  // namespace dfurig::attach
