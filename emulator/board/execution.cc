#include "board/execution.h"

#include <algorithm>
#include <cassert>
#include <cstdio>

#include "board/poll_text.h"
#include "support/hex.h"

namespace dfurig::board {
namespace {

using stm32::ResetCause;

// More resets in one run are a loop, and say nothing new.
constexpr unsigned resets_max = 100;
// While a trace is kept the handlers of faults are looked up again after so many cycles.
constexpr std::uint64_t traced_cycles = 1000;
constexpr std::uint32_t VTOR = 0xE000ED08;
constexpr std::uint32_t system_begin = 0xE0000000, system_end = 0xE0040000;

std::string reset_text(ResetCause cause) {
  switch (cause) {
    case ResetCause::PowerOn:
      return "power-on reset";
    case ResetCause::Pin:
      return "reset by NRST";
    case ResetCause::Software:
      return "reset by software (SYSRESETREQ)";
    case ResetCause::IndependentWatchdog:
      return "reset by the independent watchdog";
    case ResetCause::WindowWatchdog:
      return "reset by the window watchdog";
    case ResetCause::OptionByteLoad:
      return "reset by loading the option bytes";
  }
  return "reset";
}

std::string exception_text(unsigned exception) {
  switch (exception) {
    case cpu::HardFault:
      return "HardFault";
    case cpu::MemManage:
      return "MemManage";
    case cpu::BusFault:
      return "BusFault";
    case cpu::UsageFault:
      return "UsageFault";
    default:
      return "exception " + std::to_string(exception);
  }
}

std::optional<std::uint32_t> read_word(stm32::Bus& bus, std::uint32_t address) {
  const std::optional<stm32::MemoryView> view = bus.find_memory(address);
  if (!view || view->size < 4 || address - view->base > view->size - 4) return std::nullopt;
  return ByteReader(ByteView(view->content + (address - view->base), 4)).u32le();
}

/// The kind of memory that holds `address` by the chip's map; absent where it shows another's.
std::optional<stm32::MemoryKind> find_kind(const stm32::ChipSpec& chip, std::uint32_t address) {
  for (const stm32::MemorySpec& memory : chip.memories) {
    if (address >= memory.base && address - memory.base < memory.size) return memory.kind;
  }
  return std::nullopt;
}

/// Calls `visit(name, address, access)` for each register the core itself has.
template <typename Visit>
void for_each_system_register(const stm32::ChipSpec& chip, Visit visit) {
  for (const stm32::BlockSpec& block : chip.blocks) {
    if (block.base < system_begin || block.base >= system_end) continue;
    for (const stm32::RegisterSpec& spec : block.registers) {
      const bool is_stored = spec.access != stm32::Access::ReadOnly &&
                             spec.access != stm32::Access::WriteOnly;
      if (is_stored) visit(block.name + "." + spec.name, block.base + spec.offset);
    }
  }
}

}  // namespace

std::string to_string(Stopped stopped) {
  switch (stopped) {
    case Stopped::Running:
      return "running";
    case Stopped::Asleep:
      return "asleep";
    case Stopped::Lockup:
      return "lockup";
    case Stopped::StuckPoll:
      return "stuck poll";
    case Stopped::Breakpoint:
      return "breakpoint";
    case Stopped::InRom:
      return "in the ROM";
    case Stopped::Resets:
      return "resets";
  }
  return "?";
}

std::string TakenFault::names() const {
  std::string text = cpu::cfsr_text(record.cfsr | static_cast<std::uint32_t>(record.fault.kind));
  const std::string hard = cpu::hfsr_text(record.hfsr);
  return hard.empty() ? text : text + " " + hard;
}

std::string TakenFault::text() const {
  return exception_text(record.exception) + " at " + place + ": " + names();
}

Execution::Execution(Board& board, std::unique_ptr<cpu::Core> core)
    : board_(board), chip_(board.chip()), core_(std::move(core)) {}

std::uint32_t Execution::pc() const {
  return core_->state().r[cpu::pc];
}

std::vector<stm32::PinChange> Execution::pin_changes() const {
  const std::vector<stm32::PinChange>& all = chip_.pin_changes();
  return {all.begin() + static_cast<std::ptrdiff_t>(pin_changes_before_), all.end()};
}

void Execution::keep_trace(std::size_t count) {
  trace_count_ = count;
  core_->keep_trace(count);
}

/// "main+0x4 (PC 0x08000144)"
std::string Execution::place_text(std::uint32_t address) const {
  return symbols_.text(address) + (symbols_.find(address) ? " (PC " + hex(address) + ")" : "");
}

void Execution::start() {
  starts_ = board_.starts();
  stuck_.reset();
  core_->reset(board_.application_address());
  hand_over();
}

/// What a bootloader left in the core's registers, before the first instruction.
void Execution::hand_over() {
  const std::uint32_t primask = chip_.peek("CORE.PRIMASK").value_or(0);
  core_->state().primask = (primask & 1) != 0;
  for_each_system_register(chip_.spec(), [&](const std::string& name, std::uint32_t address) {
    core_->poke_system(address, chip_.peek(name).value_or(0));
  });
}

/// So that snapshots and expectations show them.
void Execution::hand_back() {
  for_each_system_register(chip_.spec(), [&](const std::string& name, std::uint32_t address) {
    if (const auto value = core_->peek_system(address)) chip_.poke(name, *value);
  });
  const cpu::State& state = core_->state();
  chip_.poke("CORE.PRIMASK", state.primask ? 1 : 0);
  chip_.poke("CORE.CONTROL", (state.npriv ? 1u : 0u) | (state.spsel ? 2u : 0u) |
                                 (state.fpca ? 4u : 0u));
}

Ending Execution::run(const RunGoal& goal, Instant now) {
  const Instant begin = chip_.now();
  const Instant deadline = begin + goal.within;
  const std::uint64_t first_cycle = core_->state().cycles;
  pin_changes_before_ = chip_.pin_changes().size();
  resets_ = 0;
  trace_.clear();
  if (!goal.pin.empty()) chip_.stop_at_pin(goal.pin, goal.level);
  Ending ending;
  std::optional<Stopped> stopped;
  cpu::Stop stop;
  while (!stopped && !ending.is_goal_reached && chip_.now() < deadline) {
    if (board_.phase() == Phase::Bootloader) {
      stopped = Stopped::InRom;
      ending.sentence = "the ROM has control";
      break;
    }
    if (starts_ != board_.starts()) start();
    if (stuck_) break;
    stop = run_core(goal, first_cycle, deadline);
    take_faults(now);
    stopped = take(stop, goal, now, ending.sentence);
    ending.is_goal_reached = is_reached(goal, stop) ||
                             (goal.instructions &&
                              core_->state().cycles - first_cycle >= *goal.instructions);
  }
  chip_.stop_at_pin("", std::nullopt);
  if (stuck_) return *stuck_;
  if (!stopped && stop.reason == cpu::StopReason::Asleep) {
    stopped = Stopped::Asleep;
    ending.sentence = "asleep at " + place_text(pc()) + ", and nothing in the chip will wake it";
  }
  ending.stopped = stopped.value_or(Stopped::Running);
  if (ending.stopped == Stopped::Running) ending.sentence = "running at " + place_text(pc());
  if (goal.until_rom) ending.is_goal_reached = ending.stopped == Stopped::InRom;
  if (goal.is_for_a_time()) ending.is_goal_reached = chip_.now() >= deadline;
  ending.lasted = chip_.now() - begin;
  ending.cycles = core_->state().cycles - first_cycle;
  if (ending.stopped != Stopped::Running) remember_trace(ending.sentence);
  if (ending.stopped == Stopped::Lockup) stuck_ = ending;
  if (ending.stopped != Stopped::InRom) {
    hand_back();
    board_.remember_running(now);
  }
  return ending;
}

cpu::Stop Execution::run_core(const RunGoal& goal, std::uint64_t first_cycle, Instant deadline) {
  cpu::RunLimits limits;
  limits.cycles = chip_.cycles_until(deadline);
  if (goal.instructions) {
    limits.cycles = std::min(limits.cycles,
                             first_cycle + *goal.instructions - core_->state().cycles);
  }
  if (goal.address) limits.breakpoints.push_back(*goal.address);
  if (trace_count_ > 0) {
    limits.cycles = std::min(limits.cycles, traced_cycles);
    for (const std::uint32_t vector : fault_vectors()) limits.breakpoints.push_back(vector);
  }
  const std::uint32_t from = pc();
  cpu::Stop stop = core_->run(limits);
  const bool is_listed = std::ranges::find(limits.breakpoints, stop.pc) != limits.breakpoints.end();
  const bool is_bkpt = stop.pc == from && read_word(chip_, stop.pc & ~3u).value_or(0) >>
                                                  ((stop.pc & 2) * 8 + 8) % 256 == 0xBE;
  // A breakpoint of our own is no end by itself.
  if (stop.reason == cpu::StopReason::Breakpoint && is_listed && !is_bkpt) {
    stop.reason = cpu::StopReason::BudgetSpent;
  }
  return stop;
}

/// Where the handlers of faults begin, by the vector table in use.
std::vector<std::uint32_t> Execution::fault_vectors() const {
  const std::uint32_t table = core_->peek_system(VTOR).value_or(0);
  std::vector<std::uint32_t> vectors;
  for (unsigned number = cpu::HardFault; number <= cpu::UsageFault; ++number) {
    if (const auto vector = read_word(chip_, table + 4 * number)) vectors.push_back(*vector & ~1u);
  }
  return vectors;
}

bool Execution::is_reached(const RunGoal& goal, const cpu::Stop& stop) const {
  if (goal.address && stop.pc == *goal.address) return true;
  if (goal.pin.empty()) return false;
  const std::vector<stm32::PinChange>& changes = chip_.pin_changes();
  return std::any_of(changes.begin() + static_cast<std::ptrdiff_t>(pin_changes_before_),
                     changes.end(), [&](const stm32::PinChange& it) {
                       return it.pin == goal.pin && it.level == goal.level;
                     });
}

std::optional<Stopped> Execution::take(const cpu::Stop& stop, const RunGoal& goal, Instant now,
                                       std::string& sentence) {
  switch (stop.reason) {
    case cpu::StopReason::BudgetSpent:
    case cpu::StopReason::Asleep:
      return std::nullopt;
    case cpu::StopReason::Attention:
      return take_attention(goal, now, sentence);
    case cpu::StopReason::ResetRequested:
      return reset(ResetCause::Software, now, sentence);
    case cpu::StopReason::NotExecutable:
      enter_rom(stop.pc, now, sentence);
      return board_.phase() == Phase::Bootloader ? Stopped::InRom : Stopped::Lockup;
    case cpu::StopReason::Lockup:
      return lock_up(now, sentence);
    case cpu::StopReason::StuckPoll:
      sentence = poll_text(*stop.poll, find_polled_bits(*stop.poll, core_->state(), chip_),
                           chip_.spec(), symbols_);
      board_.add_event({now, "firmware: " + sentence, chip_.now()});
      return Stopped::StuckPoll;
    case cpu::StopReason::Breakpoint:
      sentence = "BKPT at " + place_text(stop.pc);
      board_.add_event({now, "firmware: " + sentence, chip_.now()});
      return Stopped::Breakpoint;
  }
  return std::nullopt;
}

}  // namespace dfurig::board
