#include "attach/imported_device.h"

#include <gtest/gtest.h>

#include <thread>

#include "attach/pluggable_device.h"
#include "usbip/local_link.h"

namespace dfurig::attach {
namespace {

class ImportedDeviceTest : public testing::Test {
 protected:
  ImportedDeviceTest() { exports_.add(stub_); }

  ImportedDevice import() {
    return ImportedDevice(usbip::local_connector(exports_, clock_), "1-1", time_);
  }
  std::optional<bool> reset(ImportedDevice& device) {
    std::optional<bool> is_same;
    stub_.seen.clear();
    device.reset([&](bool same) { is_same = same; });
    for (int i = 0; i < 10 && !is_same; ++i) device.pump();
    return is_same;
  }

  PluggableDevice stub_;
  usbip::Exports exports_;
  ManualClock clock_;
  ToolTime time_;
};

const usbip::Transfer get_status = usbip::control_transfer({0xA1, 3, 0, 0, 6});

TEST_F(ImportedDeviceTest, IsEnumeratedAsAHostDoesIt) {
  const ImportedDevice device = import();
  const DeviceFacts& facts = device.facts();
  EXPECT_EQ(facts.device_descriptor.size(), 18u);
  EXPECT_EQ(facts.configuration.size(), 9u + 9 + 9);
  EXPECT_EQ(facts.descriptors.size(), 18u + 27);
  ASSERT_EQ(stub_.seen.size(), 1u) << "beside GET_DESCRIPTOR";
  EXPECT_EQ(stub_.seen[0], (usb::SetupPacket{0, usb::SET_CONFIGURATION, 1, 0, 0}));
}

TEST_F(ImportedDeviceTest, ReadsEveryConfiguration) {
  stub_.set.device.bNumConfigurations = 2;
  const ImportedDevice device = import();
  EXPECT_EQ(device.facts().configuration.size(), 27u);
  EXPECT_EQ(device.facts().descriptors.size(), 18u + 27 + 27);
}

TEST_F(ImportedDeviceTest, CancelsATransferThatIsLate) {
  ImportedDevice device = import();
  stub_.answers = {{usb::NoReply{}}};
  std::optional<usbip::Completion> end;
  device.submit(
      get_status, [&](const usbip::Completion& it) { end = it; }, std::chrono::milliseconds(5));
  device.pump();
  EXPECT_FALSE(end);
  ASSERT_TRUE(device.due_in());
  std::this_thread::sleep_for(*device.due_in());
  device.pump();
  ASSERT_TRUE(end);
  EXPECT_TRUE(end->was_unlinked);
  EXPECT_EQ(device.due_in(), std::nullopt);
}

TEST_F(ImportedDeviceTest, EndsOpenTransfersWhenItGoes) {
  ImportedDevice device = import();
  stub_.answers = {{usb::NoReply{}}};
  std::int32_t status = 0;
  device.submit(get_status, [&](const usbip::Completion& it) { status = it.status; });
  stub_.attachment_ = 0;
  device.pump();
  EXPECT_EQ(status, -ESHUTDOWN);
  EXPECT_TRUE(device.is_gone());
}

TEST_F(ImportedDeviceTest, EndsWhatCompletesAtOnce) {
  ImportedDevice device = import();
  stub_.answers = {{usb::Ack{}}};
  bool has_ended = false;
  device.submit(get_status, [&](const usbip::Completion&) { has_ended = true; });
  device.pump_within(Duration{0});
  EXPECT_TRUE(has_ended);
}

TEST_F(ImportedDeviceTest, LeavesItToPumpThatTheDeviceHasGone) {
  ImportedDevice device = import();
  stub_.answers = {{usb::Ack{}}};
  bool has_ended = false;
  device.submit(get_status, [&](const usbip::Completion&) { has_ended = true; });
  stub_.attachment_ = 0;
  device.pump_within(Duration{0});
  EXPECT_TRUE(has_ended);
  EXPECT_FALSE(device.is_gone()) << "who watches it asks for its descriptor";
  EXPECT_EQ(device.due_in(), Duration{0});
  device.pump();
  EXPECT_TRUE(device.is_gone());
}

TEST_F(ImportedDeviceTest, IsItselfAfterAResetWithItsSettings) {
  ImportedDevice device = import();
  device.remember_setting(0, 1);
  EXPECT_EQ(reset(device), true);
  EXPECT_EQ(stub_.bus_resets, 1u);
  ASSERT_EQ(stub_.seen.size(), 2u);
  EXPECT_EQ(stub_.seen[0], (usb::SetupPacket{0, usb::SET_CONFIGURATION, 1, 0, 0}));
  EXPECT_EQ(stub_.seen[1], (usb::SetupPacket{1, usb::SET_INTERFACE, 1, 0, 0}));
}

TEST_F(ImportedDeviceTest, HasGoneWhenAResetMakesItAnother) {
  ImportedDevice device = import();
  stub_.set.device.idProduct = 0x5740;
  EXPECT_EQ(reset(device), false);
  EXPECT_TRUE(device.is_gone());
  EXPECT_EQ(usbip::list_devices(usbip::local_connector(exports_, clock_)).size(), 1u)
      << "it is given back";
}

TEST_F(ImportedDeviceTest, HasGoneWhenItDoesNotSurviveTheReset) {
  ImportedDevice device = import();
  stub_.attachment_ = 0;
  EXPECT_EQ(reset(device), false);
  EXPECT_TRUE(device.is_gone());
}

TEST_F(ImportedDeviceTest, IsClaimedByWhoSendsRequestsToAnInterface) {
  ImportedDevice device = import();
  const int first = 0, second = 0;
  const usb::SetupPacket to_interface{0xA1, 3, 0, 0, 6};
  EXPECT_EQ(claim_recipient(device, to_interface, &first), 0);
  EXPECT_EQ(claim_recipient(device, to_interface, &second), -EBUSY);
  EXPECT_EQ(claim_recipient(device, {0x80, 6, 0, 0, 6}, &second), 0) << "to the device";
  EXPECT_EQ(claim_recipient(device, {0xC1, 3, 0, 0, 6}, &second), 0) << "vendor's";
  EXPECT_EQ(claim_recipient(device, {0xA1, 3, 0, 7, 6}, &second), -ENOENT);
}

}  // namespace
}  // namespace dfurig::attach
