// RM0351 §31 (TIM2 to TIM5), §33 (TIM6, TIM7).
#include "stm32/timer.h"

#include <gtest/gtest.h>

#include "stm32/unit_rig.h"

namespace dfurig::stm32 {
namespace {

constexpr std::uint32_t cen = 1, udis = 2, urs = 4, opm = 8, dir = 16, arpe = 128;

class TimerTest : public testing::Test {
 protected:
  static std::vector<RegisterSpec> registers() {
    return {half(storage("CR1", 0x00)),
            half(storage("DIER", 0x0C)),
            half(with_access(storage("SR", 0x10), Access::ZeroToClear)),
            half(with_access(storage("EGR", 0x14), Access::WriteOnly)),
            half(storage("CCMR1", 0x18)),
            half(storage("CNT", 0x24)),
            half(storage("PSC", 0x28)),
            half(storage("ARR", 0x2C, 0xFFFF)),
            half(storage("CCR1", 0x34)),
            half(storage("CCR2", 0x38))};
  }
  /// Values an initialisation writes, UG that takes them over, and flags cleared.
  void set_up(std::uint32_t psc, std::uint32_t arr, std::uint32_t cr1) {
    rig.write("PSC", psc);
    rig.write("ARR", arr);
    rig.write("CCR1", 0xFFFF);
    rig.write("CCR2", 0xFFFF);
    rig.write("CR1", cr1 & ~cen);
    rig.write("EGR", 1);
    rig.write("SR", 0);
    rig.write("CR1", cr1);
  }
  std::uint32_t count_after(std::uint64_t ticks) {
    rig.unit->advance(ticks);
    return rig.read("CNT");
  }
  bool has_updated() { return (rig.read("SR") & 1) != 0; }

