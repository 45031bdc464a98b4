#include "attach/bus.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "attach/device_files.h"
#include "attach/pluggable_device.h"
#include "usbip/local_link.h"

namespace dfurig::attach {
namespace {

class BusTest : public testing::Test {
 protected:
  BusTest() {
    add_usb_subsystem(tree_);
    exports_.add(first_);
    exports_.add(second_);
  }

  /// Pumps until the local server has been looked at again.
  void pump_for_a_while(Bus& bus) {
    bus.pump();
    for (int i = 0; i < 3; ++i) {
      std::this_thread::sleep_for(bus.due_in().value_or(Duration{0}));
      bus.pump();
    }
  }
  bool is_shown(const std::string& path) const {
    return std::filesystem::exists(tree_.real_path(path));
  }
  Bus make_bus() {
    return Bus(usbip::local_connector(exports_, clock_), 1, tree_, time_,
               [this](Bus::Change change, const DeviceFacts& facts) {
                 const bool is_plugged = change == Bus::Change::Plugged;
                 // What the observer sees is what the tree shows.
                 EXPECT_EQ(is_shown(node_path(1, facts.device)), is_plugged);
                 seen_.push_back((is_plugged ? "+" : "-") + name_of(facts) + " " +
                                 std::to_string(facts.device));
               });
  }

  VirtualTree tree_;
  PluggableDevice first_;
  PluggableDevice second_;
  usbip::Exports exports_;
  ManualClock clock_;
  ToolTime time_;
  std::vector<std::string> seen_;
};

using Seen = std::vector<std::string>;

TEST_F(BusTest, ShowsEveryDeviceOfTheServerWithoutAnnouncingThem) {
  const Bus bus = make_bus();
  EXPECT_TRUE(is_shown("/dev/bus/usb/001/001"));
  EXPECT_TRUE(is_shown("/sys/bus/usb/devices/1-1/idVendor"));
  EXPECT_TRUE(is_shown("/sys/bus/usb/devices/1-2/idVendor"));
  EXPECT_NE(bus.find(device_minor(1, 2)), nullptr);
  EXPECT_NE(bus.find(device_minor(1, 3)), nullptr);
  EXPECT_EQ(bus.find(device_minor(1, 1)), nullptr) << "the root hub";
  EXPECT_EQ(bus.find(device_minor(2, 2)), nullptr);
  EXPECT_EQ(seen_, Seen{});
}

TEST_F(BusTest, AnnouncesADeviceThatGoesAndComesBackAtItsPortWithANewNumber) {
  Bus bus = make_bus();
  first_.attachment_ = 0;
  pump_for_a_while(bus);
  EXPECT_EQ(seen_, Seen{"-1-1 2"});
  first_.attachment_ = 2;
  pump_for_a_while(bus);
  EXPECT_EQ(seen_, (Seen{"-1-1 2", "+1-1 4"}));
  EXPECT_EQ(bus.due_in(), std::nullopt) << "nothing is missing: nobody is asked";
}

TEST_F(BusTest, AnnouncesADeviceThatWasAwayTooShortlyToBeSeen) {
  Bus bus = make_bus();
  first_.attachment_ = 2;
  pump_for_a_while(bus);
  EXPECT_EQ(seen_, (Seen{"-1-1 2", "+1-1 4"}));
}

TEST_F(BusTest, WaitsForADeviceThatIsNotThereAtFirst) {
  first_.attachment_ = second_.attachment_ = 0;
  Bus bus = make_bus();
  pump_for_a_while(bus);
  EXPECT_EQ(seen_, Seen{});
  second_.attachment_ = 1;
  pump_for_a_while(bus);
  EXPECT_EQ(seen_, Seen{"+1-1 2"});
}

TEST_F(BusTest, GivesNumbersRoundAndRoundWithoutThoseInUse) {
  Bus bus = make_bus();
  for (std::uint32_t i = 0; i < 126; ++i) {
    first_.attachment_ = 2 + i;
    bus.pump();
  }
  ASSERT_EQ(seen_.size(), 252u);
  EXPECT_EQ(seen_[246], "-1-1 126");
  EXPECT_EQ(seen_[247], "+1-1 127");
  EXPECT_EQ(seen_[249], "+1-1 2");
  EXPECT_EQ(seen_[251], "+1-1 4") << "3 is the other device's";
}

TEST_F(BusTest, KeepsADeviceThatHasGoneForThoseWhoHaveItOpen) {
  Bus bus = make_bus();
  const auto device = bus.find(device_minor(1, 2));
  std::int32_t status = 0;
  device->submit(usbip::control_transfer({0xA1, 3, 0, 0, 6}),
                 [&](const usbip::Completion& it) { status = it.status; });
  first_.attachment_ = 0;
  bus.pump();
  EXPECT_TRUE(device->is_gone());
  EXPECT_EQ(bus.find(device_minor(1, 2)), nullptr);
  device->unlink(1);  // of a device that has gone: nothing
  EXPECT_EQ(status, 0) << "the transfer had ended before";
}

}  // namespace
}  // namespace dfurig::attach
