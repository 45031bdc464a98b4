#include "attach/device_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace dfurig::attach {
namespace {

namespace fs = std::filesystem;

class DeviceFilesTest : public testing::Test {
 protected:
  DeviceFilesTest() {
    facts_.device_descriptor = {18,   1,    0x00, 0x01, 0,    0, 0, 64, 0x83,
                                0x04, 0x11, 0xDF, 0x00, 0x22, 1, 2, 3,  1};
    facts_.configuration = {9, 2, 36,   0, 1,    1,    0,    0xC0, 50, 9, 4,    0,
                            0, 0, 0xFE, 1, 2,    4,    9,    4,    0,  1, 0,    0xFE,
                            1, 2, 5,    9, 0x21, 0x0B, 0xFF, 0,    0,  8, 0x1A, 1};
    facts_.descriptors = facts_.device_descriptor;
    facts_.descriptors.insert(facts_.descriptors.end(), facts_.configuration.begin(),
                              facts_.configuration.end());
    facts_.serial = "386232733136";
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
  DeviceFacts facts_;
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
  EXPECT_FALSE(fs::exists(tree_.real_path("/sys/bus/usb/devices/1-1/product")));
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
  EXPECT_TRUE(fs::exists(tree_.real_path("/sys/bus/usb/devices/usb1/idVendor")));
}

TEST(DeviceNodes, AreNumberedAsTheKernelDoes) {
  EXPECT_EQ(node_path(1, 2), "/dev/bus/usb/001/002");
  EXPECT_EQ(find_device_minor("/dev/bus/usb/001/002"), 1u);
  EXPECT_EQ(find_device_minor("/dev/bus/usb/002/001"), 128u);
  for (const char* path : {"/dev/bus/usb", "/dev/bus/usb/001", "/dev/bus/usb/000/001",
                           "/dev/bus/usb/001/002/x", "/dev/null"}) {
    EXPECT_EQ(find_device_minor(path), std::nullopt) << path;
  }
}

}  // namespace
}  // namespace dfurig::attach
