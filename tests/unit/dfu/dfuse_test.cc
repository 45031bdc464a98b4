#include "dfu/dfuse.h"

#include <gtest/gtest.h>

namespace dfurig::dfu {
namespace {

TEST(ParseOperation, KnowsTheCommandsOfAn3156) {
  EXPECT_EQ(parse_operation(0, Bytes{0x21, 0x00, 0x40, 0x00, 0x08}),
            Operation{SetAddress{0x08004000}});
  EXPECT_EQ(parse_operation(0, Bytes{0x41, 0x00, 0x00, 0x01, 0x08}),
            Operation{EraseSector{0x08010000}});
  EXPECT_EQ(parse_operation(0, Bytes{0x41}), Operation{MassErase{}});
  EXPECT_EQ(parse_operation(0, Bytes{0x92}), Operation{ReadUnprotect{}});
  EXPECT_EQ(parse_operation(2, Bytes{1, 2}), (Operation{WriteMemory{2, {1, 2}}}));
}

TEST(ParseOperation, TakesAZeroLengthForLeaveWhateverTheBlockNumber) {
  for (const std::uint16_t wBlockNum : std::initializer_list<std::uint16_t>{0, 1, 2, 0xFFFF}) {
    EXPECT_EQ(parse_operation(wBlockNum, {}), Operation{Leave{}});
  }
}

TEST(ParseOperation, RefusesWhatIsNotDefined) {
  EXPECT_EQ(parse_operation(1, Bytes{1}), std::nullopt);
  EXPECT_EQ(parse_operation(0, Bytes{0x21, 0, 0, 0}), std::nullopt);
  EXPECT_EQ(parse_operation(0, Bytes{0x41, 0}), std::nullopt);
  EXPECT_EQ(parse_operation(0, Bytes{0x92, 0}), std::nullopt);
  EXPECT_EQ(parse_operation(0, Bytes{0x55}), std::nullopt);
}

TEST(BlockAddress, CountsBlocksFrom2) {
  EXPECT_EQ(block_address(2, 2048, 0x08000000), 0x08000000u);
  EXPECT_EQ(block_address(5, 2048, 0x08000000), 0x08001800u);
  EXPECT_EQ(block_address(0xFFFF, 2048, 0xFFFFF000), std::nullopt);
}

TEST(ToString, SaysWhatAnOperationDoes) {
  EXPECT_EQ(to_string(Operation{SetAddress{0x08000000}}), "Set Address Pointer 0x08000000");
  EXPECT_EQ(to_string(Operation{WriteMemory{3, Bytes(7)}}), "Write 7 bytes, wBlockNum 3");
  EXPECT_EQ(to_string(Operation{Leave{}}), "Leave");
}

}  // namespace
}  // namespace dfurig::dfu
