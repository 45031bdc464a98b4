#include "fault/trigger.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace dfurig::fault {
namespace {

std::string strikes_of(Trigger trigger, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) {
    const bool is_due = trigger.is_due();
    text += is_due ? 'x' : '.';
    if (is_due) trigger.strike();
  }
  return text;
}

TEST(TriggerTest, StrikesTheFirstTimeUnlessToldOtherwise) {
  EXPECT_EQ(strikes_of(Trigger({}, 1), 5), "x....");
}

TEST(TriggerTest, CountsFromOneAndStrikesSoOften) {
  EXPECT_EQ(strikes_of(Trigger({3, 1, {}}, 1), 6), "..x...");
  EXPECT_EQ(strikes_of(Trigger({2, 3, {}}, 1), 6), ".xxx..");
  EXPECT_EQ(strikes_of(Trigger({2, Occasion::always, {}}, 1), 6), ".xxxxx");
}

TEST(TriggerTest, IsDecidedByItsSeedAlone) {
  const Occasion by_chance{1, Occasion::always, 0.3};
  const std::string once = strikes_of(Trigger(by_chance, 7), 200);
  EXPECT_EQ(once, strikes_of(Trigger(by_chance, 7), 200));
  EXPECT_NE(once, strikes_of(Trigger(by_chance, 8), 200));
  const auto hits = std::ranges::count(once, 'x');
  EXPECT_GT(hits, 30);
  EXPECT_LT(hits, 90);
}

TEST(TriggerTest, AlwaysStrikesWithProbabilityOne) {
  EXPECT_EQ(strikes_of(Trigger({1, 2, 1.0}, 1), 4), "xx..");
}

TEST(TriggerTest, TellsHowOften) {
  Trigger trigger({2, 1, {}}, 1);
  for (int i = 0; i < 4; ++i) {
    if (trigger.is_due()) trigger.strike();
  }
  EXPECT_EQ(trigger.met(), 4u);
  EXPECT_EQ(trigger.struck(), 1u);
}

}  // namespace
}  // namespace dfurig::fault
