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

/// True when the scenario has firmware executed: its model must then have a core.
bool executes_firmware(const Scenario& scenario);

class FirmwareRun {
 public:
  /// Both must outlive it. Keeps `traced_instructions` before each fault and stop.
  FirmwareRun(const Scenario& scenario, board::Board& board, std::size_t traced_instructions);

  /// `now` is the time of the board's events.
  void run(const RunFirmware& action, Instant now, StepResult& result);
  Ran ran() const { return {execution_.get(), last_, board_.chip().transmitted()}; }
  /// What it did, for the report.
  void tell(Report& report) const;

 private:
  board::Symbols symbols_in_flash() const;

  const Scenario& scenario_;
  board::Board& board_;
  std::unique_ptr<board::Execution> execution_;
  board::Ending last_;
  std::vector<std::string> trace_;
};

}  // namespace dfurig::scenario
