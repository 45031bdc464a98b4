// The run loop: instructions, the exceptions between them, sleep, and why a run ends.
#include <algorithm>
#include <deque>

#include "cpu/arithmetic.h"
#include "cpu/code.h"
#include "cpu/core.h"

namespace dfurig::cpu {
namespace {

class Interpreter : public Core {
 public:
  Interpreter(const CoreSpec& spec, stm32::Bus& bus)
      : machine_(spec, bus), code_(machine_.spec, machine_.port, bus), bus_(bus) {}

  const CoreSpec& spec() const override { return machine_.spec; }
  void reset(std::uint32_t vector_table) override;
  Stop run(const RunLimits& limits) override;
  State& state() override { return machine_.state; }
  std::optional<std::uint32_t> peek_system(std::uint32_t address) const override {
    return machine_.system.peek(address);
  }
  bool poke_system(std::uint32_t address, std::uint32_t value) override {
    return machine_.system.poke(address, value);
  }
  const std::vector<FaultRecord>& faults() const override { return machine_.system.faults(); }
  std::vector<std::pair<std::string, std::uint64_t>> not_emulated() const override {
    const auto& counts = machine_.system.not_emulated();
    return {counts.begin(), counts.end()};
  }
  std::optional<Poll> longest_poll() const override;
  void set_stuck_poll(std::uint64_t reads) override { machine_.port.stuck_poll_reads = reads; }
  void keep_trace(std::size_t count) override;
  std::vector<TraceEntry> trace() const override { return {trace_.begin(), trace_.end()}; }

 private:
  enum class Sleep { None, UntilInterrupt, UntilEvent };

  template <bool is_watched>
  void execute_until_deadline();
  void execute(const Instruction& instruction, std::uint32_t address);
  void execute_in_it_block(const Instruction& instruction);
  bool take_what_is_due();
  void end_fetch(Fetched fetched);
  bool is_breakpoint(std::uint32_t address);
  bool serve_request();
  bool wake_up();
  bool sleep();
  Stop stop(StopReason reason) const;

