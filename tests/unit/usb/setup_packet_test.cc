#include "usb/setup_packet.h"

#include <gtest/gtest.h>

namespace dfurig::usb {
namespace {

// USB 2.0 table 9-2; DFU_DNLOAD, wBlockNum 2, interface 0, 2048 bytes.
const Bytes dfu_dnload = {0x21, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x08};

TEST(SetupPacket, IsEightLittleEndianBytes) {
  const SetupPacket setup = parse_setup_packet(dfu_dnload);
  EXPECT_EQ(setup, (SetupPacket{0x21, 1, 2, 0, 2048}));
  EXPECT_EQ(encode_setup_packet(setup), dfu_dnload);
}

TEST(SetupPacket, TellsDirectionTypeAndRecipient) {
  const SetupPacket dnload = parse_setup_packet(dfu_dnload);
  EXPECT_FALSE(dnload.is_device_to_host());
  EXPECT_EQ(dnload.type(), RequestType::Class);
  EXPECT_EQ(dnload.recipient(), Recipient::Interface);
  const SetupPacket vendor{0xC3, 0, 0, 0, 0};
  EXPECT_TRUE(vendor.is_device_to_host());
  EXPECT_EQ(vendor.type(), RequestType::Vendor);
  EXPECT_EQ(vendor.recipient(), Recipient::Other);
  EXPECT_EQ((SetupPacket{0x1F, 0, 0, 0, 0}.recipient()), Recipient::Other);
}

}  // namespace
}  // namespace dfurig::usb
