// RM0351 §36.
#include "stm32/iwdg.h"

#include <gtest/gtest.h>

#include "stm32/unit_rig.h"

namespace dfurig::stm32 {
namespace {

RegisterSpec bits(RegisterSpec spec, unsigned width) {
  spec.fields = {{spec.name, 0, width, spec.access, {}, true}};
  return spec;
}

std::vector<RegisterSpec> registers(unsigned pr_width = 3) {
  return {with_access(storage("KR", 0x00), Access::WriteOnly), bits(storage("PR", 0x04), pr_width),
          bits(storage("RLR", 0x08, 0xFFF), 12), with_access(storage("SR", 0x0C), Access::ReadOnly),
          bits(storage("WINR", 0x10, 0xFFF), 12)};
}

class IwdgTest : public testing::Test {
 protected:
  void configure(std::uint32_t pr, std::uint32_t rlr) {
    rig.write("KR", 0x5555);
    rig.write("PR", pr);
    rig.write("RLR", rlr);
  }
  /// Ticks from now until it bites, found by next_event and by letting time pass.
  std::uint64_t ticks_to_reset() {
    const std::uint64_t ticks = rig.unit->next_event().value_or(0);
    rig.unit->advance(ticks - 1);
    EXPECT_TRUE(rig.around.resets.empty());
    rig.unit->advance(1);
    EXPECT_EQ(rig.around.resets, std::vector{ResetCause::IndependentWatchdog});
    return ticks;
  }

  UnitRig rig{"iwdg", "IWDG", registers()};
};

TEST_F(IwdgTest, DoesNothingUntilItIsStarted) {
  configure(0, 1);
  rig.write("KR", 0xAAAA);
  EXPECT_EQ(rig.unit->next_event(), std::nullopt);
  rig.unit->advance(1'000'000);
  EXPECT_TRUE(rig.around.resets.empty());
}

// §36.3.1: counts down from 0xFFF.
TEST_F(IwdgTest, StartsFromItsResetValue) {
  rig.write("KR", 0xCCCC);
  EXPECT_EQ(ticks_to_reset(), 0x1000u * 4);
}

// §36.4.2
TEST_F(IwdgTest, PrescalerDivides) {
  const std::vector<unsigned> dividers = {4, 8, 16, 32, 64, 128, 256, 256};
  for (unsigned pr = 0; pr < dividers.size(); ++pr) {
    UnitRig one{"iwdg", "IWDG", registers()};
    one.write("KR", 0xCCCC);
    one.write("KR", 0x5555);
    one.write("PR", pr);
    one.write("RLR", 9);
    one.write("KR", 0xAAAA);
    EXPECT_EQ(one.unit->next_event(), 10u * dividers[pr]) << pr;
  }
}

// RM0456 §61.7.2
TEST_F(IwdgTest, AWiderPrescalerGoesFurther) {
  UnitRig wide{"iwdg", "IWDG", registers(4)};
  wide.write("KR", 0xCCCC);
  wide.write("KR", 0x5555);
  wide.write("PR", 15);
  EXPECT_EQ(wide.unit->next_event(), 0x1000u * 1024);
}

TEST_F(IwdgTest, ReloadingKeepsItAway) {
  rig.write("KR", 0xCCCC);
  configure(0, 99);
  rig.write("KR", 0xAAAA);
  for (int i = 0; i < 100; ++i) {
    rig.unit->advance(399);
    rig.write("KR", 0xAAAA);
  }
  EXPECT_TRUE(rig.around.resets.empty());
  EXPECT_EQ(ticks_to_reset(), 400u);
}

// §36.3.3
TEST_F(IwdgTest, RegistersAreProtected) {
  rig.write("PR", 3);
  rig.write("RLR", 3);
  rig.write("WINR", 3);
  EXPECT_EQ(rig.read("PR"), 0u);
  EXPECT_EQ(rig.read("RLR"), 0xFFFu);
  EXPECT_EQ(rig.read("WINR"), 0xFFFu);
  configure(3, 4);
  rig.write("KR", 0xAAAA);
  rig.write("RLR", 5);
  EXPECT_EQ(rig.read("PR"), 3u);
  EXPECT_EQ(rig.read("RLR"), 4u);
}

// The ROM slows the watchdog down behind the registers' back (AN2606).
TEST_F(IwdgTest, WhatADebuggerStoresHolds) {
  rig.write("KR", 0xCCCC);
  rig.block->poke("PR", 6);
  rig.write("PR", 0);
  EXPECT_EQ(rig.read("PR"), 6u);
  EXPECT_EQ(ticks_to_reset(), 0x1000u * 256);
}

TEST_F(IwdgTest, NothingButAResetStopsIt) {
  rig.write("KR", 0xCCCC);
  for (const std::uint32_t key : {0u, 0x5555u, 0xCCCCu, 0xFFFFu}) rig.write("KR", key);
  EXPECT_TRUE(rig.unit->next_event());
  rig.reset(false);
  EXPECT_EQ(rig.unit->next_event(), std::nullopt);
}

TEST_F(IwdgTest, StartingTwiceDoesNotReload) {
  rig.write("KR", 0xCCCC);
  rig.unit->advance(4 * 0xF00);
  rig.write("KR", 0xCCCC);
  EXPECT_EQ(ticks_to_reset(), 0x100u * 4);
}

// §36.3.2
TEST_F(IwdgTest, AReloadAboveTheWindowIsAReset) {
  rig.write("KR", 0xCCCC);
  configure(0, 99);
  rig.write("WINR", 49);
  rig.unit->advance(4 * 50);
  rig.write("KR", 0xAAAA);
  EXPECT_TRUE(rig.around.resets.empty());
  rig.unit->advance(4 * 49);
  rig.write("KR", 0xAAAA);
  EXPECT_EQ(rig.around.resets, std::vector{ResetCause::IndependentWatchdog});
}

}  // namespace
}  // namespace dfurig::stm32
