#include "attach/tool_time.h"

#include <gtest/gtest.h>

namespace dfurig::attach {
namespace {

using namespace std::chrono_literals;

TEST(ToolTime, ConvertsWhatTheKernelTakes) {
  EXPECT_EQ(duration_of({35, 1}), 35s + 1ns);
  EXPECT_EQ(duration_of({0, 0}), 0s);
  EXPECT_EQ(duration_of({0, 1'000'000'000}), std::nullopt);
  EXPECT_EQ(duration_of({0, -1}), std::nullopt);
  EXPECT_EQ(duration_of({-1, 0}), std::nullopt);
  const timespec time = timespec_of(2s + 7ns);
  EXPECT_EQ(time.tv_sec, 2);
  EXPECT_EQ(time.tv_nsec, 7);
  EXPECT_EQ(timespec_of(-1s).tv_sec, 0);
}

TEST(ToolTime, SleepsForEverWithoutOverflow) {
  const auto far = duration_of({INT64_MAX, 0});
  ASSERT_TRUE(far);
  ManualClock clock;
  EXPECT_GT(ToolTime(&clock).now() + *far, 1s);
}

TEST(ToolTime, EveryClockGoesOnWithTheDevicesClock) {
  ManualClock clock;
  clock.advance(5s);
  ToolTime time(&clock);
  const auto monotonic = time.read(CLOCK_MONOTONIC);
  const auto day = time.read(CLOCK_REALTIME);
  EXPECT_EQ(monotonic, time.now());
  clock.advance(35s);
  EXPECT_EQ(time.read(CLOCK_MONOTONIC), *monotonic + 35s);
  EXPECT_EQ(time.read(CLOCK_REALTIME), *day + 35s);
  EXPECT_EQ(time.read(CLOCK_THREAD_CPUTIME_ID), std::nullopt);
}

TEST(ToolTime, KnowsWhenAClockShowsATime) {
  ManualClock clock;
  ToolTime time(&clock);
  const Instant now = time.now();
  EXPECT_EQ(time.when(CLOCK_REALTIME, *time.read(CLOCK_REALTIME) + 3s), now + 3s);
  EXPECT_EQ(time.when(CLOCK_MONOTONIC, 0s), now) << "it has passed";
  EXPECT_EQ(time.when(CLOCK_PROCESS_CPUTIME_ID, 1s), std::nullopt);
}

TEST(ToolTime, AdvancesTheDevicesClock) {
  ManualClock clock;
  clock.advance(5s);
  ToolTime time(&clock);
  time.advance_to(time.now() + 2s);
  EXPECT_EQ(clock.now(), 7s);
  time.advance_to(time.now() - 1s);
  EXPECT_EQ(clock.now(), 7s) << "never back";
  time.spend(1ms);
  EXPECT_EQ(clock.now(), 7001ms);
}

TEST(ToolTime, TheMachinesIsTheMachines) {
  const ToolTime time;
  EXPECT_FALSE(time.is_virtual());
  const Instant before = time.now();
  EXPECT_LE(before, ToolTime().now());
}

}  // namespace
}  // namespace dfurig::attach
