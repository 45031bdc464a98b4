#include "attach/virtual_tree.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace dfurig::attach {
namespace {

TEST(NormalisePath, RemovesDotsAndDoubleSlashes) {
  EXPECT_EQ(normalise_path("/sys//bus/./usb/../usb/devices/"), "/sys/bus/usb/devices");
  EXPECT_EQ(normalise_path("/.."), "/");
}

TEST(VirtualTree, CoversTheMachinesUsbAndNothingElse) {
  for (const char* path : {"/sys/bus", "/sys/bus/usb/devices/1-1", "/dev/bus/usb/001/002",
                           "/sys/dev/char/189:1", "/sys/devices/platform/dfurig.0/usb1"}) {
    EXPECT_TRUE(VirtualTree::covers(path)) << path;
  }
  for (const char* path : {"/sys", "/sys/business", "/dev/bus2", "/sys/dev/char/1:3", "/etc",
                           "/sys/devices/platform"}) {
    EXPECT_FALSE(VirtualTree::covers(path)) << path;
  }
}

TEST(VirtualTree, MapsNamesBothWaysAndCleansUp) {
  std::string real;
  {
    VirtualTree tree;
    tree.add_file("/sys/bus/usb/x", "1\n");
    real = tree.real_path("/sys/bus/usb/x");
    EXPECT_TRUE(std::filesystem::exists(real));
    EXPECT_EQ(tree.virtual_path(real), "/sys/bus/usb/x");
    EXPECT_EQ(tree.virtual_path("/etc/passwd"), std::nullopt);
  }
  EXPECT_FALSE(std::filesystem::exists(real));
}

TEST(VirtualTree, KnowsTheLinkBehindAStandIn) {
  VirtualTree tree;
  tree.add_link("/sys/bus/usb/devices/1-1", "../../../devices/platform/dfurig.0/usb1/1-1");
  const std::string stand_in = tree.stand_in_for("/sys/bus/usb/devices/1-1");
  EXPECT_EQ(tree.link_behind(stand_in), "/sys/bus/usb/devices/1-1");
  EXPECT_EQ(tree.virtual_path(stand_in), std::nullopt);
  EXPECT_EQ(tree.link_behind(tree.real_path("/sys")), std::nullopt);
}

}  // namespace
}  // namespace dfurig::attach
