#include "model/layout.h"

#include <gtest/gtest.h>

namespace dfurig::model {
namespace {

TEST(LayoutString, PadsAsTheRomDoes) {
  stm32::FlashSpec f4;
  f4.base = 0x08000000;
  f4.sectors = {{4, 16384}, {1, 65536}};
  EXPECT_EQ(layout_string("@Internal Flash  ", f4, {2, 3, "g"}),
            "@Internal Flash  /0x08000000/04*016Kg,01*064Kg");
}

TEST(LayoutString, CountsSmallSectorsInBytes) {
  stm32::FlashSpec l0;
  l0.base = 0x08000000;
  l0.sectors = {{1536, 128}};
  EXPECT_EQ(layout_string("@Internal Flash  ", l0, {4, 3, "g"}),
            "@Internal Flash  /0x08000000/1536*128g");
}

}  // namespace
}  // namespace dfurig::model
