// Frames word by word, EXC_RETURN, escalation and lockup (DDI 0403E §B1.5.6 to §B1.5.15).
#include "cpu/system_rig.h"

namespace dfurig::cpu {
namespace {

constexpr std::uint32_t cfsr = 0xE000ED28, hfsr = 0xE000ED2C, ccr = 0xE000ED14;
constexpr std::uint32_t forced = 1u << 30, vecttbl = 1u << 1;
constexpr std::uint32_t process_stack = 0x20000800, nowhere = 0x30000000;

/// Registers that can be told apart.
void fill(State& state) {
  for (unsigned i = 0; i < 13; ++i) state.r[i] = 0xA0 + i;
  state.r[lr] = 0x9999;
  for (unsigned i = 0; i < 32; ++i) state.s[i] = 0x5000 + i;
  state.fpscr = 0x01000003;
}

void use_process_stack(State& state, std::uint32_t address) {
  state.other_sp = address;
  select_stack(state, true, Thread);
}

/// A rig in the handler of interrupt 2, at priority 0x80.
void enter_interrupt(SystemRig& rig) {
  rig.enable(2, 0x80);
  rig.raise(2);
  ASSERT_TRUE(rig.system.take_exception());
}

TEST(ExceptionEntry, TheBasicFrame) {
  SystemRig rig;
  fill(rig.state);
  rig.state.n = rig.state.q = true;
  rig.state.it = 0xA5;
  rig.state.ge = 9;
  const std::uint32_t psr = xpsr(rig.state);
  enter_interrupt(rig);
  const std::uint32_t frame = TestMemory::stack - 0x20;
  EXPECT_EQ(rig.state.r[sp], frame);
  const std::uint32_t words[] = {0xA0, 0xA1, 0xA2, 0xA3, 0xAC, 0x9999, 0x8000, psr};
  for (unsigned i = 0; i < 8; ++i) EXPECT_EQ(rig.memory.words[frame + 4 * i], words[i]) << i;
  EXPECT_EQ(rig.state.r[pc], TestMemory::start_of(18));
  EXPECT_EQ(rig.state.r[lr], 0xFFFFFFF9u);
  EXPECT_EQ(rig.state.ipsr, 18u);
  EXPECT_EQ(rig.state.it, 0);
  EXPECT_TRUE(rig.state.t);
  EXPECT_TRUE(rig.state.event);
  EXPECT_EQ(rig.read(0xE000E300), 4u);
  EXPECT_EQ(rig.read(0xE000E200), 0u);
}

TEST(ExceptionEntry, TheExtendedFrame) {
  SystemRig rig;
  fill(rig.state);
  rig.state.fpca = true;
  enter_interrupt(rig);
  const std::uint32_t frame = TestMemory::stack - 0x68;
  EXPECT_EQ(rig.state.r[sp], frame);
  EXPECT_EQ(rig.state.r[lr], 0xFFFFFFE9u);
  EXPECT_FALSE(rig.state.fpca);
  for (unsigned i = 0; i < 16; ++i) {
    EXPECT_EQ(rig.memory.words[frame + 0x20 + 4 * i], 0x5000 + i) << i;
  }
  EXPECT_EQ(rig.memory.words[frame + 0x60], 0x01000003u);
  EXPECT_EQ(rig.read(0xE000EF38), frame + 0x20);  // FPCAR
}

TEST(ExceptionEntry, AlignmentOfTheFrame) {
  struct Case {
    bool is_v6m, stkalign, fpca;
    std::uint32_t sp, frame;
    bool is_noted;
  };
  const Case cases[] = {
      {false, true, false, 0x20000804, 0x200007E0, true},
      {false, true, false, 0x20000800, 0x200007E0, false},
      {false, false, false, 0x20000804, 0x200007E4, false},
      {false, false, true, 0x20000804, 0x20000798, true},
      {false, true, true, 0x20000800, 0x20000798, false},
      {true, true, false, 0x20000804, 0x200007E0, true},
  };
  for (const Case& c : cases) {
    SystemRig rig(c.is_v6m ? cortex_m0plus() : cortex_m4f());
    if (!c.is_v6m) rig.write(ccr, c.stkalign ? 0x200 : 0);
    rig.state.r[sp] = c.sp;
    rig.state.fpca = c.fpca;
    enter_interrupt(rig);
    EXPECT_EQ(rig.state.r[sp], c.frame);
    EXPECT_EQ((rig.memory.words[c.frame + 28] >> 9 & 1) != 0, c.is_noted);
    EXPECT_TRUE(rig.system.return_from_exception(rig.state.r[lr]));
    EXPECT_EQ(rig.state.r[sp], c.sp);
  }
}

TEST(ExceptionEntry, WithoutStkalignBit9OfTheFrameMeansNothing) {
  SystemRig rig;
  rig.write(ccr, 0);
  enter_interrupt(rig);
  rig.memory.words[rig.state.r[sp] + 28] |= 1u << 9;
  EXPECT_TRUE(rig.system.return_from_exception(0xFFFFFFF9));
  EXPECT_EQ(rig.state.r[sp], TestMemory::stack);
}

TEST(ExceptionEntry, EveryExcReturnBringsBackWhatWas) {
  for (const bool is_psp : {false, true}) {
    for (const bool fpca : {false, true}) {
      SystemRig rig;
      fill(rig.state);
      if (is_psp) use_process_stack(rig.state, process_stack);
      rig.state.fpca = fpca;
      const State before = rig.state;
      enter_interrupt(rig);
      const std::uint32_t expected = (is_psp ? 0xFFFFFFEDu : 0xFFFFFFE9u) | (fpca ? 0 : 0x10);
      EXPECT_EQ(rig.state.r[lr], expected);
      EXPECT_FALSE(rig.state.spsel);  // CONTROL.SPSEL reads 0 in Handler mode
      EXPECT_EQ(rig.state.r[sp], rig.state.msp());
      for (auto& s : rig.state.s) s += fpca ? 1 : 0;
      EXPECT_TRUE(rig.system.return_from_exception(rig.state.r[lr]));
      State after = rig.state;
      for (unsigned i = 16; i < 32; ++i) after.s[i] = before.s[i];  // the handler's to keep
      after.event = before.event;
      EXPECT_EQ(after, before) << is_psp << fpca;
    }
  }
}

TEST(ExceptionEntry, BadReturnsAreInvpcOnTheFrameThatIsThere) {
  for (const std::uint32_t value :
       {0xFFFFFFF1u, 0xFFFFFFF5u, 0xFFFFFFF0u, 0xFFFFFFFFu, 0xF0000009u, 0xFFFFFFE1u}) {
    SystemRig rig;
    rig.write(0xE000ED24, 1u << 18);  // USGFAULTENA
    enter_interrupt(rig);
    const std::uint32_t frame = rig.state.r[sp];
    EXPECT_TRUE(rig.system.return_from_exception(value)) << std::hex << value;
    EXPECT_EQ(rig.state.ipsr, UsageFault) << std::hex << value;
    EXPECT_EQ(rig.read(cfsr), 1u << 18);
    EXPECT_EQ(rig.state.r[sp], frame);
    EXPECT_EQ(rig.state.r[lr], value | 0xF0000000);
    EXPECT_EQ(rig.read(0xE000E300), 0u);
  }
  SystemRig m3(cortex_m3());
  enter_interrupt(m3);
  EXPECT_TRUE(m3.system.return_from_exception(0xFFFFFFE9));  // no floating point
  EXPECT_EQ(m3.state.ipsr, HardFault);
}

TEST(ExceptionEntry, ToThreadFromANestedHandlerOnlyIfItMay) {
  for (const bool may : {false, true}) {
    SystemRig rig;
    if (may) rig.write(ccr, 0x201);  // NONBASETHRDENA
    enter_interrupt(rig);
    rig.enable(3, 0x40);
    rig.raise(3);
    ASSERT_TRUE(rig.system.take_exception());
    EXPECT_EQ(rig.state.r[lr], 0xFFFFFFF1u);
    if (may) rig.memory.words[rig.state.r[sp] + 28] = 0x01000000;
    EXPECT_TRUE(rig.system.return_from_exception(0xFFFFFFF9));
    EXPECT_EQ(rig.state.ipsr, may ? 0u : HardFault);
  }
}

TEST(ExceptionEntry, AFrameOfTheOtherModeIsInvpcAndStaysThere) {
  SystemRig rig;
  use_process_stack(rig.state, process_stack);
  enter_interrupt(rig);
  const std::uint32_t frame = rig.state.psp();
  rig.memory.words[frame + 28] |= 18;
  EXPECT_TRUE(rig.system.return_from_exception(0xFFFFFFFD));
  EXPECT_EQ(rig.state.ipsr, HardFault);
  EXPECT_EQ(rig.read(cfsr), 1u << 18);
  EXPECT_EQ(rig.read(hfsr), forced);
  EXPECT_EQ(rig.state.psp(), frame);
  EXPECT_EQ(rig.state.msp(), TestMemory::stack);
  EXPECT_EQ(rig.state.r[lr], 0xFFFFFFFDu);
}

TEST(ExceptionEntry, TailChainingKeepsTheFrame) {
  SystemRig rig;
  use_process_stack(rig.state, process_stack);
  enter_interrupt(rig);
  const State in_first = rig.state;
  rig.enable(3, 0x80);
  rig.raise(3);
  EXPECT_FALSE(rig.system.can_take_exception());
  EXPECT_TRUE(rig.system.return_from_exception(rig.state.r[lr]));
  EXPECT_EQ(rig.state.ipsr, 19u);
  EXPECT_EQ(rig.state.r[lr], in_first.r[lr]);
  EXPECT_EQ(rig.state.psp(), process_stack - 0x20);
  EXPECT_EQ(rig.state.msp(), TestMemory::stack);
  EXPECT_TRUE(rig.system.return_from_exception(rig.state.r[lr]));
  EXPECT_EQ(rig.state.ipsr, 0u);
  EXPECT_EQ(rig.state.r[sp], process_stack);
}

TEST(ExceptionEntry, FaultsGoWhereTheyMay) {
  struct Case {
    FaultKind kind;
    std::uint32_t enables;  ///< SHCSR
    std::uint8_t basepri;
    unsigned active;  ///< an exception that runs
    unsigned exception;
    bool is_forced, is_lockup;
  };
  constexpr std::uint32_t all = 7u << 16;
  const Case cases[] = {
      {FaultKind::UndefInstr, 0, 0, 0, HardFault, true, false},
      {FaultKind::UndefInstr, all, 0, 0, UsageFault, false, false},
      {FaultKind::PrecisErr, all, 0, 0, BusFault, false, false},
      {FaultKind::IbusErr, 1u << 18, 0, 0, HardFault, true, false},
      {FaultKind::DaccViol, all, 0, 0, MemManage, false, false},
      {FaultKind::DivByZero, all, 0x10, 0, UsageFault, false, false},
      {FaultKind::UndefInstr, all, 0, UsageFault, HardFault, true, false},
      {FaultKind::PrecisErr, all, 0, UsageFault, HardFault, true, false},
      {FaultKind::PrecisErr, all, 0, HardFault, HardFault, false, true},
      {FaultKind::UndefInstr, all, 0, Nmi, HardFault, false, true},
  };
  for (const Case& c : cases) {
    SystemRig rig;
    rig.write(0xE000ED24, c.enables);
    rig.state.basepri = c.basepri;
    rig.system.masks_changed();
    if (c.active != 0) {
      rig.system.pend(c.active);
      ASSERT_TRUE(rig.system.take_exception());
      ASSERT_EQ(rig.state.ipsr, c.active);
    }
    const std::uint32_t at = rig.state.r[pc];
    EXPECT_EQ(rig.system.take_fault({c.kind, 0x1234}), !c.is_lockup);
    EXPECT_EQ(rig.state.ipsr, c.is_lockup ? c.active : c.exception);
    EXPECT_EQ(rig.read(hfsr), c.is_forced ? forced : 0);
    EXPECT_TRUE(rig.read(cfsr) & static_cast<std::uint32_t>(c.kind));
    ASSERT_EQ(rig.system.faults().size(), 1u);
    const FaultRecord& record = rig.system.faults()[0];
    EXPECT_EQ(record.exception, c.exception);
    EXPECT_EQ(record.pc, at);
    EXPECT_EQ(record.is_lockup, c.is_lockup);
  }
}

TEST(ExceptionEntry, AddressesAreValidForDataFaults) {
  SystemRig rig;
  rig.system.take_fault({FaultKind::PrecisErr, 0x40001234});
  EXPECT_EQ(rig.read(cfsr), 1u << 9 | 1u << 15);
  EXPECT_EQ(rig.read(0xE000ED38), 0x40001234u);
  SystemRig other;
  other.system.take_fault({FaultKind::DaccViol, 0x1234});
  EXPECT_EQ(other.read(cfsr), 1u << 1 | 1u << 7);
  EXPECT_EQ(other.read(0xE000ED34), 0x1234u);
}

TEST(ExceptionEntry, PrimaskMakesUsageFaultAndSvcHardFaults) {
  SystemRig rig;
  rig.write(0xE000ED24, 7u << 16);
  rig.state.primask = true;
  rig.system.masks_changed();
  EXPECT_TRUE(rig.system.take_fault({FaultKind::UndefInstr, 0}));
  EXPECT_EQ(rig.state.ipsr, HardFault);
  SystemRig svc;
  svc.state.primask = true;
  svc.system.masks_changed();
  EXPECT_TRUE(svc.system.call_supervisor());
  EXPECT_EQ(svc.state.ipsr, HardFault);
  EXPECT_EQ(svc.read(hfsr), forced);
  EXPECT_EQ(svc.read(cfsr), 0u);
  EXPECT_EQ(to_string(svc.system.faults().at(0).fault.kind), "SVC");
}

TEST(ExceptionEntry, OnArmV6MEveryFaultIsHardFault) {
  SystemRig rig(cortex_m0plus());
  EXPECT_TRUE(rig.system.take_fault({FaultKind::Unaligned, 2}));
  EXPECT_EQ(rig.state.ipsr, HardFault);
  EXPECT_EQ(rig.system.faults().at(0).cfsr, 0u);
  EXPECT_FALSE(rig.system.take_fault({FaultKind::PrecisErr, 2}));
  EXPECT_TRUE(rig.system.faults().at(1).is_lockup);
}

TEST(ExceptionEntry, FaultmaskIsAtThePriorityOfHardFault) {
  SystemRig rig;
  rig.state.faultmask = true;
  rig.system.masks_changed();
  EXPECT_FALSE(rig.system.take_fault({FaultKind::UndefInstr, 0}));
  SystemRig back;
  enter_interrupt(back);
  back.state.faultmask = true;
  EXPECT_TRUE(back.system.return_from_exception(0xFFFFFFF9));
  EXPECT_FALSE(back.state.faultmask);
  SystemRig bad;
  enter_interrupt(bad);
  bad.state.faultmask = true;
  EXPECT_TRUE(bad.system.return_from_exception(0xFFFFFFF5));  // ends with the handler even so
  EXPECT_EQ(bad.state.ipsr, HardFault);
}

TEST(ExceptionEntry, AStackThatIsNotThere) {
  SystemRig rig;
  use_process_stack(rig.state, nowhere);
  rig.write(0xE000ED24, 7u << 16);
  enter_interrupt(rig);  // BusFault, at 0, is more urgent than the interrupt
  EXPECT_EQ(rig.state.ipsr, BusFault);
  EXPECT_EQ(rig.read(cfsr), 1u << 12);  // STKERR, no BFARVALID
  EXPECT_EQ(rig.read(0xE000E200), 4u);
  SystemRig unstack;
  unstack.write(0xE000ED24, 7u << 16);
  use_process_stack(unstack.state, process_stack);
  enter_interrupt(unstack);
  unstack.state.other_sp = nowhere;
  EXPECT_TRUE(unstack.system.return_from_exception(0xFFFFFFFD));
  EXPECT_EQ(unstack.state.ipsr, BusFault);
  EXPECT_EQ(unstack.read(cfsr), 1u << 11);
  EXPECT_EQ(unstack.state.r[lr], 0xFFFFFFFDu);
}

TEST(ExceptionEntry, AVectorThatIsNotThere) {
  SystemRig rig;
  rig.memory.words.erase(4 * 18);
  enter_interrupt(rig);
  EXPECT_EQ(rig.state.ipsr, HardFault);
  EXPECT_EQ(rig.read(hfsr), vecttbl);
  SystemRig lost;
  lost.memory.words.erase(4 * HardFault);
  EXPECT_FALSE(lost.system.take_fault({FaultKind::UndefInstr, 0}));
  EXPECT_TRUE(lost.system.faults().back().is_lockup);
}

TEST(ExceptionEntry, VectorsComeFromVtor) {
  SystemRig rig;
  rig.write(0xE000ED08, 0x20000400);
  rig.memory.words[0x20000400 + 4 * 18] = 0x4321;
  enter_interrupt(rig);
  EXPECT_EQ(rig.state.r[pc], 0x4320u);
  EXPECT_TRUE(rig.state.t);
  SystemRig even;
  even.memory.words[4 * 18] = 0x4320;
  enter_interrupt(even);
  EXPECT_FALSE(even.state.t);
}

TEST(ExceptionEntry, SleepOnExitIsOfTheReturnToThread) {
  SystemRig rig;
  rig.write(0xE000ED10, 2);
  enter_interrupt(rig);
  rig.enable(3, 0x40);
  rig.raise(3);
  ASSERT_TRUE(rig.system.take_exception());
  ASSERT_TRUE(rig.system.return_from_exception(rig.state.r[lr]));
  EXPECT_FALSE(rig.system.take_sleep_on_exit());
  ASSERT_TRUE(rig.system.return_from_exception(rig.state.r[lr]));
  EXPECT_TRUE(rig.system.take_sleep_on_exit());
  EXPECT_FALSE(rig.system.take_sleep_on_exit());
}

TEST(ExceptionEntry, TheFirstFloatingPointInstruction) {
  SystemRig rig;
  EXPECT_EQ(rig.system.use_floating_point()->kind, FaultKind::NoCp);
  rig.write(0xE000ED88, 0x00500000);  // privileged code only
  rig.write(0xE000EF3C, 0x02000000);
  rig.state.fpscr = 0x80400001;
  EXPECT_EQ(rig.system.use_floating_point(), std::nullopt);
  EXPECT_TRUE(rig.state.fpca);
  EXPECT_EQ(rig.state.fpscr, 0x82000001u);  // FPDSCR gives bits 26 to 22
  rig.state.npriv = true;
  EXPECT_EQ(rig.system.use_floating_point()->kind, FaultKind::NoCp);
  SystemRig off;
  off.write(0xE000ED88, 0x00F00000);
  off.write(0xE000EF34, 0);  // without ASPEN
  EXPECT_EQ(off.system.use_floating_point(), std::nullopt);
  EXPECT_FALSE(off.state.fpca);
}

TEST(ExceptionEntry, ResetReadsTheTable) {
  SystemRig rig;
  enter_interrupt(rig);
  rig.write(0xE000ED08, 0x20000400);
  rig.state.primask = true;
  rig.state.cycles = 77;
  EXPECT_TRUE(rig.system.reset(0));
  State expected;
  expected.r[sp] = TestMemory::stack;
  expected.r[lr] = 0xFFFFFFFF;
  expected.r[pc] = TestMemory::start_of(Reset);
  expected.cycles = 77;
  EXPECT_EQ(rig.state, expected);
  EXPECT_EQ(rig.read(0xE000ED08), 0u);
  EXPECT_EQ(rig.read(0xE000E100), 0u);
  EXPECT_FALSE(rig.system.reset(nowhere));
  EXPECT_TRUE(rig.system.faults().back().is_lockup);
}

}  // namespace
}  // namespace dfurig::cpu
