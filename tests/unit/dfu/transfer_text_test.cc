#include "dfu/transfer_text.h"

#include <gtest/gtest.h>

#include "dfu/dfu.h"

namespace dfurig::dfu {
namespace {

usb::Transfer out(std::uint16_t wValue, const Bytes& data, usb::ControlReply reply = usb::Ack{}) {
  return {{},
          {},
          {0x21, DFU_DNLOAD, wValue, 0, static_cast<std::uint16_t>(data.size())},
          data,
          std::move(reply)};
}

usb::Transfer status(const StatusReply& reply) {
  const Bytes data = encode_status_reply(reply);
  return {{}, {}, {0xA1, DFU_GETSTATUS, 0, 0, 6}, data, usb::DataStage{data}};
}

TEST(Describe, SpeaksDfusWords) {
  EXPECT_EQ(describe(status({Status::OK, 104, State::dfuDNBUSY, 0})),
            "DFU_GETSTATUS wValue=0 wLength=6 -> OK, 104 ms, dfuDNBUSY");
  EXPECT_EQ(describe(out(0, {0x21, 0, 0, 0, 8})),
            "DFU_DNLOAD wValue=0 wLength=5 (Set Address Pointer 0x08000000) -> ACK");
  EXPECT_EQ(describe(out(1, {1}, usb::Stall{})),
            "DFU_DNLOAD wValue=1 wLength=1 (not defined) -> STALL");
  EXPECT_EQ(describe({{},
                      {},
                      {0x80, usb::GET_DESCRIPTOR, 0x100, 0, 18},
                      Bytes(18),
                      usb::DataStage{Bytes(18)}}),
            "GET_DESCRIPTOR wValue=256 wLength=18 -> 18 bytes");
  EXPECT_EQ(describe({{}, {}, {0xC0, 0x42, 0, 0, 1}, {}, usb::NoReply{}}),
            "bmRequestType 0xC0 bRequest 0x42 wValue=0 wLength=1 -> no reply");
}

TEST(NameOf, NamesStandardRequestsAndLeavesOthersNameless) {
  EXPECT_EQ(name_of({0x80, usb::GET_DESCRIPTOR, 0x100, 0, 18}), "GET_DESCRIPTOR");
  EXPECT_EQ(name_of({0xA1, DFU_GETSTATUS, 0, 0, 6}), "DFU_GETSTATUS");
  EXPECT_EQ(name_of({0xC0, 1, 0, 0, 0}), "") << "vendor";
  EXPECT_EQ(name_of({0x21, 7, 0, 0, 0}), "") << "no DFU request";
}

}  // namespace
}  // namespace dfurig::dfu
