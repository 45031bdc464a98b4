// MRS and MSR beyond the flags (DDI 0403E §B5.2.2, §B5.2.3), and who may use them.
#include "cpu/rig.h"

namespace dfurig::cpu {
namespace {

enum Sysm : unsigned { Msp = 8, Psp = 9, Primask = 16, Basepri, BasepriMax, Faultmask, Control };

/// MSR SYSm, r2, in a state that `prepare` changed.
template <typename Prepare>
State written(const CoreSpec& spec, unsigned sysm, std::uint32_t value, Prepare prepare) {
  Rig rig(spec, {0xF382, static_cast<std::uint16_t>(0x8800 | sysm)});
  prepare(rig.state());
  rig.state().r[2] = value;
  rig.run(1);
  EXPECT_EQ(rig.fault(), "");
  return rig.state();
}
State written(const CoreSpec& spec, unsigned sysm, std::uint32_t value) {
  return written(spec, sysm, value, [](State&) {});
}

/// MRS r2, SYSm.
template <typename Prepare>
std::uint32_t read(unsigned sysm, Prepare prepare) {
  Rig rig(cortex_m4f(), {0xF3EF, static_cast<std::uint16_t>(0x8200 | sysm)});
  prepare(rig.state());
  rig.run(1);
  return rig.state().r[2];
}

TEST(SpecialRegisters, MasksAreSingleBits) {
  EXPECT_TRUE(written(cortex_m4f(), Primask, 0xFFFFFFFF).primask);
  EXPECT_FALSE(written(cortex_m4f(), Primask, 0xFFFFFFFE).primask);
  EXPECT_TRUE(written(cortex_m4f(), Faultmask, 1).faultmask);
  EXPECT_FALSE(written(cortex_m0plus(), Faultmask, 1).faultmask);
}

TEST(SpecialRegisters, BasepriHasThePriorityBits) {
  EXPECT_EQ(written(cortex_m4f(), Basepri, 0x1FF).basepri, 0xF0);
  EXPECT_EQ(written(cortex_m4f(), Basepri, 0x0F).basepri, 0);
  EXPECT_EQ(written(cortex_m0plus(), Basepri, 0xFF).basepri, 0);
}

TEST(SpecialRegisters, BasepriMaxOnlyRaises) {
  const auto from = [](std::uint8_t basepri, std::uint32_t value) {
    const auto prepare = [&](State& state) { state.basepri = basepri; };
    return written(cortex_m4f(), BasepriMax, value, prepare).basepri;
  };
  EXPECT_EQ(from(0, 0x40), 0x40);
  EXPECT_EQ(from(0x40, 0x20), 0x20);
  EXPECT_EQ(from(0x20, 0x40), 0x20);
  EXPECT_EQ(from(0x20, 0), 0x20);
}

TEST(SpecialRegisters, ControlChoosesTheStack) {
  const State state = written(cortex_m4f(), Control, 3, [](State& s) { s.other_sp = 0x20000400; });
  EXPECT_TRUE(state.spsel);
  EXPECT_TRUE(state.npriv);
  EXPECT_EQ(state.r[sp], 0x20000400u);
  EXPECT_EQ(state.msp(), stack_top);
}

TEST(SpecialRegisters, AHandlerStaysOnTheMainStack) {
  const State state = written(cortex_m4f(), Control, 2, [](State& s) { s.ipsr = PendSv; });
  EXPECT_FALSE(state.spsel);
  EXPECT_EQ(state.r[sp], stack_top);
}

TEST(SpecialRegisters, ACortexM0HasNoPrivilege) {
  CoreSpec cortex_m0 = cortex_m0plus();
  cortex_m0.vtor_mask = 0;
  EXPECT_FALSE(written(cortex_m0, Control, 1).npriv);
  EXPECT_TRUE(written(cortex_m0plus(), Control, 1).npriv);
}

TEST(SpecialRegisters, BothStackPointersAreReached) {
  const State state = written(cortex_m4f(), Psp, 0x20000403);
  EXPECT_EQ(state.psp(), 0x20000400u);
  EXPECT_EQ(state.msp(), stack_top);
  EXPECT_EQ(read(Psp, [](State& s) { s.other_sp = 0x123400; }), 0x123400u);
  EXPECT_EQ(read(Msp, [](State& s) { s.other_sp = 0x123400; }), stack_top);
}

TEST(SpecialRegisters, WhatIsReadIsWhatIsThere) {
  EXPECT_EQ(read(Primask, [](State& s) { s.primask = true; }), 1u);
  EXPECT_EQ(read(Basepri, [](State& s) { s.basepri = 0x30; }), 0x30u);
  EXPECT_EQ(read(BasepriMax, [](State& s) { s.basepri = 0x30; }), 0x30u);
  EXPECT_EQ(read(Faultmask, [](State& s) { s.faultmask = true; }), 1u);
  EXPECT_EQ(read(Control, [](State& s) { s.npriv = s.fpca = true; }), 5u);
  EXPECT_EQ(read(5, [](State& s) { s.ipsr = 20; }), 20u);
}

TEST(SpecialRegisters, UnprivilegedCodeReadsZerosAndChangesNothing) {
  const auto unprivileged = [](State& s) {
    s.npriv = true;
    s.basepri = 0x10;
  };
  EXPECT_EQ(read(Msp, unprivileged), 0u);
  EXPECT_EQ(read(Basepri, unprivileged), 0u);
  EXPECT_EQ(read(Control, unprivileged), 1u);
  EXPECT_FALSE(written(cortex_m4f(), Primask, 1, unprivileged).primask);
  EXPECT_TRUE(written(cortex_m4f(), Control, 0, unprivileged).npriv);
  EXPECT_EQ(written(cortex_m4f(), Basepri, 0, unprivileged).basepri, 0x10);
  EXPECT_TRUE(written(cortex_m4f(), 0, 0x80000000, unprivileged).n);
}

TEST(SpecialRegisters, APendingInterruptComesRightBehindTheUnmasking) {
  // msr primask, r2; nop
  Rig rig(cortex_m4f(), {0xF382, 0x8810, 0xBF00});
  ASSERT_TRUE(rig.core->poke_system(0xE000E100, 1));
  rig.state().primask = true;
  rig.state().r[2] = 0;
  rig.bus.lines.set(0);
  rig.run(2);
  EXPECT_EQ(rig.state().ipsr, 16u);
  EXPECT_EQ(rig.bus.word(rig.state().r[sp] + 24), code_start + 4);
}

}  // namespace
}  // namespace dfurig::cpu
