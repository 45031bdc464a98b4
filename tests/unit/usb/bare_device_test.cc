#include "usb/bare_device.h"

#include <gtest/gtest.h>

#include <array>

namespace dfurig::usb {
namespace {

DescriptorSet sound_card() {
  DescriptorSet set;
  set.device.idVendor = 0x1235;
  set.device.bNumConfigurations = 1;
  set.configuration.bConfigurationValue = 1;
  set.configuration.interfaces = {{0, 0, 0xFE, 1, 1, 0, {}}};
  return set;
}

TEST(BareDeviceTest, TellsWhatItIs) {
  BareDevice device(sound_card());
  EXPECT_TRUE(device.is_attached());
  EXPECT_FALSE(device.next_event());
  const SetupPacket get{0x80, GET_DESCRIPTOR, 0x0100, 0, 18};
  EXPECT_EQ(device.control(get, {}, {}).reply,
            ControlReply(DataStage{encode_device_descriptor(sound_card().device)}));
}

TEST(BareDeviceTest, ABusResetTakesItsConfiguration) {
  BareDevice device(sound_card());
  const SetupPacket set{0x00, SET_CONFIGURATION, 1, 0, 0};
  const SetupPacket get{0x80, GET_CONFIGURATION, 0, 0, 1};
  EXPECT_EQ(device.control(set, {}, {}).reply, ControlReply(Ack{}));
  EXPECT_EQ(device.control(get, {}, {}).reply, ControlReply(DataStage{{1}}));
  device.bus_reset({});
  EXPECT_EQ(device.control(get, {}, {}).reply, ControlReply(DataStage{{0}}));
}

TEST(BareDeviceTest, KnowsNoClassOrVendorRequest) {
  BareDevice device(sound_card());
  for (const std::uint8_t type : std::array<std::uint8_t, 4>{0x21, 0xA1, 0xC0, 0x40}) {
    EXPECT_EQ(device.control({type, 0, 0, 0, 0}, {}, {}).reply, ControlReply(Stall{})) << +type;
  }
}

}  // namespace
}  // namespace dfurig::usb
