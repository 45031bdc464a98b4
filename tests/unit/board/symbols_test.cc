#include "board/symbols.h"

#include <gtest/gtest.h>

namespace dfurig::board {
namespace {

TEST(Symbols, TellsTheFunctionAroundAnAddress) {
  Symbols symbols;
  symbols.add("HAL_Delay", 0x08000141, 0x20);
  symbols.add("main", 0x08000160, 0);
  EXPECT_EQ(symbols.text(0x0800013E), "0x0800013E");
  EXPECT_EQ(symbols.text(0x08000140), "HAL_Delay");
  EXPECT_EQ(symbols.text(0x0800015A), "HAL_Delay+0x1A");
  EXPECT_EQ(symbols.text(0x08000164), "main+0x4");
}

TEST(Symbols, EndsANameWithoutASizeSomewhere) {
  Symbols symbols;
  symbols.add("main", 0x08000160, 0);
  EXPECT_EQ(symbols.find(0x1FFF0000), std::nullopt);
}

TEST(Symbols, FindsAddressesByName) {
  Symbols symbols;
  symbols.add("main", 0x08000161, 0);
  EXPECT_EQ(symbols.find_address("main"), 0x08000160u);
  EXPECT_EQ(symbols.find_address("mian"), std::nullopt);
}

TEST(Symbols, TellsTheNameThatWasAddedLast) {
  Symbols symbols, other;
  EXPECT_TRUE(symbols.is_empty());
  symbols.add("before", 0x08000160, 4);
  other.add("after", 0x08000160, 4);
  symbols.add(other);
  EXPECT_EQ(symbols.text(0x08000160), "after");
  EXPECT_EQ(symbols.find_address("before"), 0x08000160u);
}

}  // namespace
}  // namespace dfurig::board
