#include "attach/virtual_tree.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace dfurig::attach {
namespace {

class ResolveTest : public testing::Test {
 protected:
  ResolveTest() {
    tree_.add_link("/sys/bus/usb/devices/1-1", "../../../devices/platform/dfurig.0/usb1/1-1");
    tree_.add_link("/sys/bus/usb/devices/1-1:1.0",
                   "../../../devices/platform/dfurig.0/usb1/1-1/1-1:1.0");
    tree_.add_file("/sys/devices/platform/dfurig.0/usb1/1-1/idVendor", "0483\n");
    tree_.add_link("/sys/bus/round", "round");
    tree_.add_link("/sys/bus/whole", "/sys/bus/usb");
  }
  std::string path(const std::string& path, bool follows_last = true) const {
    return tree_.resolve(path, follows_last).path;
  }

  VirtualTree tree_;
};

const std::string device = "/sys/devices/platform/dfurig.0/usb1/1-1";

TEST_F(ResolveTest, RemovesDotsAndDoubleSlashes) {
  EXPECT_EQ(path("/sys//bus/./usb/../usb/devices/"), "/sys/bus/usb/devices");
  EXPECT_EQ(path("/.."), "/");
  EXPECT_EQ(path("/"), "/");
  EXPECT_EQ(path("/etc/../usr/lib"), "/usr/lib");
}

TEST_F(ResolveTest, FollowsLinksBeforeGoingUpAsTheKernelDoes) {
  EXPECT_EQ(path("/sys/bus/usb/devices/1-1:1.0/../idVendor"), device + "/idVendor");
  EXPECT_EQ(path("/sys/bus/usb/devices/1-1/../../../../../bus"), "/sys/bus");
  EXPECT_EQ(path("/sys/bus/whole/devices/1-1/idVendor"), device + "/idVendor");
}

TEST_F(ResolveTest, FollowsTheLastLinkWhenAsked) {
  EXPECT_EQ(path("/sys/bus/usb/devices/1-1"), device);
  EXPECT_EQ(path("/sys/bus/usb/devices/1-1", false), "/sys/bus/usb/devices/1-1");
  EXPECT_EQ(path("/sys/bus/usb/devices/1-1/", false), device) << "a slash behind follows";
}

TEST_F(ResolveTest, KnowsPathsThatLeadOutOfTheTree) {
  EXPECT_TRUE(tree_.resolve("/sys/bus/usb/devices/1-1/../../../../../class", true).is_ours);
  EXPECT_FALSE(tree_.resolve("/sys/class", true).is_ours);
  EXPECT_EQ(path("/sys/bus/../class"), "/sys/class");
}

TEST_F(ResolveTest, DoesNotGoRoundForEver) {
  EXPECT_EQ(path("/sys/bus/round"), "/sys/bus/round");
}

TEST(VirtualTree, CoversTheMachinesUsbAndNothingElse) {
  for (const char* path :
       {"/sys/bus", "/sys/bus/usb/devices/1-1", "/dev/bus/usb/001/002", "/sys/dev/char/189:1",
        "/sys/devices/platform/dfurig.0/usb1", "/run/udev/control", "/run/udev/data/c189:1"}) {
    EXPECT_TRUE(VirtualTree::covers(path)) << path;
  }
  for (const char* path : {"/sys", "/sys/business", "/dev/bus2", "/sys/dev/char/1:3", "/etc",
                           "/sys/devices/platform", "/run/udev", "/run/udev/data/b8:0"}) {
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

TEST(VirtualTree, RemovesAFolderWithAllThatIsInItAndNothingElse) {
  VirtualTree tree;
  tree.add_file("/sys/bus/1-1/a", "");
  tree.add_file("/sys/bus/1-1/b/c", "");
  tree.add_file("/sys/bus/1-1:1.0/a", "");
  tree.add_file("/sys/bus/1-10", "");
  tree.remove("/sys/bus/1-1");
  const auto is_there = [&](const std::string& path) {
    return std::filesystem::exists(tree.real_path(path));
  };
  EXPECT_FALSE(is_there("/sys/bus/1-1"));
  EXPECT_TRUE(is_there("/sys/bus/1-1:1.0/a") && is_there("/sys/bus/1-10"));
  tree.remove("/sys/bus/1-1");
  tree.add_file("/sys/bus/1-1/a", "again");
  EXPECT_TRUE(is_there("/sys/bus/1-1/a"));
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
