// Firmware that a core executes on a board: when it starts, how long it runs, what ends it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "board/board.h"
#include "board/symbols.h"
#include "cpu/core.h"

namespace dfurig::board {

/// When a run ends. Times are the device's.
struct RunGoal {
  std::optional<std::uint64_t> instructions;  ///< asleep, a cycle counts as one
  std::optional<std::uint32_t> address;       ///< before the instruction there
  std::string pin;                            ///< "PA5" at `level`; empty: none
  bool level = false;
  bool until_rom = false;
  Duration within{};  ///< at most, whatever else is given

  bool is_for_a_time() const { return !instructions && !address && pin.empty() && !until_rom; }
};

enum class Stopped {
  Running,  ///< it would go on: the goal was reached, or the time was up
  Asleep,
  Lockup,
  StuckPoll,
  Breakpoint,
  InRom,
  Resets,  ///< again and again
};
/// "running", "in the ROM"…
std::string to_string(Stopped stopped);

/// How a run ended.
struct Ending {
  Stopped stopped = Stopped::Running;
  bool is_goal_reached = false;
  std::string sentence;  ///< "polling RCC.CR.HSERDY = 0 from HAL_RCC_OscConfig+0x42"
  Duration lasted{};
  std::uint64_t cycles = 0;
};

/// A fault with its place named as it was then.
struct TakenFault {
  cpu::FaultRecord record;
  std::string place;   ///< "main+0x12"
  std::string symbol;  ///< "main"; empty when it has no name
  /// "UNDEFINSTR INVSTATE FORCED"
  std::string names() const;
  /// "UsageFault at main+0x12: UNDEFINSTR"
  std::string text() const;
};

class Execution {
 public:
  /// `board` must outlive it; its chip is what `core` executes on.
  Execution(Board& board, std::unique_ptr<cpu::Core> core);

  /// Names for what is in flash now.
  void use_symbols(Symbols symbols) { symbols_ = std::move(symbols); }
  const Symbols& symbols() const { return symbols_; }

  /// Executes from where the last run ended, or from the application's start when the board
  /// started it since. `now` is the time of the board's events; it does not pass meanwhile.
  Ending run(const RunGoal& goal, Instant now);

  const cpu::Core& core() const { return *core_; }
  std::uint32_t pc() const;
  /// All that were taken since the board was made.
  const std::vector<TakenFault>& faults() const { return faults_; }
  /// What the pins did during the last run.
  std::vector<stm32::PinChange> pin_changes() const;

  /// Keeps so many instructions before each fault and before each end that is not "running".
  void keep_trace(std::size_t count);
  /// "0x08000140  4802       main+0x4", oldest first, under a line that tells what they led to.
  const std::vector<std::string>& trace() const { return trace_; }

 private:
  void start();
  void hand_over();
  void hand_back();
  cpu::Stop run_core(const RunGoal& goal, std::uint64_t first_cycle, Instant deadline);
  std::optional<Stopped> take(const cpu::Stop& stop, const RunGoal& goal, Instant now,
                              std::string& sentence);
  std::optional<Stopped> take_attention(const RunGoal& goal, Instant now, std::string& sentence);
  std::optional<Stopped> reset(stm32::ResetCause cause, Instant now, std::string& sentence);
  void enter_rom(std::uint32_t pc, Instant now, std::string& sentence);
  void take_faults(Instant now);
  void remember_trace(const std::string& before);
  bool is_reached(const RunGoal& goal, const cpu::Stop& stop) const;
  std::vector<std::uint32_t> fault_vectors() const;
  std::string poll_text(const cpu::Poll& poll) const;
  std::string place_text(std::uint32_t pc) const;

  Board& board_;
  stm32::Chip& chip_;
  std::unique_ptr<cpu::Core> core_;
  Symbols symbols_;
  unsigned starts_ = 0;  ///< Board::starts() that were seen
  unsigned resets_ = 0;  ///< in this run
  std::size_t pin_changes_before_ = 0;
  std::optional<Ending> stuck_;  ///< nothing goes on until the next start
  std::vector<TakenFault> faults_;
  std::size_t trace_count_ = 0;
  std::vector<std::string> trace_;
};

}  // namespace dfurig::board
