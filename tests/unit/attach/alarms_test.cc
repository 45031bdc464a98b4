#include "attach/alarms.h"

#include <gtest/gtest.h>

namespace dfurig::attach {
namespace {

constexpr const char* timers =
    "ID: 1\nsignal: 14/0000562ed1c0f2a0\nnotify: signal/pid.4711\nClockID: 1\n"
    "ID: 10\nsignal: 32/0000000000000007\nnotify: signal/tid.4712\nClockID: 0\n"
    "ID: 0\nsignal: 10/0000000000000000\nnotify: none/pid.4711\nClockID: 0\n";

TEST(Alarms, FindATimerByItsNumber) {
  const auto first = find_timer(timers, 1);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->signal, 14);
  EXPECT_EQ(first->value, 0x562ed1c0f2a0u);
  EXPECT_EQ(first->id, 4711);
  EXPECT_FALSE(first->is_thread);
  EXPECT_EQ(first->clock, CLOCK_MONOTONIC);
  const auto second = find_timer(timers, 10);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->id, 4712);
  EXPECT_TRUE(second->is_thread);
  EXPECT_EQ(second->clock, CLOCK_REALTIME);
}

TEST(Alarms, SendNothingForATimerThatDoesNot) {
  const auto silent = find_timer(timers, 0);
  ASSERT_TRUE(silent);
  EXPECT_EQ(silent->signal, 0);
}

TEST(Alarms, FindNothingWhereNothingIs) {
  EXPECT_EQ(find_timer(timers, 2), std::nullopt);
  EXPECT_EQ(find_timer("", 0), std::nullopt);
  EXPECT_EQ(find_timer("ID: 3\n", 3), std::nullopt);
  EXPECT_EQ(find_timer("ID: 3\nsignal: 14/0\nnotify: signal\n", 3), std::nullopt);
}

}  // namespace
}  // namespace dfurig::attach
