// How the Linux kernel and udev show a USB device: its node under /dev, its folder under /sys and
// what udev wrote down about it.
#pragma once

#include "attach/device_facts.h"
#include "attach/virtual_tree.h"

namespace dfurig::attach {

/// Adds what there is without any device.
void add_usb_subsystem(VirtualTree& tree);
/// Adds the bus's root hub: what an empty bus looks like.
void add_root_hub(VirtualTree& tree, unsigned bus, unsigned ports);
void add_device(VirtualTree& tree, const DeviceFacts& facts);
void remove_device(VirtualTree& tree, const DeviceFacts& facts);

}  // namespace dfurig::attach
