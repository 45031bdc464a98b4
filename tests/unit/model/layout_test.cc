#include "model/layout.h"

#include <gtest/gtest.h>

namespace dfurig::model {
namespace {

TEST(LayoutString, PadsAsTheRomDoes) {
  stm32::FlashSpec f4;
  f4.base = 0x08000000;
  f4.sectors = {{4, 16384}, {1, 65536}};
  EXPECT_EQ(layout_string("@Internal Flash  ", f4, {2, 3, "g", ""}),
            "@Internal Flash  /0x08000000/04*016Kg,01*064Kg");
}

TEST(LayoutString, CountsSmallSectorsInBytes) {
  stm32::FlashSpec l0;
  l0.base = 0x08000000;
  l0.sectors = {{1536, 128}};
  EXPECT_EQ(layout_string("@Internal Flash  ", l0, {4, 3, "g", ""}),
            "@Internal Flash  /0x08000000/1536*128g");
  EXPECT_EQ(layout_string("@Internal Flash  ", l0, {4, 3, "g", " "}),
            "@Internal Flash  /0x08000000/1536*128 g");
}

// Strings of ROMs, as dfu-util logs have them; the chip maps their addresses.
TEST(LayoutFault, FindsNoneInWhatRomsSay) {
  stm32::ChipSpec chip;
  chip.flash = {0x08000000, {{1, 64}}, 1, 0xFF, {}, {}};
  chip.option_bytes.windows = {{0x1FFFC000, 16}, {0x1FFEC000, 16}};
  chip.memories = {{"OTP", stm32::MemoryKind::Otp, 0x1FFF7000, 1024, {}}};
  for (const char* text :
       {"@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg",
        "@Internal Flash   /0x08000000/64*02Kg", "@Internal Flash  /0x08000000/1536*128g",
        "@Internal Flash  /0x08000000/1024*256 g", "@Option Bytes   /0x1FFFC000/01*40Be",
        "@Option Bytes  /0x1FFFC000/01*016 e/0x1FFEC000/01*016 e",
        "@OTP Memory /0x1FFF7000/01*528e", "@OTP Memory /0x1FFF7000/01*0001Ke",
        "@ENGI Bytes        /0x1FFF7000/01*1024.e"}) {
    EXPECT_EQ(layout_fault(text, chip), "") << text;
  }
}

TEST(LayoutFault, SaysWhatAHostCouldNotUse) {
  const stm32::ChipSpec chip;
  for (const char* text :
       {"", "@", "Flash/0x08000000/1*1Kg", "@Flash/0x08000000/1*1K", "@Flash/0x08000000/",
        "@Flash/0x08000000/1*1Kh", "@Flash/0x080000000/1*1Kg", "@Flash/0x08000000/1*1Kg,",
        "@Flash/0x08000000/1*1Kg/"}) {
    EXPECT_EQ(layout_fault(text, chip), "is not a memory layout such as @Name/0x0/04*016Kg")
        << text;
  }
  EXPECT_EQ(layout_fault("@Flash/0x08000000/1*1Kg", chip),
            "shows 0x08000000, where the chip has no memory");
}

}  // namespace
}  // namespace dfurig::model
