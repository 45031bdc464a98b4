#include "scenario/transcript_summary.h"

#include <gtest/gtest.h>

#include "dfu/dfu.h"

namespace dfurig::scenario {
namespace {

usb::Transfer out(std::uint16_t wValue, const Bytes& data, usb::ControlReply reply = usb::Ack{}) {
  return {{},
          {},
          {0x21, dfu::DFU_DNLOAD, wValue, 0, static_cast<std::uint16_t>(data.size())},
          data,
          std::move(reply)};
}

usb::Transfer status(const dfu::StatusReply& reply) {
  const Bytes data = dfu::encode_status_reply(reply);
  return {{}, {}, {0xA1, dfu::DFU_GETSTATUS, 0, 0, 6}, data, usb::DataStage{data}};
}

TEST(Describe, SpeaksDfusWords) {
  EXPECT_EQ(describe(status({dfu::Status::OK, 104, dfu::State::dfuDNBUSY, 0})),
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

TEST(Summarise, AddsUpWhatWasDone) {
  dfu::BootloaderSpec spec;
  spec.wTransferSize = 1024;
  EXPECT_EQ(summarise({out(0, {0x41, 0, 0, 0, 8}), out(0, {0x21, 0, 0, 0, 8}), out(2, Bytes(1024)),
                       out(3, Bytes(100)), out(1, {1}, usb::Stall{}), out(0, {}),
                       status({dfu::Status::OK, 0, dfu::State::dfuMANIFEST, 0})},
                      spec),
            (std::vector<std::string>{
                "7 control transfers: DFU_DNLOAD ×6 DFU_GETSTATUS ×1; stalls: 1", "sector erase ×1",
                "write: 2 blocks, 1124 bytes, 0x08000000 to 0x08000463",
                "Leave, pointer 0x08000000", "last DFU_GETSTATUS: OK, 0 ms, dfuMANIFEST"}));
}

}  // namespace
}  // namespace dfurig::scenario
