#include "scenario/suite.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace dfurig::scenario {
namespace {

using std::chrono::seconds;
using Positions = std::vector<std::size_t>;

TEST(SeedOf, DependsOnTheSeedAndTheFileNameAlone) {
  EXPECT_EQ(seed_of(7, "scenarios/leave/a.json"), seed_of(7, "a.json"));
  EXPECT_EQ(seed_of(7, "/elsewhere/a.json"), seed_of(7, "a.json"));
  EXPECT_NE(seed_of(7, "a.json"), seed_of(7, "b.json"));
  EXPECT_NE(seed_of(7, "a.json"), seed_of(8, "a.json"));
}

/// Computed with an implementation of the two published algorithms in another language; a change
/// of these numbers changes every run that somebody wants to repeat.
TEST(SeedOf, StaysAsItIs) {
  EXPECT_EQ(seed_of(1, "a.json"), 0x2E7BFE1AD3C6406FU);
  EXPECT_EQ(seed_of(0, ""), 0x5B21F68FFA77F14CU);
  EXPECT_EQ(seed_of(UINT64_MAX, "scenarios/z.json"), 0x740CCB93A8BF4D7DU);
}

TEST(Weigh, GivesUnknownFilesTheMean) {
  const Durations recorded = {{"a.json", seconds(1)}, {"b/c.json", seconds(3)}, {"x", seconds(9)}};
  const auto weights = weigh({"./a.json", "new.json", "b/../b/c.json"}, recorded);
  EXPECT_EQ(weights[0].duration, seconds(1));
  EXPECT_EQ(weights[1].duration, seconds(2));
  EXPECT_EQ(weights[2].duration, seconds(3));
}

TEST(Weigh, GivesAllTheSameWhenNoneIsKnown) {
  const auto weights = weigh({"a", "b"}, {});
  EXPECT_EQ(weights[0].duration, weights[1].duration);
  EXPECT_TRUE(weigh({}, {}).empty());
}

TEST(LongestFirst, GoesByDurationThenNameThenPosition) {
  EXPECT_EQ(longest_first({{"b", seconds(1)}, {"a", seconds(1)}, {"z", seconds(5)}}),
            (Positions{2, 1, 0}));
  EXPECT_EQ(longest_first({{"a", seconds(1)}, {"a", seconds(1)}}), (Positions{0, 1}));
  EXPECT_EQ(longest_first({}), Positions{});
}

TEST(PositionsOf, GiveTheLongestToTheShardWithTheLeastToDo) {
  const std::vector<Weight> weights = {{"a", seconds(5)},
                                       {"b", seconds(4)},
                                       {"c", seconds(3)},
                                       {"d", seconds(3)},
                                       {"e", seconds(3)}};
  // 5 | 4, then 3 to the second, 3 to the first, 3 to the second.
  EXPECT_EQ(positions_of({1, 2}, weights), (Positions{0, 3}));
  EXPECT_EQ(positions_of({2, 2}, weights), (Positions{1, 2, 4}));
}

TEST(PositionsOf, DealEqualWeightsInTurnByName) {
  const auto weights = weigh({"c", "a", "b", "e", "d"}, {});
  EXPECT_EQ(positions_of({1, 2}, weights), (Positions{0, 1, 3}));  // a, c, e
  EXPECT_EQ(positions_of({2, 2}, weights), (Positions{2, 4}));     // b, d
}

TEST(PositionsOf, SpreadWhatTakesNoTime) {
  const std::vector<Weight> weights(4, {"a", Duration{}});
  EXPECT_EQ(positions_of({1, 2}, weights).size(), 2U);
}

TEST(PositionsOf, AreTogetherEveryScenarioOnce) {
  std::vector<Weight> weights;
  for (int i = 0; i < 50; ++i) {
    weights.push_back({std::to_string(i * 37 % 50), std::chrono::milliseconds(i * i % 91)});
  }
  for (std::size_t count = 1; count <= 60; ++count) {
    std::multiset<std::size_t> all;
    for (std::size_t number = 1; number <= count; ++number) {
      const Positions part = positions_of({number, count}, weights);
      EXPECT_TRUE(std::is_sorted(part.begin(), part.end()));
      all.insert(part.begin(), part.end());
    }
    EXPECT_EQ(all.size(), weights.size());
    EXPECT_EQ(std::set(all.begin(), all.end()).size(), weights.size());
  }
}

}  // namespace
}  // namespace dfurig::scenario
