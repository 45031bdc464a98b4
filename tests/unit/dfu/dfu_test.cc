#include "dfu/dfu.h"

#include <gtest/gtest.h>

namespace dfurig::dfu {
namespace {

TEST(StatusReply, IsSixBytesWithA24BitPollTimeout) {
  const StatusReply reply{Status::errVENDOR, 0x030201, State::dfuERROR, 4};
  const Bytes bytes = {0x0B, 0x01, 0x02, 0x03, 10, 4};
  EXPECT_EQ(encode_status_reply(reply), bytes);
  EXPECT_EQ(parse_status_reply(bytes), reply);
}

TEST(Names, AreTheSpecifications) {
  EXPECT_EQ(to_string(State::dfuMANIFEST_WAIT_RESET), "dfuMANIFEST-WAIT-RESET");
  EXPECT_EQ(to_string(static_cast<State>(77)), "bState 77");
  EXPECT_EQ(to_string(Status::errCHECK_ERASED), "errCHECK_ERASED");
  EXPECT_EQ(to_string(static_cast<Status>(99)), "bStatus 99");
  EXPECT_EQ(request_name(DFU_GETSTATUS), "DFU_GETSTATUS");
  EXPECT_EQ(request_name(9), "class request 9");
}

}  // namespace
}  // namespace dfurig::dfu
