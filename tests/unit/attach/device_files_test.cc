#include "attach/device_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "attach/sample_device.h"

namespace dfurig::attach {
namespace {

namespace fs = std::filesystem;

class DeviceFilesTest : public testing::Test {
 protected:
  DeviceFilesTest() {
    add_root_hub(tree_, 1, 1);
    add_device(tree_, facts_);
  }
  std::string read(const std::string& path) const {
    std::ifstream stream(tree_.real_path(path), std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
  }
  std::string attribute(const std::string& name) const {
    return read("/sys/bus/usb/devices/1-1/" + name);
  }

  VirtualTree tree_;
  DeviceFacts facts_ = sample_device();
};

TEST_F(DeviceFilesTest, ShowADeviceAsSysfsDoes) {
  EXPECT_EQ(attribute("idVendor"), "0483\n");
  EXPECT_EQ(attribute("idProduct"), "df11\n");
  EXPECT_EQ(attribute("bcdDevice"), "2200\n");
  EXPECT_EQ(attribute("version"), " 1.00\n");
  EXPECT_EQ(attribute("bMaxPower"), "100mA\n");
  EXPECT_EQ(attribute("busnum"), "1\n");
  EXPECT_EQ(attribute("devnum"), "2\n");
  EXPECT_EQ(attribute("speed"), "12\n");
  EXPECT_EQ(attribute("dev"), "189:1\n");
  EXPECT_EQ(attribute("serial"), "386232733136\n");
  EXPECT_EQ(attribute("descriptors").size(), 18u + 36);
  EXPECT_NE(attribute("uevent").find("DEVNAME=bus/usb/001/002\n"), std::string::npos);
  EXPECT_EQ(attribute("product"), "STM32  BOOTLOADER\n");
}

TEST_F(DeviceFilesTest, LeaveOutStringsTheDeviceLacks) {
  facts_.port = 2;
  facts_.device = 3;
  facts_.product = "";
  add_device(tree_, facts_);
  EXPECT_TRUE(fs::exists(tree_.real_path("/sys/bus/usb/devices/1-2/serial")));
  EXPECT_FALSE(fs::exists(tree_.real_path("/sys/bus/usb/devices/1-2/product")));
}

TEST_F(DeviceFilesTest, HoldWhatUdevWroteDown) {
  EXPECT_EQ(read("/run/udev/data/c189:1"),
            "I:4711\n"
            "E:ID_BUS=usb\n"
            "E:ID_MODEL=STM32_BOOTLOADER\n"
            "E:ID_MODEL_ID=df11\n"
            "E:ID_REVISION=2200\n"
            "E:ID_SERIAL=STMicroelectronics_STM32_BOOTLOADER_386232733136\n"
            "E:ID_SERIAL_SHORT=386232733136\n"
            "E:ID_USB_INTERFACES=:fe0102:\n"
            "E:ID_VENDOR=STMicroelectronics\n"
            "E:ID_VENDOR_ID=0483\n"
            "V:1\n");
}

TEST_F(DeviceFilesTest, ShowOneInterfaceHoweverManyAlternates) {
  EXPECT_EQ(read("/sys/bus/usb/devices/1-1:1.0/bInterfaceClass"), "fe\n");
  EXPECT_EQ(read("/sys/bus/usb/devices/1-1/1-1:1.0/bInterfaceProtocol"), "02\n");
}

TEST_F(DeviceFilesTest, LinkEverythingToSomethingThatExists) {
  unsigned links = 0;
  for (const auto& entry : fs::recursive_directory_iterator(tree_.real_path("/sys"))) {
    if (!entry.is_symlink()) continue;
    ++links;
    EXPECT_TRUE(fs::exists(entry.path())) << entry.path();
  }
  EXPECT_GE(links, 8u);
}

TEST_F(DeviceFilesTest, DisappearWithTheDevice) {
  remove_device(tree_, facts_);
  for (const auto& entry : fs::recursive_directory_iterator(tree_.real_path("/"))) {
    EXPECT_EQ(entry.path().string().find("1-1"), std::string::npos) << entry.path();
  }
  EXPECT_FALSE(fs::exists(tree_.real_path("/dev/bus/usb/001/002")));
  EXPECT_FALSE(fs::exists(tree_.real_path("/run/udev/data/c189:1")));
  EXPECT_TRUE(fs::exists(tree_.real_path("/sys/bus/usb/devices/usb1/idVendor")));
}

}  // namespace
}  // namespace dfurig::attach
