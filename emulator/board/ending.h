// How a run of firmware ends, and the faults it took.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cpu/core.h"
#include "support/clock.h"

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
  Resets,   ///< again and again
  NoClock,  ///< HCLK stands still
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

}  // namespace dfurig::board
