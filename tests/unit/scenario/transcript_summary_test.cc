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
