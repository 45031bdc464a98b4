#include "board/execution.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "board/poll_text.h"
#include "support/hex.h"

namespace dfurig::board {
namespace {

using stm32::ResetCause;

// More resets in one run are a loop, and say nothing new.
constexpr unsigned resets_max = 100;
constexpr unsigned told_faults_max = 20;
// The first faults of a run, and how it stopped.
constexpr unsigned traces_max = 4;
// While a trace is kept the handlers of faults are looked up again after so many cycles.
constexpr std::uint64_t traced_cycles = 1000;
constexpr std::uint32_t VTOR = 0xE000ED08;
constexpr std::uint32_t system_begin = 0xE0000000, system_end = 0xE0040000;

std::optional<std::uint32_t> read_word(stm32::Bus& bus, std::uint32_t address) {
  const std::optional<stm32::MemoryView> view = bus.find_memory(address);
  if (!view || view->size < 4 || address - view->base > view->size - 4) return std::nullopt;
  return ByteReader(ByteView(view->content + (address - view->base), 4)).u32le();
}

bool is_bkpt(stm32::Bus& bus, std::uint32_t address) {
  const std::optional<std::uint32_t> word = read_word(bus, address & ~3u);
  return word && (*word >> 8 * (address & 2) & 0xFF00) == 0xBE00;
}

/// The memory that the chip's map has at `address`; null where what boots shows itself, at 0.
const stm32::MemorySpec* find_memory(const stm32::ChipSpec& chip, std::uint32_t address) {
  const auto found = std::ranges::find_if(chip.memories, [&](const stm32::MemorySpec& memory) {
    return address >= memory.base && address - memory.base < memory.size;
  });
  return found == chip.memories.end() ? nullptr : &*found;
}

/// Calls `visit(content, address)` for each register that the core itself has: what the chip holds
/// of it while no core runs.
template <typename Visit>
void for_each_system_register(stm32::Chip& chip, Visit visit) {
  for (const stm32::BlockSpec& spec : chip.spec().blocks) {
    if (spec.base < system_begin || spec.base >= system_end) continue;
    stm32::RegisterBlock& block = *chip.find_block(spec.name);
    for (std::size_t i = 0; i < spec.registers.size(); ++i) {
      const stm32::RegisterSpec& it = spec.registers[i];
      const bool is_stored =
          it.access != stm32::Access::ReadOnly && it.access != stm32::Access::WriteOnly;
      if (is_stored) visit(block.value(i), spec.base + it.offset);
    }
  }
}

bool contains(const std::vector<std::uint32_t>& addresses, std::uint32_t address) {
  return std::ranges::find(addresses, address) != addresses.end();
}

}  // namespace

Execution::Execution(Board& board, std::unique_ptr<cpu::Core> core)
    : board_(board), chip_(board.chip()), core_(std::move(core)) {}

std::uint32_t Execution::pc() const {
  return core_->state().r[cpu::pc];
}

std::vector<stm32::PinChange> Execution::pin_changes() const {
  const std::vector<stm32::PinChange>& all = chip_.pin_changes();
  return {all.begin() + static_cast<std::ptrdiff_t>(first_pin_change_), all.end()};
}

std::string Execution::poll_sentence(const cpu::Poll& poll) const {
  return poll_text(poll, find_polled_bits(poll, core_->state(), chip_), chip_.spec(), symbols_);
}

void Execution::keep_trace(std::size_t count) {
  trace_count_ = count;
  core_->keep_trace(count);
}

/// "main+0x4 (0x08000144)"
std::string Execution::place_text(std::uint32_t address) const {
  if (!symbols_.find(address)) return hex(address);
  return symbols_.text(address) + " (" + hex(address) + ")";
}

void Execution::tell(const std::string& what, Instant now) {
  board_.add_event({now, "firmware: " + what, chip_.now()});
}

void Execution::start(Instant now) {
  if (board_.moments().empty()) board_.remember("power_on", now);
  starts_ = board_.starts();
  dead_.reset();
  core_->reset(board_.application_address());
  hand_over();
}

/// What a bootloader left in the core's registers, before the first instruction.
void Execution::hand_over() {
  const std::uint32_t primask = chip_.peek("CORE.PRIMASK").value_or(0);
  core_->state().primask = (primask & 1) != 0;
  for_each_system_register(chip_, [&](std::uint32_t content, std::uint32_t address) {
    core_->poke_system(address, content);
  });
}

/// So that snapshots and expectations show them.
void Execution::hand_back() {
  for_each_system_register(chip_, [&](std::uint32_t& content, std::uint32_t address) {
    if (const auto value = core_->peek_system(address)) content = *value;
  });
  const cpu::State& state = core_->state();
  chip_.poke("CORE.PRIMASK", state.primask ? 1 : 0);
  chip_.poke("CORE.CONTROL",
             (state.npriv ? 1u : 0u) | (state.spsel ? 2u : 0u) | (state.fpca ? 4u : 0u));
}

Ending Execution::run(const RunGoal& goal, Instant now) {
  const Instant begin = chip_.now();
  deadline_ = begin + goal.within;
  first_cycle_ = core_->state().cycles;
  first_pin_change_ = chip_.pin_changes().size();
  resets_ = 0;
  trace_.clear();
  traces_ = 0;
  told_faults_ = 0;
  ending_ = {};
  if (!goal.pin.empty()) chip_.stop_at_pin(stm32::PinChange{{}, goal.pin, goal.level});
  run_until_stopped(goal, now);
  chip_.stop_at_pin(std::nullopt);
  chip_.forget_pc();
  ending_.lasted = chip_.now() - begin;
  ending_.cycles = core_->state().cycles - first_cycle_;
  if (goal.until_rom) ending_.is_goal_reached = ending_.stopped == Stopped::InRom;
  if (goal.is_for_a_time()) ending_.is_goal_reached = chip_.now() >= deadline_;
  if (ending_.stopped == Stopped::Running) ending_.sentence = "running at " + place_text(pc());
  if (ending_.stopped == Stopped::Lockup) dead_ = ending_;
  if (ending_.stopped != Stopped::InRom) {
    hand_back();
    board_.remember("running", now);
  }
  return ending_;
}

void Execution::run_until_stopped(const RunGoal& goal, Instant now) {
  std::optional<Stopped> stopped;
  while (!stopped && !ending_.is_goal_reached && chip_.now() < deadline_) {
    stopped = step(goal, now);
  }
  ending_.stopped = stopped.value_or(ending_.stopped);
}

/// Up to the next thing the board has to see.
std::optional<Stopped> Execution::step(const RunGoal& goal, Instant now) {
  if (board_.phase() == Phase::Bootloader) {
    ending_.sentence = "the bootloader has control";
    return Stopped::InRom;
  }
  if (board_.phase() == Phase::Off) {
    ending_.sentence = "the board has no power";
    return Stopped::NoClock;
  }
  if (starts_ != board_.starts()) start(now);
  if (dead_) {
    ending_.sentence = dead_->sentence;
    return dead_->stopped;
  }
  if (chip_.hclk_hz() == 0) {
    ending_.sentence = "HCLK stands still at " + place_text(pc());
    return Stopped::NoClock;
  }
  const cpu::Stop stop = run_core(goal);
  take_faults(now);
  // Time goes on while it sleeps: only at the end of a run is it asleep for ever.
  ending_.stopped = Stopped::Running;
  if (stop.reason == cpu::StopReason::Asleep) {
    ending_.stopped = Stopped::Asleep;
    ending_.sentence = "asleep at " + place_text(pc()) + ", and nothing in the chip will wake it";
  }
  const std::optional<Stopped> stopped = take(stop, now);
  if (goal.address == stop.pc) ending_.is_goal_reached = true;
  const std::uint64_t cycles = core_->state().cycles - first_cycle_;
  if (goal.instructions && cycles >= *goal.instructions) ending_.is_goal_reached = true;
  if (stopped && *stopped != Stopped::InRom) remember_trace(ending_.sentence);
  return stopped;
}

cpu::Stop Execution::run_core(const RunGoal& goal) {
  cpu::RunLimits limits;
  limits.cycles = chip_.cycles_until(deadline_);
  if (goal.instructions) {
    const std::uint64_t end = first_cycle_ + *goal.instructions;
    limits.cycles = std::min(limits.cycles, end - core_->state().cycles);
  }
  if (goal.address) limits.breakpoints.push_back(*goal.address);
  if (trace_count_ > 0) {
    limits.cycles = std::min(limits.cycles, traced_cycles);
    for (const std::uint32_t vector : fault_vectors()) limits.breakpoints.push_back(vector);
  }
  const std::uint32_t from = pc();
  cpu::Stop stop = core_->run(limits);
  // A breakpoint of our own is no end by itself; a BKPT instruction there is.
  const bool is_own =
      contains(limits.breakpoints, stop.pc) && !(stop.pc == from && is_bkpt(chip_, stop.pc));
  if (stop.reason == cpu::StopReason::Breakpoint && is_own) {
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

std::optional<Stopped> Execution::take(const cpu::Stop& stop, Instant now) {
  switch (stop.reason) {
    case cpu::StopReason::BudgetSpent:
    case cpu::StopReason::Asleep:
      return std::nullopt;
    case cpu::StopReason::Attention:
      return take_attention(now);
    case cpu::StopReason::NotExecutable:
      return leave_flash(stop.pc, now);
    case cpu::StopReason::ResetRequested:
      return reset(ResetCause::Software, now);
    case cpu::StopReason::Lockup:
      return lock_up(now);
    case cpu::StopReason::StuckPoll:
      ending_.sentence = poll_sentence(*stop.poll);
      tell(ending_.sentence, now);
      return Stopped::StuckPoll;
    case cpu::StopReason::Breakpoint:
      ending_.sentence = "BKPT at " + place_text(stop.pc);
      tell(ending_.sentence, now);
      return Stopped::Breakpoint;
  }
  return std::nullopt;
}

/// A reset is asked for, HCLK has another frequency, or the pin that is waited for has come.
std::optional<Stopped> Execution::take_attention(Instant now) {
  if (chip_.take_attention()) ending_.is_goal_reached = true;
  const std::optional<stm32::ResetCause> cause = chip_.take_reset_request();
  return cause ? reset(*cause, now) : std::nullopt;
}

/// The same way as every reset: pins, option bytes and the empty flag decide again.
std::optional<Stopped> Execution::reset(stm32::ResetCause cause, Instant now) {
  tell("reset " + reset_text(cause) + " at " + place_text(pc()), now);
  board_.reset(now, cause);
  if (++resets_ < resets_max) return std::nullopt;
  ending_.sentence =
      std::to_string(resets_max) + " resets in this run, the last a reset " + reset_text(cause);
  tell(ending_.sentence, now);
  return Stopped::Resets;
}

/// System memory is readable, and holds no code here: to fetch from it is to enter the ROM, at
/// whatever address, under its own or that of a remap.
std::optional<Stopped> Execution::leave_flash(std::uint32_t address, Instant now) {
  const stm32::MemorySpec* memory = find_memory(chip_.spec(), address);
  if (memory != nullptr && memory->kind != stm32::MemoryKind::SystemMemory) {
    ending_.sentence = "goes on at PC " + hex(address) + ", in " + memory->name +
                       ", from which nothing is executed";
    board_.get_stuck(now, "firmware " + ending_.sentence);
    return Stopped::Lockup;
  }
  const cpu::State& state = core_->state();
  hand_back();
  chip_.forget_pc();
  // An interrupt whose vector leads there leaves EXC_RETURN in LR, which is no place.
  const std::uint32_t from = state.r[cpu::lr];
  const std::string how = "the application jumps into system memory: PC " + hex(address) + ", SP " +
                          hex(state.r[cpu::sp]) + ", LR " +
                          (state.is_handler_mode() ? hex(from) : place_text(from & ~1u));
  ending_.sentence = "in the ROM at PC " + hex(address);
  board_.jump_to_bootloader(now, how);
  return Stopped::InRom;
}

/// Only a watchdog gets a core out of there.
std::optional<Stopped> Execution::lock_up(Instant now) {
  ending_.sentence = "lockup at " + place_text(pc());
  if (!faults_.empty()) ending_.sentence = "lockup: " + faults_.back().text();
  while (chip_.now() < deadline_ && chip_.hclk_hz() != 0 && chip_.next_event()) {
    chip_.advance(std::min(*chip_.next_event(), chip_.cycles_until(deadline_)));
    if (!chip_.wants_attention()) continue;
    const unsigned resets = resets_;
    const std::optional<Stopped> stopped = take_attention(now);
    if (resets != resets_) return stopped;
  }
  board_.get_stuck(now, "firmware: " + ending_.sentence);
  return Stopped::Lockup;
}

/// Faults since the last time, named while their code is still in flash.
void Execution::take_faults(Instant now) {
  const std::vector<cpu::FaultRecord>& records = core_->faults();
  const bool is_new = faults_.size() < records.size();
  while (faults_.size() < records.size()) {
    const cpu::FaultRecord& record = records[faults_.size()];
    const std::optional<Place> place = symbols_.find(record.pc);
    faults_.push_back({record, place_text(record.pc), place ? place->name : ""});
    if (++told_faults_ <= told_faults_max) tell(faults_.back().text(), now);
    if (told_faults_ == told_faults_max) tell("further faults of this run are not listed", now);
  }
  if (is_new) remember_trace(faults_.back().text());
}

void Execution::remember_trace(const std::string& before) {
  if (trace_count_ == 0 || traces_ == traces_max) return;
  ++traces_;
  trace_.push_back("the last instructions before " + before);
  for (const cpu::TraceEntry& it : core_->trace()) {
    const std::string opcode = hex(it.opcode, 2 * it.size).substr(2);
    trace_.push_back(hex(it.pc) + "  " + opcode + std::string(10 - opcode.size(), ' ') +
                     symbols_.text(it.pc));
  }
}

}  // namespace dfurig::board
