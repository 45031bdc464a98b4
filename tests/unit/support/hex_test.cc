#include "support/hex.h"

#include <gtest/gtest.h>

namespace dfurig {
namespace {

TEST(Hex, WritesWhatManualsWrite) {
  EXPECT_EQ(hex(0x08000000), "0x08000000");
  EXPECT_EQ(hex(0xAB, 2), "0xAB");
  EXPECT_EQ(hex_bytes(Bytes{0, 0x0A, 0xFF}), "00 0A FF");
}

TEST(ParseNumber, AcceptsHexadecimalDecimalAndBinary) {
  EXPECT_EQ(parse_number("0x1C"), 28u);
  EXPECT_EQ(parse_number("28"), 28u);
  EXPECT_EQ(parse_number("0b1_1100"), 28u);
  EXPECT_EQ(parse_number("0xFFFF_FFFF"), 0xFFFFFFFFu);
}

TEST(ParseNumber, RejectsWhatIsNotANumberOf32Bits) {
  for (const char* bad :
       {"", "0x", "x12", "12 ", "-1", "0x1_0000_0000", "1.5", "_1", "1_", "0b2"}) {
    EXPECT_EQ(parse_number(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace dfurig