  UnitRig rig{"timer", "TIM2", registers(), {28}};
};

TEST_F(TimerTest, CountsOnlyWhenEnabled) {
  EXPECT_EQ(count_after(100), 0u);
  rig.write("CR1", cen);
  EXPECT_EQ(count_after(100), 100u);
  rig.write("CR1", 0);
  EXPECT_EQ(count_after(100), 100u);
}

// §31.3.2: from 0 to the auto-reload value, then from 0 again, with an overflow.
TEST_F(TimerTest, CountsUpToArrAndFromZeroAgain) {
  set_up(0, 9, cen);
  EXPECT_EQ(count_after(9), 9u);
  EXPECT_FALSE(has_updated());
  EXPECT_EQ(count_after(1), 0u);
  EXPECT_TRUE(has_updated());
  EXPECT_EQ(count_after(25), 5u);
}

// §31.4.10: CK_CNT is fCK_PSC / (PSC + 1).
TEST_F(TimerTest, PrescalerDivides) {
  set_up(3, 9, cen);
  EXPECT_EQ(count_after(3), 0u);
  EXPECT_EQ(count_after(1), 1u);
  EXPECT_EQ(count_after(2), 1u);
  EXPECT_EQ(count_after(2), 2u);
  EXPECT_EQ(rig.unit->next_event(), 8u * 4);
}

// §31.3.1: the new ratio is taken into account at the next update event.
TEST_F(TimerTest, PrescalerIsBuffered) {
  set_up(0, 9, cen);
  rig.write("PSC", 1);
  EXPECT_EQ(count_after(9), 9u);
  EXPECT_EQ(count_after(1), 0u);
  EXPECT_EQ(count_after(2), 1u);
}

TEST_F(TimerTest, ArrIsBufferedOnlyWithArpe) {
  set_up(0, 9, cen | arpe);
  rig.write("ARR", 4);
  EXPECT_EQ(count_after(9), 9u);
  EXPECT_EQ(count_after(1), 0u);
  EXPECT_EQ(count_after(5), 0u);

  set_up(0, 9, cen);
  rig.write("ARR", 4);
  EXPECT_EQ(count_after(5), 0u);
}

// The counter passed the new value: it goes on to its end.
TEST_F(TimerTest, ArrBelowTheCounterIsMetAfterTheCounterCameRound) {
  set_up(0, 99, cen);
  EXPECT_EQ(count_after(50), 50u);
  rig.write("ARR", 9);
  EXPECT_EQ(rig.unit->next_event(), 0x10000u - 50 + 9 + 1);
  EXPECT_EQ(count_after(0x10000 - 50), 0u);
  EXPECT_FALSE(has_updated());
  EXPECT_EQ(count_after(10), 0u);
  EXPECT_TRUE(has_updated());
}

TEST_F(TimerTest, IsBlockedWhileArrIsZero) {
  set_up(0, 0, cen);
  EXPECT_EQ(count_after(1000), 0u);
  EXPECT_FALSE(has_updated());
  EXPECT_EQ(rig.unit->next_event(), std::nullopt);
}

// §31.4.6
TEST_F(TimerTest, UgStartsAnew) {
  set_up(0, 99, cen);
  rig.unit->advance(50);
  rig.write("EGR", 1);
  EXPECT_EQ(rig.read("CNT"), 0u);
  EXPECT_TRUE(has_updated());
}

TEST_F(TimerTest, UgSetsNoFlagWithUrs) {
  set_up(0, 99, cen | urs);
  rig.write("EGR", 1);
  EXPECT_FALSE(has_updated());
  rig.unit->advance(100);
  EXPECT_TRUE(has_updated());
}

// §31.4.1: with UDIS the shadow registers keep their values; UG still starts the counter anew.
TEST_F(TimerTest, UdisKeepsUpdatesAway) {
  set_up(0, 9, cen | udis);
  rig.write("PSC", 5);
  rig.unit->advance(15);
  EXPECT_EQ(rig.read("CNT"), 5u);
  rig.write("EGR", 1);
  EXPECT_EQ(rig.read("CNT"), 0u);
  EXPECT_FALSE(has_updated());
  EXPECT_EQ(count_after(4), 4u);
  EXPECT_EQ(rig.unit->next_event(), std::nullopt);
}

TEST_F(TimerTest, OnePulseStopsAtTheUpdate) {
  set_up(0, 9, cen | opm);
  rig.unit->advance(1000);
  EXPECT_TRUE(has_updated());
  EXPECT_EQ(rig.read("CNT"), 0u);
  EXPECT_EQ(rig.read("CR1") & cen, 0u);
  EXPECT_EQ(rig.unit->next_event(), std::nullopt);
}

// §31.3.2: from the auto-reload value down to 0, then from the auto-reload value again.
TEST_F(TimerTest, CountsDown) {
  set_up(0, 9, cen | dir);
  EXPECT_EQ(rig.read("CNT"), 9u);
  EXPECT_EQ(count_after(9), 0u);
  EXPECT_FALSE(has_updated());
  EXPECT_EQ(count_after(1), 9u);
  EXPECT_TRUE(has_updated());
}

TEST_F(TimerTest, WritingZeroClearsAFlagAndOneLeavesIt) {
  set_up(0, 9, cen);
  rig.unit->advance(10);
  rig.write("SR", 0xFFFF);
  EXPECT_TRUE(has_updated());
  rig.write("SR", 0xFFFE);
  EXPECT_FALSE(has_updated());
}

TEST_F(TimerTest, TheLineIsHighWhileFlagAndEnableAre) {
  set_up(0, 9, cen);
  rig.unit->advance(10);
  EXPECT_EQ(rig.unit->interrupts(), 0u);
  rig.write("DIER", 1);
  EXPECT_EQ(rig.unit->interrupts(), 1u);
  rig.write("SR", 0);
  EXPECT_EQ(rig.unit->interrupts(), 0u);
}

// §31.4.5: CC1IF is set when the counter matches.
TEST_F(TimerTest, CompareSetsItsFlag) {
  set_up(0, 9, cen);
  rig.write("CCR1", 4);
  rig.write("CCR2", 20);
  EXPECT_EQ(rig.unit->next_event(), 4u);
  rig.unit->advance(3);
  EXPECT_EQ(rig.read("SR"), 0u);
  rig.unit->advance(1);
  EXPECT_EQ(rig.read("SR"), 2u);
  rig.unit->advance(1000);
  EXPECT_EQ(rig.read("SR"), 3u) << "CCR2 lies above ARR";
}

TEST_F(TimerTest, CaptureChannelsDoNotCompare) {
  set_up(0, 9, cen);
  rig.write("CCMR1", 1);
  rig.write("CCR1", 4);
  rig.unit->advance(100);
  EXPECT_EQ(rig.read("SR") & 2, 0u);
}

// Time in one piece or tick by tick is the same time.
TEST_F(TimerTest, ManyTicksAtOnceAreManySingleTicks) {
  for (const std::uint32_t mode : {0u, dir}) {
    set_up(2, 6, cen | mode);
    rig.unit->advance(1'000'003);
    const std::uint32_t counter = rig.read("CNT");
    const auto next = rig.unit->next_event();
    set_up(2, 6, cen | mode);
    for (int i = 0; i < 1'000'003 % 21 + 21; ++i) rig.unit->advance(1);
    EXPECT_EQ(rig.read("CNT"), counter);
    EXPECT_EQ(rig.unit->next_event(), next);
  }
}

TEST_F(TimerTest, NextEventIsWhenTheFlagComes) {
  set_up(6, 1000, cen);
  rig.write("CCR1", 2000);
  rig.write("CCR2", 2000);
  rig.unit->advance(11);
  const auto next = rig.unit->next_event();
  ASSERT_TRUE(next);
  rig.unit->advance(*next - 1);
  EXPECT_FALSE(has_updated());
  rig.unit->advance(1);
  EXPECT_TRUE(has_updated());
}

TEST_F(TimerTest, ResetForgetsTheShadows) {
  set_up(7, 9, cen);
  rig.unit->advance(3);
  rig.reset(false);
  rig.write("CR1", cen);
  EXPECT_EQ(count_after(100), 100u);
}

TEST(Timer, WithTwoLinesHasOneForCompare) {
  UnitRig rig("timer", "TIM1",
              {half(storage("CR1", 0x00)), half(storage("DIER", 0x0C)), half(storage("SR", 0x10)),
               half(storage("EGR", 0x14)), half(storage("CNT", 0x24)), half(storage("PSC", 0x28)),
               half(storage("ARR", 0x2C))},
              {25, 27});
  rig.write("DIER", 0x1F);
  rig.write("SR", 0x01);
  EXPECT_EQ(rig.unit->interrupts(), 1u);
  rig.write("SR", 0x10);
  EXPECT_EQ(rig.unit->interrupts(), 2u);
}

TEST(Timer, CounterIsAsWideAsArr) {
  UnitRig rig(
      "timer", "TIM5",
      {storage("CR1", 0x00), storage("DIER", 0x0C), storage("SR", 0x10), storage("EGR", 0x14),
       storage("CNT", 0x24), storage("PSC", 0x28), storage("ARR", 0x2C, UINT32_MAX)},
      {50});
  rig.write("CR1", cen);
  rig.unit->advance(0x12345678);
  EXPECT_EQ(rig.read("CNT"), 0x12345678u);
}

}  // namespace
}  // namespace dfurig::stm32
