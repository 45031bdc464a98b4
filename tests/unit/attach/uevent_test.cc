#include "attach/uevent.h"

#include <gtest/gtest.h>

#include "attach/sample_device.h"

namespace dfurig::attach {
namespace {

using Lines = std::vector<std::string>;

std::string line(const Uevent& event) {
  return event.action + "@" + event.path;
}

/// The NUL-terminated strings from `offset` on.
Lines strings_of(const Bytes& message, std::size_t offset = 0) {
  Lines strings;
  while (offset < message.size()) {
    strings.emplace_back(reinterpret_cast<const char*>(message.data()) + offset);
    offset += strings.back().size() + 1;
  }
  return strings;
}

TEST(Uevents, OfAPlugComeAsTheKernelSendsThem) {
  const auto events = plug_events(sample_device());
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(line(events[0]), "add@/devices/platform/dfurig.0/usb1/1-1");
  EXPECT_EQ(line(events[1]), "add@/devices/platform/dfurig.0/usb1/1-1/1-1:1.0");
  EXPECT_EQ(line(events[2]), "bind@/devices/platform/dfurig.0/usb1/1-1");
}

TEST(Uevents, OfAnUnplugComeAsTheKernelSendsThem) {
  const auto events = unplug_events(sample_device());
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(line(events[0]), "remove@/devices/platform/dfurig.0/usb1/1-1/1-1:1.0");
  EXPECT_EQ(line(events[1]), "unbind@/devices/platform/dfurig.0/usb1/1-1");
  EXPECT_EQ(line(events[2]), "remove@/devices/platform/dfurig.0/usb1/1-1");
}

TEST(EncodeUevent, ForTheKernelsGroupIsALineAndTheEnvironment) {
  Uevent event = plug_events(sample_device())[0];
  event.seqnum = 12;
  EXPECT_EQ(
      strings_of(encode_uevent(event, kernel_group)),
      (Lines{"add@/devices/platform/dfurig.0/usb1/1-1", "ACTION=add",
             "DEVPATH=/devices/platform/dfurig.0/usb1/1-1", "SUBSYSTEM=usb", "MAJOR=189", "MINOR=1",
             "DEVNAME=bus/usb/001/002", "DEVTYPE=usb_device", "PRODUCT=483/df11/2200", "TYPE=0/0/0",
             "BUSNUM=001", "DEVNUM=002", "SEQNUM=12"}));
}

// systemd, src/libsystemd/sd-device/device-monitor.c, struct monitor_netlink_header.
TEST(EncodeUevent, ForUdevsGroupHasLibudevsHeader) {
  Uevent event = unplug_events(sample_device())[2];
  event.seqnum = 7;
  const Bytes message = encode_uevent(event, udev_group);
  ByteReader reader(message);
  const ByteView prefix = reader.take(8);
  EXPECT_EQ(std::string(prefix.begin(), prefix.end()), std::string("libudev", 8));
  EXPECT_EQ(reader.u32be(), 0xFEEDCAFEu);
  EXPECT_EQ(reader.u32le(), 40u) << "size of the header";
  EXPECT_EQ(reader.u32le(), 40u) << "where the properties begin";
  EXPECT_EQ(reader.u32le(), message.size() - 40);
  // What libudev's own socket filter compares: strace -e setsockopt udevadm monitor
  // --subsystem-match=usb/usb_device.
  EXPECT_EQ(reader.u32be(), 0x0577C5E5u);
  EXPECT_EQ(reader.u32be(), 0x27F8F50Cu);
  EXPECT_EQ(reader.u32be(), 0u);
  EXPECT_EQ(reader.u32be(), 0u);
  const Lines properties = strings_of(message, 40);
  EXPECT_EQ(properties[0], "ACTION=remove");
  EXPECT_EQ(properties[5], "DEVNAME=/dev/bus/usb/001/002") << "udev names the node by its path";
  EXPECT_EQ(properties[properties.size() - 2], "USEC_INITIALIZED=4711");
  EXPECT_EQ(properties.back(), "SEQNUM=7");
}

// The published verification value of MurmurHash2 (SMHasher, main.cpp): keys 0, 01, 012, … of up to
// 255 bytes, seeded 256 - length; their hashes hashed again.
TEST(MurmurHash2, HasThePublishedVerificationValue) {
  Bytes key;
  ByteWriter hashes;
  for (std::uint32_t i = 0; i < 256; ++i) {
    hashes.u32le(murmur_hash2(key, 256 - i));
    key.push_back(static_cast<std::uint8_t>(i));
  }
  EXPECT_EQ(murmur_hash2(hashes.take(), 0), 0x27864C1Eu);
}

}  // namespace
}  // namespace dfurig::attach
