#include "support/clock.h"

#include <gtest/gtest.h>

namespace dfurig {
namespace {

TEST(ManualClock, StandsStillUntilToldToGoOn) {
  ManualClock clock;
  EXPECT_EQ(clock.now(), Instant{0});
  clock.advance(std::chrono::milliseconds(5));
  EXPECT_EQ(clock.now(), std::chrono::milliseconds(5));
}

TEST(SteadyClock, StartsNearZeroAndNeverGoesBack) {
  const SteadyClock clock;
  const Instant first = clock.now();
  EXPECT_GE(first, Instant{0});
  EXPECT_GE(clock.now(), first);
}

}  // namespace
}  // namespace dfurig
