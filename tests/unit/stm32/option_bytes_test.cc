#include "stm32/option_bytes.h"

#include <gtest/gtest.h>

namespace dfurig::stm32 {
namespace {

OptionBytesSpec two_windows() {
  return {{{0x1FFF7800, 4}, {0x1FFFF800, 2}}, {0xAA, 1, 2, 3, 4, 5}, 0, 0xAA, 0xCC, {}};
}

TEST(OptionBytes, ShowTheirWindows) {
  const OptionBytes options(two_windows());
  EXPECT_TRUE(options.contains(0x1FFF7803, 1));
  EXPECT_FALSE(options.contains(0x1FFF7803, 2)) << "windows do not follow one another";
  EXPECT_EQ(options.view(0x1FFFF800, 2)[1], 5);
  EXPECT_TRUE(options.is_window_start(0x1FFFF800));
  EXPECT_FALSE(options.is_window_start(0x1FFFF801));
}

TEST(OptionBytes, KeepWhatAWriteDoesNotGive) {
  OptionBytes options(two_windows());
  options.write(0x1FFFF800, Bytes{9});
  EXPECT_EQ(options.content()[4], 9);
  EXPECT_EQ(options.content()[5], 5);
}

TEST(OptionBytes, TellTheReadProtectionLevel) {
  OptionBytes options(two_windows());
  EXPECT_EQ(options.read_protection(), ReadProtection::Level0);
  options.write(0x1FFF7800, Bytes{0x12});
  EXPECT_EQ(options.read_protection(), ReadProtection::Level1);
  options.write(0x1FFF7800, Bytes{0xCC});
  EXPECT_EQ(options.read_protection(), ReadProtection::Level2);
  options.set_rdp_level0();
  EXPECT_EQ(options.read_protection(), ReadProtection::Level0);
  options.write(0x1FFF7800, Bytes{0, 0});
  options.restore_factory();
  EXPECT_EQ(options.content()[1], 1);
}

TEST(WriteProtection, IsABitASectorWhere0Protects) {
  OptionBytesSpec spec = two_windows();
  spec.write_protection.bits = WriteProtectionSpec::Bits{1, 12};
  OptionBytes options(spec);
  options.write(0x1FFF7800, Bytes{0xAA, 0xFD, 0xF7});
  for (std::size_t sector = 0; sector < 16; ++sector) {
    EXPECT_EQ(options.is_write_protected(sector), sector == 1 || sector == 11) << sector;
  }
}

TEST(WriteProtection, IsAnAreaFromStartToEnd) {
  OptionBytesSpec spec = two_windows();
  spec.write_protection.areas = {{1, 2, 0}, {4, 5, 256}};
  OptionBytes options(spec);
  options.write(0x1FFF7800, Bytes{0xAA, 3, 5});
  options.write(0x1FFFF800, Bytes{0xFF, 0x00});
  EXPECT_FALSE(options.is_write_protected(2));
  EXPECT_TRUE(options.is_write_protected(3));
  EXPECT_TRUE(options.is_write_protected(5));
  EXPECT_FALSE(options.is_write_protected(6));
  EXPECT_FALSE(options.is_write_protected(256 + 100)) << "a start above its end protects nothing";
}

}  // namespace
}  // namespace dfurig::stm32
