#include "board/execution.h"

#include <gtest/gtest.h>

#include "board/bench.h"
#include "board/scripted_core.h"

namespace dfurig::board {
namespace {

using cpu::StopReason;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::uint32_t VTOR = 0xE000ED08;
constexpr std::uint32_t main_address = 0x08000140;

/// An L476 after reset: HCLK is MSI at 4 MHz (RM0351 §6.2.3), a cycle is 250 ns.
class ExecutionTest : public BoardTest {
 protected:
  ExecutionTest() {
    auto core = std::make_unique<ScriptedCore>(board_.chip());
    core_ = core.get();
    execution_ = std::make_unique<Execution>(board_, std::move(core));
    board_.chip().flash().preload(0x08000000, application);
    Symbols symbols;
    symbols.add("main", main_address, 0x40);
    execution_->use_symbols(symbols);
  }

  Ending run(RunGoal goal = {}) {
    if (goal.within == Duration{}) goal.within = milliseconds(1);
    return execution_->run(goal, now_);
  }
  std::string event(std::size_t from_last) const {
    return board_.events().at(board_.events().size() - 1 - from_last).what;
  }
  cpu::FaultRecord fault() const {
    cpu::FaultRecord record;
    record.exception = cpu::HardFault;
    record.cfsr = 0x8200;
    record.hfsr = 0x40000000;
    record.fault = {cpu::FaultKind::PrecisErr, 0x30000000};
    record.pc = main_address + 4;
    return record;
  }

