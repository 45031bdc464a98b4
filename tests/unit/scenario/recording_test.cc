#include "scenario/recording.h"

#include <gtest/gtest.h>

namespace dfurig::scenario {
namespace {

Recording sample() {
  Recording recording;
  recording.why_not = "why";
  recording.requests = {"DFU_DNLOAD wValue=2 (write)", ""};
  recording.flash_operations = 9;
  recording.connections = {{{1, 2, 3}, {}}, {}, {{4}}};
  recording.answers = {5, 6};
  recording.flash = Bytes(1000, 0xFF);
  return recording;
}

TEST(Recording, ComesBackAsItWasSent) {
  EXPECT_EQ(parse_recording(encode_recording(sample())), sample());
  EXPECT_EQ(parse_recording(encode_recording({})), Recording{});
}

TEST(Recording, CutShortAnywhereIsNone) {
  const Bytes whole = encode_recording(sample());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(parse_recording(ByteView(whole).first(size)), std::nullopt) << size;
  }
}

TEST(Recording, WithMoreBehindItIsNone) {
  Bytes bytes = encode_recording(sample());
  bytes.push_back(0);
  EXPECT_EQ(parse_recording(bytes), std::nullopt);
}

TEST(Recording, WithANumberOfRequestsThatReachesTooFarIsNone) {
  Bytes bytes = encode_recording({});
  for (std::size_t i = 4; i < 12; ++i) bytes[i] = 0xFF;  // behind the length of why_not
  EXPECT_EQ(parse_recording(bytes), std::nullopt);
}

TEST(Recording, IsAsLongAsAllItsMessages) {
  EXPECT_EQ(sample().size(), 4U);
  EXPECT_EQ(Recording{}.size(), 0U);
}

}  // namespace
}  // namespace dfurig::scenario
