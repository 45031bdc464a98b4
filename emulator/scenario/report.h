// What a run found, and how it is told.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "board/board.h"
#include "scenario/expect.h"
#include "scenario/scenario.h"
#include "usb/transcript.h"

namespace dfurig::scenario {

/// What one step did and what was wrong with it.
struct StepResult {
  std::string place;  ///< "x.json: /steps/2"
  std::string what;   ///< "dfu-util -a 0 …", "expect"
  bool is_tool = false;
  int exit_status = 0;
  bool timed_out = false;
  std::string output;  ///< the tool's, standard output first
  std::vector<Failure> failures;
  std::vector<std::string> confirmed{};  ///< "flash 0x08000000, 240 bytes: equals blink.bin"
  bool is_host = false;                  ///< a tool ran, or its requests were replayed
  std::size_t standard_error_at = 0;     ///< where in `output` standard error begins
};

/// What --seed gave, and what it became for this scenario.
struct SeedOfRun {
  std::uint64_t of_run = 0;
  std::uint64_t of_scenario = 0;
};

/// What one board did.
struct BoardReport {
  std::string busid;  ///< "1-1"
  std::string model;
  std::vector<std::string> overrides;               ///< of the model's files
  std::string bootloader;                           ///< in flash; empty: the ROM's
  std::optional<model::BootloaderVariant> variant;  ///< that was chosen
  model::RegisterPolicy entry_policy;
  model::RegisterPolicy leave_policy;
  stm32::ChipSpec chip;
  std::vector<usb::Transfer> transfers;
  std::vector<std::string> usb_summary;  ///< of the transfers
  std::vector<board::Moment> moments;
  std::vector<board::Event> events;
  std::vector<std::string> pins;  ///< a line for each that firmware changed
  std::vector<std::string> sent;  ///< a line for each serial peripheral that sent
  std::string longest_poll;       ///< where firmware waited longest for a register; may be empty
  std::vector<std::string> trace;
  std::vector<std::string> strikes;  ///< of faults
  std::vector<std::string> not_emulated;
};

struct Report {
  std::string file;
  std::string title;
  std::vector<BoardReport> boards;  ///< their models alone when it was broken off
  std::vector<StepResult> steps;
  std::string fails_with;         ///< it is known to fail with this; empty: it must pass
  std::string broken_off;         ///< why the run has no end, and nothing else is known of it
  std::string not_run;            ///< what this machine lacks for it; it neither passed nor failed
  std::optional<SeedOfRun> seed;  ///< when one was asked for
  Duration duration{};

  /// It was run, and did all that is expected, or failed in the way that is known.
  bool has_passed() const;
  bool has_failures() const;
};

/// How text is written.
struct Style {
  bool colour = false;   ///< only for a terminal
  bool verbose = false;  ///< the whole story of scenarios that passed, too
};

/// All that happened, but for failures.
void print_story(std::ostream& out, const Report& report);
/// What was expected and what was found, on lines of their own.
void print_failure(std::ostream& out, const Failure& failure);
/// One line for a scenario that passed unless the style is verbose, the whole story otherwise.
void print_report(std::ostream& out, const Report& report, const Style& style);

}  // namespace dfurig::scenario
