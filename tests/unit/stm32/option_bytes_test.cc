#include "stm32/option_bytes.h"

#include <gtest/gtest.h>

namespace dfurig::stm32 {
namespace {

OptionBytesSpec two_windows() {
  return {{{0x1FFF7800, 4}, {0x1FFFF800, 2}}, {0xAA, 1, 2, 3, 4, 5}, 0, 0xAA, 0xCC};
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

}  // namespace
}  // namespace dfurig::stm32
