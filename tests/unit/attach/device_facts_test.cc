#include "attach/device_facts.h"

#include <gtest/gtest.h>

#include "attach/sample_device.h"

namespace dfurig::attach {
namespace {

using Lines = std::vector<std::string>;

TEST(DeviceNodes, AreNumberedAsTheKernelDoes) {
  EXPECT_EQ(node_path(1, 2), "/dev/bus/usb/001/002");
  EXPECT_EQ(find_device_minor("/dev/bus/usb/001/002"), 1u);
  EXPECT_EQ(find_device_minor("/dev/bus/usb/002/001"), 128u);
  for (const char* path : {"/dev/bus/usb", "/dev/bus/usb/001", "/dev/bus/usb/000/001",
                           "/dev/bus/usb/001/002/x", "/dev/null"}) {
    EXPECT_EQ(find_device_minor(path), std::nullopt) << path;
  }
}

TEST(DeviceNames, AreTheKernels) {
  DeviceFacts facts = sample_device();
  facts.bus = 2;
  facts.port = 3;
  EXPECT_EQ(name_of(facts), "2-3");
  EXPECT_EQ(folder_of(facts), "/sys/devices/platform/dfurig.0/usb2/2-3");
  facts.port = 0;
  EXPECT_EQ(name_of(facts), "usb2");
  EXPECT_EQ(folder_of(facts), "/sys/devices/platform/dfurig.0/usb2");
}

TEST(DeviceProperties, StandInTheKernelsOrder) {
  EXPECT_EQ(
      device_properties(sample_device(), true),
      (Lines{"MAJOR=189", "MINOR=1", "DEVNAME=bus/usb/001/002", "DEVTYPE=usb_device", "DRIVER=usb",
             "PRODUCT=483/df11/2200", "TYPE=0/0/0", "BUSNUM=001", "DEVNUM=002"}));
}

TEST(InterfaceProperties, NameItsDeviceAndItsDriversAlias) {
  const DeviceFacts facts = sample_device();
  const auto interfaces = interfaces_of(facts);
  ASSERT_EQ(interfaces.size(), 1u) << "alternate settings are no interfaces of their own";
  EXPECT_EQ(interfaces[0].name, "1-1:1.0");
  EXPECT_EQ(
      interface_properties(facts, interfaces[0].descriptor),
      (Lines{"DEVTYPE=usb_interface", "PRODUCT=483/df11/2200", "TYPE=0/0/0", "INTERFACE=254/1/2",
             "MODALIAS=usb:v0483pDF11d2200dc00dsc00dp00icFEisc01ip02in00"}));
}

TEST(Interfaces, EndWhereADescriptorIsCutOrEmpty) {
  DeviceFacts facts = sample_device();
  facts.configuration.resize(12);
  EXPECT_TRUE(interfaces_of(facts).empty());
  facts.configuration = {9, 2, 0, 0, 1, 1, 0, 0, 0, 0, 0};
  EXPECT_TRUE(interfaces_of(facts).empty());
}

TEST(Endpoints, AreThoseOfTheActiveConfiguration) {
  DeviceFacts facts = sample_device();
  EXPECT_FALSE(has_endpoint(facts, 0x81));
  const Bytes endpoint = {7, 5, 0x81, 2, 64, 0, 0};
  facts.configuration.insert(facts.configuration.end(), endpoint.begin(), endpoint.end());
  EXPECT_TRUE(has_endpoint(facts, 0x81));
  EXPECT_FALSE(has_endpoint(facts, 0x01));
}

TEST(UdevProperties, UseNumbersForStringsTheDeviceLacks) {
  DeviceFacts facts = sample_device();
  facts.manufacturer = "";
  facts.product = " A/B\tc ";
  facts.serial = "";
  const Lines properties = udev_properties(facts);
  EXPECT_EQ(properties[1], "ID_MODEL=A_B_c");
  EXPECT_EQ(properties[4], "ID_SERIAL=0483_A_B_c");
  EXPECT_EQ(properties.back(), "ID_VENDOR_ID=0483");
}

}  // namespace
}  // namespace dfurig::attach
