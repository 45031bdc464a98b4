#include "support/bytes.h"

#include <gtest/gtest.h>

namespace dfurig {
namespace {

TEST(ByteReader, ReadsBothByteOrders) {
  const Bytes bytes = {0x01, 0x12, 0x34, 0x12, 0x34, 0x56, 0x78,
                       0x34, 0x12, 0x78, 0x56, 0x34, 0x12};
  ByteReader reader(bytes);
  EXPECT_EQ(reader.u8(), 0x01);
  EXPECT_EQ(reader.u16be(), 0x1234);
  EXPECT_EQ(reader.u32be(), 0x12345678u);
  EXPECT_EQ(reader.u16le(), 0x1234);
  EXPECT_EQ(reader.u32le(), 0x12345678u);
  EXPECT_EQ(reader.remaining(), 0u);
}

TEST(ByteWriter, WritesBothByteOrders) {
  const Bytes bytes = ByteWriter()
                          .u8(1)
                          .u16be(0x1234)
                          .u32be(0x12345678)
                          .u16le(0x1234)
                          .u32le(0x12345678)
                          .zeros(2)
                          .take();
  EXPECT_EQ(bytes, (Bytes{1, 0x12, 0x34, 0x12, 0x34, 0x56, 0x78, 0x34, 0x12, 0x78, 0x56, 0x34, 0x12,
                          0, 0}));
}

TEST(ByteReaderDeathTest, ReadingPastTheEndIsOurBug) {
  const Bytes one = {1};
  EXPECT_DEATH(ByteReader(one).u16be(), "count <= bytes_.size");
}

}  // namespace
}  // namespace dfurig
