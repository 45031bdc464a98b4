// The part of a run in which firmware is executed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "board/execution.h"
#include "scenario/expect.h"
#include "scenario/report.h"
#include "scenario/scenario.h"

namespace dfurig::scenario {

/// True when the scenario has firmware executed on that board: its model must then have a core.
bool executes_firmware(const Scenario& scenario, std::size_t board);

/// Why firmware of that model is not executed; empty: it is.
std::string find_core_refusal(const model::Model& model);

class FirmwareRun {
 public:
  /// Both must outlive it.
  FirmwareRun(const BoardSetup& setup, board::Board& board) : setup_(setup), board_(board) {}

  /// The board's core comes to life: `traced_instructions` before each fault and stop are kept.
  void start(std::size_t traced_instructions);

  /// `now` is the time of the board's events.
  void run(const RunFirmware& action, Instant now, StepResult& result);
  Ran ran() const { return {execution_.get(), last_, board_.chip().transmitted()}; }
  /// What it did, for the report.
  void tell(BoardReport& report) const;

 private:
  board::Symbols symbols_in_flash() const;

  const BoardSetup& setup_;
  board::Board& board_;
  std::unique_ptr<board::Execution> execution_;
  board::Ending last_;
  std::vector<std::string> trace_;
};

}  // namespace dfurig::scenario
