// Firmware that a core executes on a board: when it starts, how long it runs, what ends it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "board/board.h"
#include "board/ending.h"
#include "board/symbols.h"
#include "cpu/core.h"

namespace dfurig::board {

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
  /// "polling RCC.CR.HSERDY = 0 from HAL_RCC_OscConfig+0x42"
  std::string poll_sentence(const cpu::Poll& poll) const;
  /// All that were taken since the board was made.
  const std::vector<TakenFault>& faults() const { return faults_; }
  /// What the pins did during the last run.
  std::vector<stm32::PinChange> pin_changes() const;

  /// Keeps so many instructions before each fault and before each end that is not "running".
  void keep_trace(std::size_t count);
  /// "0x08000140  4802       main+0x4", oldest first, under a line that tells what they led to.
  const std::vector<std::string>& trace() const { return trace_; }

 private:
  void start(Instant now);
  void hand_over();
  void hand_back();
  void run_until_stopped(const RunGoal& goal, Instant now);
  std::optional<Stopped> step(const RunGoal& goal, Instant now);
  cpu::Stop run_core(const RunGoal& goal);
  std::optional<Stopped> take(const cpu::Stop& stop, Instant now);
  std::optional<Stopped> take_attention(Instant now);
  std::optional<Stopped> reset(stm32::ResetCause cause, Instant now);
  std::optional<Stopped> leave_flash(std::uint32_t pc, Instant now);
  std::optional<Stopped> lock_up(Instant now);
  void take_faults(Instant now);
  void remember_trace(const std::string& before);
  void tell(const std::string& what, Instant now);
  std::vector<std::uint32_t> fault_vectors() const;
  std::string place_text(std::uint32_t address) const;

  Board& board_;
  stm32::Chip& chip_;
  std::unique_ptr<cpu::Core> core_;
  Symbols symbols_;
  unsigned starts_ = 0;         ///< Board::starts() when the core was started
  std::optional<Ending> dead_;  ///< nothing goes on until the next start
  std::vector<TakenFault> faults_;
  std::size_t trace_count_ = 0;
  std::vector<std::string> trace_;

  // Of the run that goes on, or of the last one.
  Ending ending_;
  Instant deadline_{};
  std::uint64_t first_cycle_ = 0;
  unsigned resets_ = 0;
  unsigned traces_ = 0;
  unsigned told_faults_ = 0;
  std::size_t first_pin_change_ = 0;
};

}  // namespace dfurig::board
