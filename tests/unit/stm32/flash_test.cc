#include "stm32/flash.h"

#include <gtest/gtest.h>

namespace dfurig::stm32 {
namespace {

FlashSpec spec(unsigned program_unit, ProgramOverWritten over_written, OddTail odd_tail) {
  return {0x08000000, {{2, 16}, {1, 64}}, program_unit, 0xFF, over_written, odd_tail};
}

FlashSpec f4() {
  return spec(1, ProgramOverWritten::And, OddTail::Written);
}
FlashSpec l4() {
  return spec(8, ProgramOverWritten::RefusedUnlessZero, OddTail::Dropped);
}

Bytes content(const Flash& flash, std::uint32_t address, std::uint32_t size) {
  const ByteView view = flash.view(address, size);
  return Bytes(view.begin(), view.end());
}

TEST(Flash, LaysOutItsSectors) {
  const Flash flash(f4());
  EXPECT_EQ(flash.spec().size(), 96u);
  EXPECT_EQ(flash.find_sector(0x0800001F), (Sector{0x08000010, 16}));
  EXPECT_EQ(flash.find_sector(0x08000020), (Sector{0x08000020, 64}));
  EXPECT_EQ(flash.find_sector(0x08000060), std::nullopt);
  EXPECT_EQ(flash.find_sector(0x07FFFFFF), std::nullopt);
}

TEST(Flash, KnowsItsBoundsEvenAtTheEndOfTheAddressSpace) {
  const Flash flash(f4());
  EXPECT_TRUE(flash.contains(0x08000000, 96));
  EXPECT_FALSE(flash.contains(0x08000000, 97));
  EXPECT_FALSE(flash.contains(0x08000060, 1));
  EXPECT_FALSE(flash.contains(0x08000001, 0xFFFFFFFF));
  EXPECT_FALSE(flash.contains(0xFFFFFFFF, 2));
}

TEST(Flash, ProgramsByClearingBits) {
  Flash flash(f4());
  EXPECT_EQ(flash.program(0x08000000, Bytes{0xF0}), FlashStatus::Ok);
  EXPECT_EQ(flash.program(0x08000000, Bytes{0x3C}), FlashStatus::Ok);
  EXPECT_EQ(content(flash, 0x08000000, 2), (Bytes{0x30, 0xFF}));
}

TEST(Flash, SetsBitsWhereErasedIsZero) {
  FlashSpec l0 = f4();
  l0.erased_value = 0x00;
  Flash flash(l0);
  flash.program(0x08000000, Bytes{0xF0});
  flash.program(0x08000000, Bytes{0x0F});
  EXPECT_EQ(content(flash, 0x08000000, 2), (Bytes{0xFF, 0x00}));
}

TEST(Flash, DropsTheOddTailWhereTheFamilyDoes) {
  Flash flash(l4());
  EXPECT_EQ(flash.program(0x08000000, Bytes(13, 0x11)), FlashStatus::Ok);
  EXPECT_EQ(content(flash, 0x08000007, 3), (Bytes{0x11, 0xFF, 0xFF}));
  Flash bytewise(f4());
  bytewise.program(0x08000000, Bytes(13, 0x11));
  EXPECT_EQ(content(bytewise, 0x0800000B, 3), (Bytes{0x11, 0x11, 0xFF}));
}

TEST(Flash, RefusesAUnitThatIsNotErasedUnlessZeroIsProgrammed) {
  Flash flash(l4());
  flash.program(0x08000000, Bytes(8, 0x11));
  EXPECT_EQ(flash.program(0x08000000, Bytes(8, 0x01)), FlashStatus::ProgramRefused);
  EXPECT_EQ(content(flash, 0x08000000, 1), (Bytes{0x11}));
  EXPECT_EQ(flash.program(0x08000000, Bytes(8, 0x00)), FlashStatus::Ok);
  EXPECT_EQ(content(flash, 0x08000000, 1), (Bytes{0x00}));
}

TEST(Flash, ErasesASectorOrAll) {
  Flash flash(f4());
  flash.program(0x08000000, Bytes(96, 0));
  EXPECT_EQ(flash.erase_sector(0x08000012), FlashStatus::Ok);
  EXPECT_EQ(content(flash, 0x0800000F, 2), (Bytes{0x00, 0xFF}));
  EXPECT_EQ(content(flash, 0x0800001F, 2), (Bytes{0xFF, 0x00}));
  flash.erase_all();
  EXPECT_EQ(content(flash, 0x08000000, 96), Bytes(96, 0xFF));
}

TEST(Flash, RefusesWhatIsOutOfRange) {
  Flash flash(f4());
  EXPECT_EQ(flash.program(0x0800005F, Bytes(2)), FlashStatus::OutOfRange);
  EXPECT_EQ(flash.erase_sector(0x08000060), FlashStatus::OutOfRange);
  EXPECT_EQ(flash.preload(0x07FFFFFF, Bytes(2)), FlashStatus::OutOfRange);
}

TEST(Flash, TakesAnyContentFromAProgrammer) {
  Flash flash(l4());
  flash.preload(0x08000000, Bytes(3, 0x00));
  EXPECT_EQ(flash.preload(0x08000000, Bytes(3, 0x77)), FlashStatus::Ok);
  EXPECT_EQ(content(flash, 0x08000002, 1), (Bytes{0x77}));
}

TEST(Flash, RefusesAnAddressWithinAProgramUnit) {
  Flash flash(l4());
  EXPECT_EQ(flash.program(0x08000004, Bytes(8, 0x11)), FlashStatus::ProgramRefused);
  EXPECT_EQ(content(flash, 0x08000000, 16), Bytes(16, 0xFF));
  Flash bytewise(f4());
  EXPECT_EQ(bytewise.program(0x08000003, Bytes(1, 0x11)), FlashStatus::Ok);
}

}  // namespace
}  // namespace dfurig::stm32