  Machine machine_;
  Code code_;
  stm32::Bus& bus_;
  Sleep sleep_ = Sleep::None;
  bool is_locked_up_ = false;
  std::optional<StopReason> stop_;  ///< found inside the loop
  const RunLimits* limits_ = nullptr;
  std::uint32_t first_ = 0;  ///< where the run began: no breakpoint there
  bool is_first_ = false;
  std::size_t trace_max_ = 0;
  std::deque<TraceEntry> trace_;
};

void Interpreter::reset(std::uint32_t vector_table) {
  sleep_ = Sleep::None;
  machine_.request = Request::None;
  machine_.port.fault.reset();
  machine_.port.forget_poll();
  machine_.exclusive.reset();
  machine_.port.refresh();
  is_locked_up_ = !machine_.system.reset(vector_table);
  machine_.port.fault.reset();
}

std::optional<Poll> Interpreter::longest_poll() const {
  const Poll& poll = machine_.port.longest_poll();
  return poll.reads == 0 ? std::nullopt : std::optional(poll);
}

void Interpreter::keep_trace(std::size_t count) {
  trace_max_ = count;
  trace_.clear();
}

Stop Interpreter::stop(StopReason reason) const {
  Stop result{reason, machine_.state.r[pc], std::nullopt};
  if (reason == StopReason::StuckPoll) result.poll = machine_.port.poll();
  return result;
}

bool Interpreter::is_breakpoint(std::uint32_t address) {
  const bool is_start = is_first_ && address == first_;
  is_first_ = false;
  return !is_start &&
         std::ranges::find(limits_->breakpoints, address) != limits_->breakpoints.end();
}

void Interpreter::execute(const Instruction& instruction, std::uint32_t address) {
  State& state = machine_.state;
  state.r[pc] = address + 4;
  machine_.next = address + instruction.size;
  ++state.cycles;
  if (state.it == 0) [[likely]] {
    instruction.execute(machine_, instruction.opcode);
  } else {
    execute_in_it_block(instruction);
  }
}

/// ITAdvance() comes first, so that a return from an exception brings its own state; an instruction
/// that faults, or BKPT, stands there again with what was before (§A7.3.3). BKPT has no condition
/// (§A7.7.17).
void Interpreter::execute_in_it_block(const Instruction& instruction) {
  State& state = machine_.state;
  const std::uint8_t before = state.it;
  state.it =
      (before & 7) == 0 ? 0 : static_cast<std::uint8_t>((before & 0xE0) | (before << 1 & 0x1F));
  const bool is_bkpt = instruction.size == 2 && instruction.opcode >> 8 == 0xBE;
  if (!is_bkpt && !does_condition_hold(state, before >> 4)) return;
  machine_.is_in_it_block = true;
  instruction.execute(machine_, instruction.opcode);
  machine_.is_in_it_block = false;
  if (machine_.port.fault || is_bkpt) state.it = before;
}

/// Fast as long as nothing has to be looked at: `is_watched` adds breakpoints and the trace.
template <bool is_watched>
void Interpreter::execute_until_deadline() {
  State& state = machine_.state;
  std::uint32_t address = machine_.next = state.r[pc];
  while (state.cycles < machine_.port.deadline) {
    address = machine_.next;
    if (is_watched && is_breakpoint(address)) {
      stop_ = StopReason::Breakpoint;
      break;
    }
    const Instruction* instruction = code_.find(address);
    if (instruction == nullptr) {
      const Fetched fetched = code_.fetch(address, instruction);
      if (fetched != Fetched::Instruction) {
        state.r[pc] = address;
        return end_fetch(fetched);
      }
    }
    if (is_watched && trace_max_ > 0) {
      if (trace_.size() == trace_max_) trace_.pop_front();
      trace_.push_back({address, instruction->opcode, instruction->size, state.cycles});
    }
    execute(*instruction, address);
  }
  // A fault ends the loop, as its deadline is 0 then.
  state.r[pc] = machine_.port.fault ? address : machine_.next;
}

void Interpreter::end_fetch(Fetched fetched) {
  if (fetched == Fetched::NotExecutable) {
    stop_ = StopReason::NotExecutable;
    return;
  }
  const std::uint32_t address = machine_.state.r[pc];
  ++machine_.state.cycles;  // a vector to nowhere must not hold time still
  machine_.port.raise(is_execute_never(address) ? FaultKind::IaccViol : FaultKind::IbusErr);
}

/// Faults, then what the last instruction asked for, then exceptions. False: lockup.
bool Interpreter::take_what_is_due() {
  if (machine_.port.fault) {
    const Fault fault = *machine_.port.fault;
    machine_.port.fault.reset();
    machine_.request = Request::None;
    machine_.exclusive.reset();
    return machine_.system.take_fault(fault);
  }
  if (machine_.request != Request::None && !serve_request()) return false;
  if (!machine_.system.can_take_exception()) return true;
  sleep_ = Sleep::None;
  machine_.exclusive.reset();
  return machine_.system.take_exception();
}

bool Interpreter::serve_request() {
  const Request request = std::exchange(machine_.request, Request::None);
  switch (request) {
    case Request::SupervisorCall:
      return machine_.system.call_supervisor();
    case Request::Return: {
      machine_.exclusive.reset();
      const bool has_returned = machine_.system.return_from_exception(machine_.exc_return);
      if (machine_.system.take_sleep_on_exit()) sleep_ = Sleep::UntilInterrupt;
      return has_returned;
    }
    case Request::Breakpoint:
      machine_.state.r[pc] -= 2;
      stop_ = StopReason::Breakpoint;
      return true;
    case Request::WaitForInterrupt:
      sleep_ = Sleep::UntilInterrupt;
      return true;
    case Request::WaitForEvent:
      if (!std::exchange(machine_.state.event, false)) sleep_ = Sleep::UntilEvent;
      return true;
    case Request::None:
      return true;
  }
  return true;
}

/// What is not masked has been taken already: only WFI looks past PRIMASK (§B1.5.18, §B1.5.19).
bool Interpreter::wake_up() {
  const bool wakes = sleep_ == Sleep::UntilEvent ? std::exchange(machine_.state.event, false)
                                                 : machine_.system.can_wake();
  if (wakes) sleep_ = Sleep::None;
  return wakes;
}

/// Lets time pass to the next thing that happens. False: nothing will wake the core.
bool Interpreter::sleep() {
  BusPort& port = machine_.port;
  const bool is_something_due = bus_.next_event() || machine_.system.next_event();
  port.plan();
  machine_.state.cycles = std::max(machine_.state.cycles, std::min(port.deadline, port.end));
  port.synchronise();
  return is_something_due;
}

Stop Interpreter::run(const RunLimits& limits) {
  BusPort& port = machine_.port;
  State& state = machine_.state;
  limits_ = &limits;
  first_ = state.r[pc];
  is_first_ = true;
  stop_.reset();
  port.end = state.cycles + limits.cycles;
  port.refresh();
  port.synchronise();
  const bool is_watched = trace_max_ > 0 || !limits.breakpoints.empty();
  bool can_sleep_end = true;
  while (!is_locked_up_) {
    if (!take_what_is_due()) is_locked_up_ = true;
    if (is_locked_up_) break;
    if (stop_) return stop(*stop_);
    if (machine_.system.is_reset_requested()) return stop(StopReason::ResetRequested);
    if (bus_.wants_attention()) return stop(StopReason::Attention);
    if (port.is_poll_stuck()) {
      const Stop result = stop(StopReason::StuckPoll);
      port.forget_poll();
      return result;
    }
    if (state.cycles >= port.end) {
      const bool is_asleep_for_ever = sleep_ != Sleep::None && !can_sleep_end;
      return stop(is_asleep_for_ever ? StopReason::Asleep : StopReason::BudgetSpent);
    }
    if (sleep_ != Sleep::None && !wake_up()) {
      can_sleep_end = sleep();
      continue;
    }
    if (!state.t) {
      port.raise(FaultKind::InvState);
      ++state.cycles;
      continue;
    }
    code_.refresh();
    port.plan();
    is_watched ? execute_until_deadline<true>() : execute_until_deadline<false>();
    port.synchronise();
  }
  return stop(StopReason::Lockup);
}

}  // namespace

std::unique_ptr<Core> make_core(const CoreSpec& spec, stm32::Bus& bus) {
  return std::make_unique<Interpreter>(spec, bus);
}

}  // namespace dfurig::cpu
