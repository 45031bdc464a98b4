#include "support/input_error.h"

#include <gtest/gtest.h>

namespace dfurig {
namespace {

TEST(InputError, NamesThePlaceTheProblemAndTheAdvice) {
  EXPECT_STREQ(InputError("a.json: /x", "expected a number", "write 0x10").what(),
               "a.json: /x: expected a number\n  write 0x10");
  EXPECT_STREQ(InputError("a.json", "is empty").what(), "a.json: is empty");
}

TEST(NearNames, AreThoseASlipOfTheFingerAway) {
  const std::vector<std::string> known = {"stm32f405rg", "stm32l476rg", "stm32h743zi"};
  EXPECT_EQ(near_names("stm32f407rg", known),
            (std::vector<std::string>{"stm32f405rg", "stm32l476rg"}));
  EXPECT_EQ(near_names("stm32l", known), (std::vector<std::string>{"stm32l476rg"}));
  EXPECT_TRUE(near_names("banana", known).empty());
}

TEST(DidYouMean, AsksWithAllNearNamesOrSaysOtherwise) {
  EXPECT_EQ(did_you_mean("PB6", {"PB7", "PC0"}, ""), "did you mean PB7?");
  EXPECT_EQ(did_you_mean("abc1", {"abc2", "abc3"}, ""), "did you mean abc2 or abc3?");
  EXPECT_EQ(did_you_mean("x", {"abcdef"}, "known: abcdef"), "known: abcdef");
}

}  // namespace
}  // namespace dfurig
