// The run loop: budgets, stops, faults of fetching, exceptions between instructions, IT, traces.
#include <algorithm>

#include "cpu/rig.h"

namespace dfurig::cpu {
namespace {

constexpr std::uint16_t nop = 0xBF00, b_self = 0xE7FE, bx_r3 = 0x4718, adds_r0 = 0x3001;
constexpr std::uint16_t ldr_r2_r3 = 0x681A, str_r2_r3 = 0x601A, cpsid_i = 0xB672;

Stop stop_of(StopReason reason, std::uint32_t pc_) {
  return {reason, pc_, std::nullopt};
}

TEST(Interpreter, ResetTakesStackAndPcFromTheTable) {
  Rig rig;
  EXPECT_EQ(rig.state().r[sp], stack_top);
  EXPECT_EQ(rig.state().r[pc], code_start);
  EXPECT_EQ(rig.state().cycles, 0u);
}

TEST(Interpreter, AnInstructionIsACycleAndTheBudgetIsExact) {
  Rig rig(cortex_m4f(), HalfWords(20, adds_r0));
  EXPECT_EQ(rig.run(0), stop_of(StopReason::BudgetSpent, code_start));
  EXPECT_EQ(rig.run(7), stop_of(StopReason::BudgetSpent, code_start + 14));
  EXPECT_EQ(rig.run(5), stop_of(StopReason::BudgetSpent, code_start + 24));
  EXPECT_EQ(rig.state().r[0], 12u);
  EXPECT_EQ(rig.state().cycles, 12u);
  EXPECT_EQ(rig.bus.cycles, 12u);
}

TEST(Interpreter, PartsOfARunAreTheWholeRun) {
  const HalfWords loop{adds_r0, 0x1889, 0x4051, 0x684C, 0xE7FA};
  Rig whole(cortex_m4f(), loop), parts(cortex_m4f(), loop);
  whole.state().r[1] = parts.state().r[1] = TestBus::ram_base;
  whole.run(1000);
  for (unsigned i = 0; i < 100; ++i) parts.run(10);
  EXPECT_EQ(describe(whole.state()), describe(parts.state()));
}

TEST(Interpreter, AnEvenResetVectorIsInvstate) {
  Rig rig;
  rig.bus.put_word(TestBus::flash_base + 4, code_start);
  rig.core->reset(TestBus::flash_base);
  rig.run(1);
  EXPECT_EQ(rig.fault(), "INVSTATE");
  EXPECT_EQ(rig.state().ipsr, HardFault);
}

TEST(Interpreter, ABranchToAnEvenAddressIsInvstateThere) {
  Rig rig(cortex_m4f(), {bx_r3});
  rig.state().r[3] = code_start + 0x10;
  rig.run(2);
  EXPECT_EQ(rig.fault(), "INVSTATE");
  EXPECT_EQ(rig.core->faults().front().pc, code_start + 0x10);
}

// DDI 0403E §B3.1, table B3-1: peripherals and what is from 0xA0000000 on is never executed.
TEST(Interpreter, FetchingWhereNothingIsFaults) {
  const std::vector<std::pair<std::uint32_t, std::string>> expected = {
      {0x30000000, "IBUSERR"},  {0x08001000, "IBUSERR"},  {0x40000000, "IACCVIOL"},
      {0xA0000000, "IACCVIOL"}, {0xE000E010, "IACCVIOL"}, {0xFFFFFFF8, "IACCVIOL"}};
  for (const auto& [address, fault] : expected) {
    Rig rig(cortex_m4f(), {bx_r3});
    rig.state().r[3] = address | 1;
    rig.run(2);
    EXPECT_EQ(rig.fault(), fault) << address;
    EXPECT_EQ(rig.core->faults().front().pc, address);
    EXPECT_EQ(rig.state().r[pc], handler);
  }
}

TEST(Interpreter, TheRomIsNotExecutedAndNothingChangesAtItsDoor) {
  Rig rig(cortex_m4f(), {bx_r3});
  rig.state().r[3] = TestBus::rom_base | 1;
  State expected = rig.state();
  expected.r[pc] = TestBus::rom_base;
  expected.cycles = 1;
  EXPECT_EQ(rig.run(100), stop_of(StopReason::NotExecutable, TestBus::rom_base));
  EXPECT_EQ(describe(rig.state()), describe(expected));
  EXPECT_EQ(rig.run(100), stop_of(StopReason::NotExecutable, TestBus::rom_base));
  EXPECT_TRUE(rig.core->faults().empty());
}

TEST(Interpreter, ErasedFlashLocksUpUntilReset) {
  Rig rig;
  std::fill(rig.bus.flash.begin(), rig.bus.flash.end(), std::uint8_t{0xFF});
  ++rig.bus.version;
  rig.core->reset(TestBus::flash_base);
  EXPECT_EQ(rig.run(100).reason, StopReason::Lockup);
  EXPECT_EQ(rig.run(100).reason, StopReason::Lockup);
  EXPECT_TRUE(rig.core->faults().back().is_lockup);
  rig.bus.put_word(TestBus::flash_base, stack_top);
  rig.bus.put_word(TestBus::flash_base + 4, code_start | 1);
  rig.bus.put(code_start, {b_self});
  rig.core->reset(TestBus::flash_base);
  EXPECT_EQ(rig.run(100), stop_of(StopReason::BudgetSpent, code_start));
}

TEST(Interpreter, AFaultInHardFaultLocksUp) {
  Rig rig(cortex_m0plus(), {0xDE00});
  rig.bus.put(handler, {0xDE00});
  const Stop stop = rig.run(100);
  EXPECT_EQ(stop, stop_of(StopReason::Lockup, handler));
  EXPECT_LT(rig.state().cycles, 10u);
}

TEST(Interpreter, AttentionStopsInFrontOfTheNextInstruction) {
  Rig rig(cortex_m4f(), {str_r2_r3, adds_r0});
  rig.bus.attention_at = TestBus::peripheral_base;
  rig.state().r[3] = TestBus::peripheral_base;
  EXPECT_EQ(rig.run(100), stop_of(StopReason::Attention, code_start + 2));
  EXPECT_EQ(rig.run(100), stop_of(StopReason::Attention, code_start + 2));
  rig.bus.attention = false;
  EXPECT_EQ(rig.run(1), stop_of(StopReason::BudgetSpent, code_start + 4));
}

// AIRCR, DDI 0403E §B3.2.6: VECTKEY and SYSRESETREQ.
TEST(Interpreter, AResetThatIsAskedForStops) {
  Rig rig(cortex_m4f(), {str_r2_r3, adds_r0});
  rig.state().r[2] = 0x05FA0004;
  rig.state().r[3] = 0xE000ED0C;
  EXPECT_EQ(rig.run(100), stop_of(StopReason::ResetRequested, code_start + 2));
  rig.core->reset(TestBus::flash_base);
  EXPECT_EQ(rig.run(0), stop_of(StopReason::BudgetSpent, code_start));
}

TEST(Interpreter, AnInterruptComesInItsCycle) {
  Rig rig(cortex_m4f(), {adds_r0, 0xE7FD});
  ASSERT_TRUE(rig.core->poke_system(0xE000E100, 1));
  rig.bus.event_at = 10;
  rig.run(11);
  EXPECT_EQ(rig.state().ipsr, 16u);
  EXPECT_EQ(rig.state().r[0], 5u);
  EXPECT_EQ(rig.bus.word(rig.state().r[sp] + 24), code_start);  // ten instructions were executed
}

TEST(Interpreter, AMaskedInterruptWaitsForCps) {
  Rig rig(cortex_m4f(), {cpsid_i, nop, nop, nop, 0xB662, nop});
  ASSERT_TRUE(rig.core->poke_system(0xE000E100, 1));
  rig.bus.event_at = 2;
  rig.run(5);
  EXPECT_EQ(rig.state().ipsr, 16u);
  EXPECT_EQ(rig.bus.word(rig.state().r[sp] + 24), code_start + 10);
}

// An instruction that fails its condition takes its cycle too.
TEST(Interpreter, ItBlocksExecuteWhatTheirConditionAllows) {
  // itete eq; four times adds r0..r3, #1
  const HalfWords code{0xBF0B, 0x3001, 0x3101, 0x3201, 0x3301};
  for (const bool z : {false, true}) {
    Rig rig(cortex_m4f(), code);
    rig.state().z = z;
    rig.run(5);
    const State& s = rig.state();
    const std::vector<std::uint32_t> added(s.r.begin(), s.r.begin() + 4);
    EXPECT_EQ(added, z ? (std::vector<std::uint32_t>{1, 0, 1, 0})
                       : (std::vector<std::uint32_t>{0, 1, 0, 1}));
    EXPECT_EQ(s.z, z);
    EXPECT_EQ(s.it, 0);
    EXPECT_EQ(s.cycles, 5u);
  }
}

TEST(Interpreter, AnItBlockGoesOnAfterAnException) {
  // ittt ne; adds r0; svc; adds r0; the handler returns at once.
  Rig rig(cortex_m4f(), {0xBF1E, adds_r0, 0xDF00, adds_r0, adds_r0});
  rig.bus.put(handler, {0x4770});
  rig.run(3);
  EXPECT_EQ(rig.state().it, 0);
  EXPECT_EQ(rig.state().ipsr, SvCall);
  rig.run(1);
  EXPECT_EQ(rig.state().it, 0x18);
  rig.run(2);
  EXPECT_EQ(rig.state().it, 0);
  EXPECT_EQ(rig.state().r[0], 3u);
}

TEST(Interpreter, AFaultInAnItBlockKeepsItsPlace) {
  // itt ne; adds r0; udf
  Rig rig(cortex_m4f(), {0xBF1C, adds_r0, 0xDE00});
  rig.run(3);
  EXPECT_EQ(rig.fault(), "UNDEFINSTR");
  State stacked;
  set_xpsr(stacked, rig.bus.word(rig.state().r[sp] + 28));
  EXPECT_EQ(stacked.it, 0x18);
}

// §B1.5.8: BX, POP, LDR and LDM to PC return from an exception.
TEST(Interpreter, EveryWayBackFromAnException) {
  const std::vector<HalfWords> handlers = {
      {0x4770},                  // bx lr
      {0xB500, 0xBD00},          // push {lr}; pop {pc}
      {0xB500, 0xF85D, 0xFB04},  // push {lr}; ldr pc, [sp], #4
      {0xB510, 0xE8BD, 0x8010},  // push {r4, lr}; ldmia.w sp!, {r4, pc}
  };
  for (std::size_t i = 0; i < handlers.size(); ++i) {
    Rig rig(cortex_m4f(), {0xDF00, adds_r0});
    rig.bus.put(handler, handlers[i]);
    rig.run(2 + (i == 0 ? 0 : 1));
    EXPECT_EQ(rig.state().ipsr, 0u) << i;
    EXPECT_EQ(rig.state().r[pc], code_start + 2) << i;
    EXPECT_EQ(rig.state().r[sp], stack_top) << i;
  }
}

TEST(Interpreter, BreakpointsStopButNotWhereTheRunBegins) {
  Rig rig(cortex_m4f(), {adds_r0, adds_r0, 0xE7FC});
  const RunLimits limits{100, {code_start, code_start + 2}};
  EXPECT_EQ(rig.core->run(limits), stop_of(StopReason::Breakpoint, code_start + 2));
  EXPECT_EQ(rig.state().r[0], 1u);
  EXPECT_EQ(rig.core->run(limits), stop_of(StopReason::Breakpoint, code_start));
  EXPECT_EQ(rig.core->run({100, {code_start}}), stop_of(StopReason::Breakpoint, code_start));
  EXPECT_EQ(rig.state().cycles, 6u);
}

TEST(Interpreter, TheTraceKeepsTheLastInstructions) {
  Rig rig(cortex_m4f(), {adds_r0, 0xF04F, 0x0105, b_self});
  rig.run(1);
  EXPECT_TRUE(rig.core->trace().empty());
  rig.core->reset(TestBus::flash_base);
  rig.core->keep_trace(3);
  rig.run(4);
  const std::vector<TraceEntry> expected = {{code_start + 2, 0xF04F0105, 4, 2},
                                            {code_start + 6, b_self, 2, 3},
                                            {code_start + 6, b_self, 2, 4}};
  EXPECT_EQ(rig.core->trace(), expected);
  rig.core->keep_trace(0);
  rig.run(10);
  EXPECT_TRUE(rig.core->trace().empty());
}

/// wfi (or what else); then adds r0, #1 for ever.
HalfWords sleeping(std::uint16_t with) {
  return {with, adds_r0, 0xE7FD};
}
constexpr std::uint16_t wfi = 0xBF30, wfe = 0xBF20, sev = 0xBF40;

TEST(Interpreter, SleepJumpsToWhatWakes) {
  Rig rig(cortex_m4f(), sleeping(wfi));
  ASSERT_TRUE(rig.core->poke_system(0xE000E100, 1));
  rig.bus.event_at = 1'000'000;
  EXPECT_EQ(rig.run(1'000'001), stop_of(StopReason::BudgetSpent, handler));
  EXPECT_EQ(rig.state().ipsr, 16u);
  EXPECT_EQ(rig.bus.word(rig.state().r[sp] + 24), code_start + 2);
  EXPECT_EQ(rig.state().r[0], 0u);
}

TEST(Interpreter, SleepGoesOnInTheNextRun) {
  Rig rig(cortex_m4f(), sleeping(wfi));
  ASSERT_TRUE(rig.core->poke_system(0xE000E100, 1));
  rig.bus.event_at = 1000;
  EXPECT_EQ(rig.run(400), stop_of(StopReason::BudgetSpent, code_start + 2));
  EXPECT_EQ(rig.state().cycles, 400u);
  EXPECT_EQ(rig.run(500), stop_of(StopReason::BudgetSpent, code_start + 2));
  EXPECT_EQ(rig.bus.cycles, 900u);
  rig.run(101);
  EXPECT_EQ(rig.state().ipsr, 16u);
}

TEST(Interpreter, NothingEndsASleepWithoutEvents) {
  for (const std::uint16_t with : {wfi, wfe}) {
    Rig rig(cortex_m4f(), sleeping(with));
    EXPECT_EQ(rig.run(5000), stop_of(StopReason::Asleep, code_start + 2));
    EXPECT_EQ(rig.state().cycles, 5000u);
    EXPECT_EQ(rig.bus.cycles, 5000u);
    EXPECT_EQ(rig.run(10).reason, StopReason::Asleep);
  }
}

// §B1.5.19: PRIMASK does not keep from waking, only from taking the exception.
TEST(Interpreter, AMaskedInterruptEndsWfi) {
  Rig rig(cortex_m4f(), sleeping(wfi));
  ASSERT_TRUE(rig.core->poke_system(0xE000E100, 1));
  rig.state().primask = true;
  rig.bus.event_at = 100;
  rig.run(101);
  EXPECT_EQ(rig.state().ipsr, 0u);
  EXPECT_EQ(rig.state().r[0], 1u);
}

// §B1.5.18: a masked interrupt is no event, unless SCR.SEVONPEND makes it one.
TEST(Interpreter, AMaskedInterruptEndsWfeWithSevonpendOnly) {
  for (const bool is_sevonpend : {false, true}) {
    Rig rig(cortex_m4f(), sleeping(wfe));
    ASSERT_TRUE(rig.core->poke_system(0xE000E100, 1));
    ASSERT_TRUE(rig.core->poke_system(0xE000ED10, is_sevonpend ? 0x10 : 0));
    rig.state().primask = true;
    rig.bus.event_at = 100;
    rig.run(101);
    EXPECT_EQ(rig.state().r[0], is_sevonpend ? 1u : 0u);
  }
}

TEST(Interpreter, AnEventThatWasEndsWfeAtOnce) {
  Rig rig(cortex_m4f(), {sev, wfe, adds_r0, wfe, adds_r0});
  rig.run(3);
  EXPECT_EQ(rig.state().r[0], 1u);
  EXPECT_EQ(rig.run(100).reason, StopReason::Asleep);
  EXPECT_EQ(rig.state().r[0], 1u);
}

// SYST_RVR 99, SYST_CSR with TICKINT: DDI 0403E §B3.3.
TEST(Interpreter, SysTickWakesAndComesInItsCycle) {
  for (const std::uint16_t with : {wfi, nop}) {
    Rig rig(cortex_m4f(), {with, 0xE7FD});
    ASSERT_TRUE(rig.core->poke_system(0xE000E014, 99));
    ASSERT_TRUE(rig.core->poke_system(0xE000E018, 0));
    ASSERT_TRUE(rig.core->poke_system(0xE000E010, 7));
    rig.core->keep_trace(1000);
    rig.run(150);
    EXPECT_EQ(rig.state().ipsr, unsigned{SysTick});
    const std::vector<TraceEntry> trace = rig.core->trace();
    const auto entry = std::find_if(trace.begin(), trace.end(),
                                    [](const TraceEntry& it) { return it.pc == handler; });
    ASSERT_NE(entry, trace.end());
    EXPECT_EQ(entry->cycles, 100u);  // the reload takes a cycle, then 99 count down to 0
  }
}

TEST(Interpreter, APollThatNeverSeesWhatItWantsStops) {
  Rig rig(cortex_m4f(), {ldr_r2_r3, 0xE7FD});
  rig.state().r[3] = TestBus::peripheral_base + 4;
  rig.core->set_stuck_poll(1000);
  const Poll poll{TestBus::peripheral_base + 4, 0, code_start, 1000};
  EXPECT_EQ(rig.run(100'000), (Stop{StopReason::StuckPoll, code_start + 2, poll}));
  EXPECT_EQ(rig.core->longest_poll(), poll);
  EXPECT_EQ(rig.state().cycles, 1999u);
  // It may go on, and begins to count anew; without a limit it does for ever.
  EXPECT_EQ(rig.run(1990).reason, StopReason::BudgetSpent);
  rig.core->set_stuck_poll(0);
  EXPECT_EQ(rig.run(100'000).reason, StopReason::BudgetSpent);
  EXPECT_GT(rig.core->longest_poll()->reads, 50'000u);
}

TEST(Interpreter, ARegisterWrittenBetweenIsNoStuckPoll) {
  Rig rig(cortex_m4f(), {ldr_r2_r3, 0x605A, 0xE7FC});
  rig.state().r[3] = TestBus::peripheral_base;
  rig.core->set_stuck_poll(10);
  EXPECT_EQ(rig.run(1000).reason, StopReason::BudgetSpent);
  EXPECT_EQ(rig.core->longest_poll()->reads, 1u);
}

}  // namespace
}  // namespace dfurig::cpu