  ScriptedCore* core_ = nullptr;
  std::unique_ptr<Execution> execution_;
};

TEST_F(ExecutionTest, StartsAtTheVectorTableThatBootsAndRunsForATime) {
  board_.power_on(now_);
  const Ending ending = run();
  EXPECT_EQ(core_->resets, std::vector<std::uint32_t>{0x08000000});
  EXPECT_EQ(core_->limits.at(0).cycles, 4000u);
  EXPECT_EQ(ending.stopped, Stopped::Running);
  EXPECT_TRUE(ending.is_goal_reached);
  EXPECT_EQ(ending.lasted, milliseconds(1));
  EXPECT_EQ(ending.cycles, 4000u);
}

TEST_F(ExecutionTest, GoesOnWhereItWas) {
  board_.power_on(now_);
  run();
  run();
  EXPECT_EQ(core_->resets.size(), 1u);
  EXPECT_EQ(board_.chip().now(), milliseconds(2));
}

TEST_F(ExecutionTest, CountsInstructions) {
  board_.power_on(now_);
  core_->then({StopReason::BudgetSpent, main_address, {}}, 60);
  RunGoal goal;
  goal.instructions = 100;
  EXPECT_TRUE(run(goal).is_goal_reached);
  ASSERT_EQ(core_->limits.size(), 2u);
  EXPECT_EQ(core_->limits[0].cycles, 100u);
  EXPECT_EQ(core_->limits[1].cycles, 40u);
}

TEST_F(ExecutionTest, StopsAtAnAddress) {
  board_.power_on(now_);
  core_->then({StopReason::Breakpoint, main_address, {}}, 8);
  RunGoal goal;
  goal.address = main_address;
  const Ending ending = run(goal);
  EXPECT_EQ(core_->limits.at(0).breakpoints, std::vector<std::uint32_t>{main_address});
  EXPECT_TRUE(ending.is_goal_reached);
  EXPECT_EQ(ending.stopped, Stopped::Running);
  EXPECT_EQ(ending.lasted, microseconds(2));
}

TEST_F(ExecutionTest, SaysWhenTheGoalDidNotCome) {
  board_.power_on(now_);
  core_->then({StopReason::BudgetSpent, main_address + 2, {}}, 4000);
  RunGoal goal;
  goal.address = main_address;
  const Ending ending = run(goal);
  EXPECT_FALSE(ending.is_goal_reached);
  EXPECT_EQ(ending.sentence, "running at main+0x2 (0x08000142)");
}

TEST_F(ExecutionTest, StopsWhenThePinComes) {
  board_.power_on(now_);
  core_->then({StopReason::Attention, main_address, {}}, 4, [&] {
    board_.chip().write(0x4002104C, 4, 1);           // RCC.AHB2ENR
    board_.chip().write(0x48000000, 4, 0xABFFF7FF);  // GPIOA.MODER: PA5 output
    board_.chip().write(0x48000018, 4, 1u << 5);     // GPIOA.BSRR
  });
  RunGoal goal;
  goal.pin = "PA5";
  goal.level = true;
  EXPECT_TRUE(run(goal).is_goal_reached);
  EXPECT_EQ(execution_->pin_changes(),
            (std::vector<stm32::PinChange>{{microseconds(1), "PA5", true}}));
  run();
  EXPECT_TRUE(execution_->pin_changes().empty()) << "those of the last run only";
}

TEST_F(ExecutionTest, EntersTheRomWithThePlaceItJumpsTo) {
  board_.power_on(now_);
  core_->state().r[cpu::sp] = 0x20000FF0;
  core_->state().r[cpu::lr] = main_address + 0x11;
  core_->then({StopReason::NotExecutable, 0x1FFF0000, {}}, 12,
              [&] { core_->system[VTOR] = 0x400; });
  RunGoal goal;
  goal.until_rom = true;
  const Ending ending = run(goal);
  EXPECT_EQ(ending.stopped, Stopped::InRom);
  EXPECT_TRUE(ending.is_goal_reached);
  EXPECT_EQ(board_.phase(), Phase::Bootloader);
  EXPECT_EQ(last_event(),
            "ROM bootloader starts (the application jumps into system memory: PC 0x1FFF0000, SP "
            "0x20000FF0, LR main+0x10 (0x08000150))");
  const stm32::Snapshot& registers = board_.find_moment("before_entry")->registers;
  const auto vtor = std::ranges::find(*registers.names, "SCB.VTOR") - registers.names->begin();
  EXPECT_EQ(registers.values[static_cast<std::size_t>(vtor)], 0x400u) << "as the firmware left it";
  EXPECT_EQ(run().stopped, Stopped::InRom) << "nothing is executed there";
  EXPECT_EQ(core_->limits.size(), 1u);
}

TEST_F(ExecutionTest, TakesAFetchFromWhatIsMappedAt0ForTheRom) {
  board_.power_on(now_);
  core_->then({StopReason::NotExecutable, 0x00000124, {}});
  EXPECT_EQ(run().stopped, Stopped::InRom);
}

TEST_F(ExecutionTest, IsStuckWhereMemoryHoldsNoCode) {
  board_.power_on(now_);
  core_->then({StopReason::NotExecutable, 0x1FFF7000, {}});  // OTP, RM0351 §3.3.1
  const Ending ending = run();
  EXPECT_EQ(ending.stopped, Stopped::Lockup);
  EXPECT_EQ(ending.sentence, "goes on at PC 0x1FFF7000, in OTP, from which nothing is executed");
  EXPECT_EQ(board_.phase(), Phase::Stuck);
}

TEST_F(ExecutionTest, StartsWithWhatTheLeavePolicyLeft) {
  start_in_bootloader();
  board_.chip().poke("SCB.VTOR", 0x1FFF0000);
  board_.chip().poke("CORE.PRIMASK", 1);
  leave();
  Bench::run();
  ASSERT_EQ(board_.phase(), Phase::Application);
  run();
  EXPECT_EQ(core_->resets, std::vector<std::uint32_t>{0x08000000});
  EXPECT_EQ(core_->system.at(VTOR), 0x1FFF0000u);
  EXPECT_TRUE(core_->state().primask);
}

TEST_F(ExecutionTest, ShowsTheCoresRegistersInTheChip) {
  board_.power_on(now_);
  core_->then({StopReason::BudgetSpent, main_address, {}}, 4000, [&] {
    core_->system[VTOR] = 0x08004000;
    core_->state().primask = true;
  });
  run();
  EXPECT_EQ(board_.chip().peek("SCB.VTOR"), 0x08004000u);
  EXPECT_EQ(board_.chip().peek("CORE.PRIMASK"), 1u);
  ASSERT_NE(board_.find_moment("power_on"), nullptr);
  ASSERT_NE(board_.find_moment("running"), nullptr);
  run();
  EXPECT_EQ(board_.moments().size(), 2u) << "one running moment after another is one";
}

TEST_F(ExecutionTest, ResetsAndDecidesWhatBoots) {
  board_.power_on(now_);
  board_.set_boot_pin("BOOT0", 1);
  core_->then({StopReason::ResetRequested, main_address, {}}, 4);
  EXPECT_EQ(run().stopped, Stopped::InRom);
  EXPECT_EQ(event(2), "firmware: reset by software (SYSRESETREQ) at main (0x08000140)");
  EXPECT_EQ(event(1), "system reset by software (SYSRESETREQ)");
}

TEST_F(ExecutionTest, ResetsWhenTheChipAsksForIt) {
  board_.power_on(now_);
  core_->then({StopReason::Attention, main_address, {}}, 4,
              [&] { board_.chip().request_option_load(); });
  EXPECT_EQ(run().stopped, Stopped::Running);
  EXPECT_EQ(core_->resets.size(), 2u);
  EXPECT_EQ(event(2), "firmware: reset that loads the option bytes at main (0x08000140)");
  EXPECT_EQ(event(1), "option bytes loaded, which resets");
}

TEST_F(ExecutionTest, EndsARunThatOnlyResets) {
  board_.power_on(now_);
  for (int i = 0; i < 200; ++i) core_->then({StopReason::ResetRequested, main_address, {}}, 1);
  const Ending ending = run();
  EXPECT_EQ(ending.stopped, Stopped::Resets);
  EXPECT_EQ(ending.sentence, "100 resets in this run, the last a reset by software (SYSRESETREQ)");
  EXPECT_EQ(core_->resets.size(), 100u);
}

TEST_F(ExecutionTest, NamesFaultsAndTheLockupTheyEndIn) {
  board_.power_on(now_);
  core_->then({StopReason::Lockup, main_address + 4, {}}, 4,
              [&] { core_->records.push_back(fault()); });
  const Ending ending = run();
  EXPECT_EQ(ending.stopped, Stopped::Lockup);
  EXPECT_EQ(ending.sentence,
            "lockup: HardFault at main+0x4 (0x08000144): PRECISERR BFARVALID FORCED");
  EXPECT_EQ(board_.phase(), Phase::Stuck);
  ASSERT_EQ(execution_->faults().size(), 1u);
  EXPECT_EQ(execution_->faults()[0].symbol, "main");
  EXPECT_EQ(run().sentence, ending.sentence) << "nothing goes on";
  board_.reset(now_, stm32::ResetCause::Pin);
  EXPECT_EQ(run().stopped, Stopped::Running);
}

TEST_F(ExecutionTest, DoesNotListFaultsWithoutEnd) {
  board_.power_on(now_);
  core_->then({StopReason::BudgetSpent, main_address, {}}, 4000, [&] {
    for (int i = 0; i < 1000; ++i) core_->records.push_back(fault());
  });
  const std::size_t before = board_.events().size();
  run();
  EXPECT_EQ(execution_->faults().size(), 1000u);
  EXPECT_EQ(board_.events().size(), before + 21);
  EXPECT_EQ(last_event(), "firmware: further faults of this run are not listed");
}

TEST_F(ExecutionTest, IsAsleepForEverOnlyAtTheEndOfTheRun) {
  board_.power_on(now_);
  core_->then({StopReason::Asleep, main_address, {}}, 400);
  EXPECT_EQ(run().stopped, Stopped::Running) << "the rest of the time it ran";
  core_->then({StopReason::Asleep, main_address, {}}, 4000);
  const Ending ending = run();
  EXPECT_EQ(ending.stopped, Stopped::Asleep);
  EXPECT_TRUE(ending.is_goal_reached);
  EXPECT_EQ(ending.sentence, "asleep at main (0x08000140), and nothing in the chip will wake it");
}

TEST_F(ExecutionTest, TellsAPollThatIsStuck) {
  board_.power_on(now_);
  const cpu::Poll poll{0x40021000, 0x63, main_address + 8, 1'000'000};
  core_->then({StopReason::StuckPoll, main_address + 8, poll}, 4);
  const Ending ending = run();
  EXPECT_EQ(ending.stopped, Stopped::StuckPoll);
  EXPECT_EQ(ending.sentence, "polling RCC.CR = 0x00000063 from main+0x8");
  EXPECT_EQ(board_.phase(), Phase::Application);
}

TEST_F(ExecutionTest, StopsAtABreakpointInTheCode) {
  board_.power_on(now_);
  core_->then({StopReason::Breakpoint, main_address, {}}, 4);
  EXPECT_EQ(run().stopped, Stopped::Breakpoint);
}

TEST_F(ExecutionTest, SaysThatTheClockStandsStill) {
  board_.power_on(now_);
  board_.chip().poke("RCC.CFGR", 3);  // SW = PLL, which is off
  if (board_.chip().hclk_hz() != 0) board_.chip().poke("RCC.CFGR", 0xF);
  ASSERT_EQ(board_.chip().hclk_hz(), 0u);
  EXPECT_EQ(run().stopped, Stopped::NoClock);
}

TEST_F(ExecutionTest, ShowsTheInstructionsBeforeAFaultAndBeforeItStops) {
  board_.power_on(now_);
  execution_->keep_trace(2);
  core_->traced = {{main_address, 0x4802, 2, 10}, {main_address + 2, 0xF8D00000, 4, 11}};
  core_->then({StopReason::Lockup, main_address + 2, {}}, 4,
              [&] { core_->records.push_back(fault()); });
  run();
  const std::vector<std::string> expected = {
      "the last instructions before HardFault at main+0x4 (0x08000144): PRECISERR BFARVALID FORCED",
      "0x08000140  4802      main",
      "0x08000142  F8D00000  main+0x2",
      "the last instructions before lockup: HardFault at main+0x4 (0x08000144): PRECISERR "
      "BFARVALID "
      "FORCED",
      "0x08000140  4802      main",
      "0x08000142  F8D00000  main+0x2"};
  EXPECT_EQ(execution_->trace(), expected);
}

TEST_F(ExecutionTest, StopsAtTheHandlersOfFaultsWhileItTraces) {
  board_.chip().flash().preload(0x0800000C, Bytes{0x81, 0x00, 0x00, 0x08});  // HardFault
  board_.power_on(now_);
  execution_->keep_trace(2);
  core_->system[VTOR] = 0;
  run();
  const auto& breakpoints = core_->limits.at(0).breakpoints;
  EXPECT_NE(std::ranges::find(breakpoints, 0x08000080u), breakpoints.end());
  EXPECT_EQ(core_->limits.at(0).cycles, 1000u);
}

}  // namespace
}  // namespace dfurig::board
