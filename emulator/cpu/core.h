// A core that executes firmware over a Bus, and why it stopped.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cpu/fault.h"
#include "cpu/spec.h"
#include "cpu/state.h"
#include "stm32/bus.h"

namespace dfurig::cpu {

/// A loop that reads one register and never sees what it waits for.
struct Poll {
  std::uint32_t address = 0;
  std::uint32_t value = 0;
  std::uint32_t pc = 0;     ///< of the load
  std::uint64_t reads = 0;  ///< one after the other, without a write to a register between
  bool operator==(const Poll&) const = default;
};

enum class StopReason {
  BudgetSpent,     ///< the cycles given have passed, perhaps asleep
  Attention,       ///< Bus::wants_attention
  NotExecutable,   ///< next is an instruction in memory that is only readable: the ROM's
  ResetRequested,  ///< SYSRESETREQ
  Lockup,          ///< FaultRecord tells why
  Asleep,          ///< in WFI or WFE, and nothing inside the chip will end it
  StuckPoll,
  Breakpoint,  ///< BKPT, or a breakpoint of run(); State::r[pc] is that instruction
};

struct Stop {
  StopReason reason = StopReason::BudgetSpent;
  std::uint32_t pc = 0;      ///< of the next instruction; of BKPT; of the one that locked up
  std::optional<Poll> poll;  ///< of StuckPoll
  bool operator==(const Stop&) const = default;
};

struct RunLimits {
  std::uint64_t cycles = 0;  ///< at most
  /// Stop before an instruction at one of these, but not before the first. Few: they cost time.
  std::vector<std::uint32_t> breakpoints{};
};

/// One executed instruction.
struct TraceEntry {
  std::uint32_t pc = 0;
  std::uint32_t opcode = 0;  ///< 16 bits, or the first half-word above the second
  unsigned size = 2;         ///< bytes
  std::uint64_t cycles = 0;  ///< State::cycles before it
  bool operator==(const TraceEntry&) const = default;
};

/// Deterministic: what runs depends on the state, the bus and the limits alone.
class Core {
 public:
  virtual ~Core() = default;

  virtual const CoreSpec& spec() const = 0;
  /// Core reset; MSP and PC come from the table at `vector_table`. Trace, faults and cycles go on.
  /// VTOR is 0 as after every reset: who starts an application elsewhere pokes it.
  virtual void reset(std::uint32_t vector_table) = 0;
  virtual Stop run(const RunLimits& limits) = 0;

  virtual State& state() = 0;
  /// Words at 0xE0000000 to 0xE003FFFF without side effects (NVIC, SysTick, SCB): how the board
  /// hands over what a bootloader left there, and shows what firmware did.
  virtual std::optional<std::uint32_t> peek_system(std::uint32_t address) const = 0;
  virtual bool poke_system(std::uint32_t address, std::uint32_t value) = 0;

  virtual const std::vector<FaultRecord>& faults() const = 0;
  /// Registers at 0xE0000000 to 0xE003FFFF that software touched and that are not there, as
  /// sentences with PC, for the "not emulated" list.
  virtual std::vector<std::pair<std::string, std::uint64_t>> not_emulated() const = 0;
  /// The longest row of equal reads so far; a hint where firmware that gave up was waiting.
  virtual std::optional<Poll> longest_poll() const = 0;
  /// Equal reads after which a poll stops the run; 0: never. 1,000,000 at first.
  virtual void set_stuck_poll(std::uint64_t reads) = 0;

  /// Remembers the last `count` instructions from now on; 0: none, and full speed.
  virtual void keep_trace(std::size_t count) = 0;
  /// Oldest first.
  virtual std::vector<TraceEntry> trace() const = 0;
};

/// This project's interpreter. `bus` must outlive it. It stands where nothing runs until reset().
std::unique_ptr<Core> make_core(const CoreSpec& spec, stm32::Bus& bus);

}  // namespace dfurig::cpu
