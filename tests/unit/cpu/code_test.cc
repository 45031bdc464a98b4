// What is fetched is what memory holds at that time.
#include "cpu/rig.h"

namespace dfurig::cpu {
namespace {

TEST(Code, RamSeesItsOwnStores) {
  // At ram_base: strh r2, [r3]; then the half-word at r3, first adds r0, #1, then adds r0, #2.
  Rig rig;
  rig.bus.put(TestBus::ram_base, {0x801A, 0x3001, 0xE7FC});
  rig.state().r[pc] = TestBus::ram_base;
  rig.state().r[2] = 0x3001;
  rig.state().r[3] = TestBus::ram_base + 2;
  rig.run(3);
  EXPECT_EQ(rig.state().r[0], 1u);
  rig.state().r[2] = 0x3002;
  rig.run(3);
  EXPECT_EQ(rig.state().r[0], 3u);
}

TEST(Code, TheSecondHalfInRamMayChangeAlone) {
  Rig rig;
  rig.bus.put(TestBus::ram_base, {0xF04F, 0x0001, 0xE7FC});  // mov.w r0, #1; b
  rig.state().r[pc] = TestBus::ram_base;
  rig.run(2);
  EXPECT_EQ(rig.state().r[0], 1u);
  rig.bus.put(TestBus::ram_base + 2, {0x0002});
  rig.run(2);
  EXPECT_EQ(rig.state().r[0], 2u);
}

TEST(Code, FlashIsDecodedAnewWhenItsVersionChanges) {
  Rig rig(cortex_m4f(), {0x3001, 0xE7FD});
  rig.run(2);
  rig.bus.put(code_start, {0x3008});
  ++rig.bus.version;
  rig.run(2);
  EXPECT_EQ(rig.state().r[0], 9u);
}

TEST(Code, BothPlacesOfFlashAreExecuted) {
  Rig rig(cortex_m4f(), {0x3001, 0xE7FE});
  rig.state().r[pc] = code_start - TestBus::flash_base;
  rig.run(2);
  EXPECT_EQ(rig.state().r[0], 1u);
  EXPECT_EQ(rig.state().r[pc], code_start - TestBus::flash_base + 2);
}

// Wherever pages of a cache may end.
TEST(Code, LongInstructionsLieAcrossAnyBoundary) {
  for (std::uint32_t at = TestBus::flash_base + 0x2FE; at < TestBus::flash_base + 0xF00;
       at += 0x100) {
    Rig rig;
    rig.bus.put(at, {0xF04F, 0x0005, 0xE7FE});
    rig.state().r[pc] = at;
    rig.run(2);
    EXPECT_EQ(rig.state().r[0], 5u);
    EXPECT_EQ(rig.state().r[pc], at + 4);
  }
}

TEST(Code, HalfAnInstructionAtTheEndOfMemoryFaults) {
  Rig rig;
  const std::uint32_t last = TestBus::flash_base + 0xFFE;
  rig.bus.put(last, {0xF04F});
  rig.state().r[pc] = last;
  rig.run(1);
  EXPECT_EQ(rig.fault(), "IBUSERR");
  EXPECT_EQ(rig.core->faults().front().pc, last);
}

}  // namespace
}  // namespace dfurig::cpu
