// SysTick cycle by cycle (DDI 0403E §B3.3.1).
#include "cpu/systick.h"

#include <gtest/gtest.h>

#include <string>

namespace dfurig::cpu {
namespace {

constexpr std::uint32_t countflag = 1u << 16;
enum : std::uint32_t { Enable = 1, TickInt = 2, Core = 4 };

SysTickTimer timer(std::uint32_t csr, std::uint32_t rvr) {
  SysTickTimer it;
  it.write_rvr(rvr);
  it.write_csr(csr);
  return it;
}

TEST(SysTick, CountsFromReloadToZeroAndAround) {
  SysTickTimer it = timer(Enable | TickInt | Core, 2);
  std::string values;
  for (unsigned i = 0; i < 7; ++i) {
    const bool asks = it.advance(1);
    values += std::to_string(it.cvr()) + (asks ? "! " : " ");
  }
  EXPECT_EQ(values, "2 1 0! 2 1 0! 2 ");
}

TEST(SysTick, ManyCyclesAreOneByOne) {
  for (const std::uint32_t reload : {1u, 2u, 5u, 7u}) {
    for (const std::uint32_t control : {7u, 3u}) {
      SysTickTimer whole = timer(control, reload);
      SysTickTimer parts = timer(control, reload);
      for (unsigned cycles = 0; cycles < 70; ++cycles) {
        bool asked = false;
        for (unsigned i = 0; i < cycles; ++i) asked = parts.advance(1) || asked;
        EXPECT_EQ(whole.advance(cycles), asked) << reload << " " << cycles;
        EXPECT_EQ(whole.cvr(), parts.cvr());
        EXPECT_EQ(whole.read_csr(), parts.read_csr());
      }
    }
  }
}

TEST(SysTick, TheNextEventIsTheCycleThatPends) {
  for (const std::uint32_t control : {7u, 3u}) {
    SysTickTimer it = timer(control, 9);
    for (unsigned i = 0; i < 300; ++i) {
      const std::uint64_t due = *it.next_event();
      ASSERT_GE(due, 1u);
      SysTickTimer later = it;
      EXPECT_FALSE(later.advance(due - 1));
      EXPECT_TRUE(later.advance(1));
      it.advance(1);
    }
  }
}

TEST(SysTick, WithoutEnableTickintOrReloadNothingCounts) {
  for (const std::uint32_t control : {0u, 2u, 4u, 6u, 1u, 5u}) {
    SysTickTimer it = timer(control, 3);
    EXPECT_FALSE(it.next_event()) << control;
    EXPECT_FALSE(it.advance(1000)) << control;
  }
  SysTickTimer it = timer(Enable | TickInt | Core, 0);
  EXPECT_FALSE(it.next_event());
  EXPECT_FALSE(it.advance(1000));
  EXPECT_EQ(it.cvr(), 0u);
}

TEST(SysTick, ReloadZeroStopsAtTheNextZero) {
  SysTickTimer it = timer(Enable | TickInt | Core, 5);
  it.advance(2);
  it.write_rvr(0);
  EXPECT_EQ(it.cvr(), 4u);
  EXPECT_TRUE(it.advance(4));
  EXPECT_FALSE(it.advance(100));
}

TEST(SysTick, CountflagIsClearedByReadingAndByWritingTheCounter) {
  SysTickTimer it = timer(Enable | Core, 3);
  EXPECT_FALSE(it.advance(4));  // without TICKINT
  EXPECT_EQ(it.csr(), countflag | 5);
  EXPECT_EQ(it.read_csr(), countflag | 5);
  EXPECT_EQ(it.read_csr(), 5u);
  it.advance(6);
  it.write_cvr();
  EXPECT_EQ(it.read_csr(), 5u);
  EXPECT_EQ(it.cvr(), 0u);
}

TEST(SysTick, RegistersHaveTheirBits) {
  SysTickTimer it = timer(0xFFFFFFF8, 0xFFFFFFFF);
  EXPECT_EQ(it.csr(), 0u);
  EXPECT_EQ(it.rvr(), 0xFFFFFFu);
}

TEST(SysTick, AnotherClockStartsAWholeTick) {
  SysTickTimer it = timer(Enable | TickInt, 100);
  it.advance(15);
  EXPECT_EQ(it.cvr(), 100u);
  it.write_csr(Enable | TickInt | Core);
  EXPECT_EQ(it.next_event(), 100u);
  it.advance(1);
  EXPECT_EQ(it.cvr(), 99u);
}

}  // namespace
}  // namespace dfurig::cpu
