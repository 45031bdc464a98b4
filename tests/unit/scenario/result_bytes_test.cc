#include "scenario/result_bytes.h"

#include <gtest/gtest.h>

namespace dfurig::scenario {
namespace {

Bytes sample() {
  ByteWriter out;
  append_flag(out, true);
  append_number(out, 0x0102030405060708);
  append_text(out, std::string("a\0b", 3));
  append_bytes(out, Bytes{});
  return out.take();
}

TEST(ResultBytes, AreAFlagABigEndianNumberAndTextBehindItsLength) {
  const Bytes expected = {1, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 3, 'a', 0, 'b', 0, 0, 0, 0};
  EXPECT_EQ(sample(), expected);
}

TEST(ResultReader, GivesBackWhatWasAppended) {
  const Bytes bytes = sample();
  ResultReader reader(bytes);
  EXPECT_TRUE(reader.flag());
  EXPECT_EQ(reader.number(), 0x0102030405060708U);
  EXPECT_EQ(reader.text(), std::string("a\0b", 3));
  EXPECT_TRUE(reader.is_whole());
  EXPECT_FALSE(reader.is_exact()) << "a length is left";
  EXPECT_EQ(reader.bytes(), Bytes{});
  EXPECT_TRUE(reader.is_exact());
}

TEST(ResultReader, GivesNothingOnceSomethingWasMissing) {
  const Bytes bytes = {0, 0, 0, 5, 'a', 'b'};
  ResultReader reader(bytes);
  EXPECT_EQ(reader.text(), "");
  EXPECT_FALSE(reader.is_whole());
  EXPECT_EQ(reader.u8(), 0) << "though a byte is there";
  EXPECT_FALSE(reader.is_exact());
}

TEST(ResultReader, TakesNoFlagButZeroAndOne) {
  const Bytes bytes = {2};
  ResultReader reader(bytes);
  EXPECT_FALSE(reader.flag());
  EXPECT_FALSE(reader.is_exact());
}

}  // namespace
}  // namespace dfurig::scenario
