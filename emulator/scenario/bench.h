// The board and everything that stands around it during one run of a scenario.
#pragma once

#include <string>
#include <vector>

#include "fault/injection.h"
#include "scenario/report.h"
#include "scenario/run.h"
#include "scenario/run_firmware.h"
#include "scenario/work_folder.h"
#include "usbip/exports.h"

namespace dfurig::scenario {

class Bench {
 public:
  /// `scenario` must outlive it. Throws InputError when its files cannot be made.
  Bench(const Scenario& scenario, const RunOptions& options);
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  /// What "given" says, and the steps to their end, or to the first that fails.
  Report run();
  /// The same steps after a power-on, with memory as it is now and no fault any more.
  Report run_again();

  /// What "given" says alone: for who drives the board himself.
  void set_up();
  /// Power is switched off and on, and what "given" says of pins and applications done again.
  void start_again();
  fault::Injection& injection() { return injection_; }
  usbip::Exports& exports() { return exports_; }
  board::Board& board() { return board_; }
  const std::vector<usb::Transfer>& transfers() const { return transcript_.transfers(); }

 private:
  board::Options with_faults(board::Options options);
  fault::BoardSide board_side();
  usbip::Connector connector();
  void start_board();
  void jump();
  void perform_steps();
  void settle();
  void wait_until(Instant then);
  void write(const RegisterValue& write);
  StepResult perform(const Step& step);
  void act(const RunTool& action, StepResult& result);
  void act(const WriteRegister& action, StepResult& result);
  void act(const DrivePins& action, StepResult& result);
  void act(const Reset& action, StepResult& result);
  void act(const RunFirmware& action, StepResult& result);
  void act(const ReplayRequests& action, StepResult& result);
  void act(const ArmFaults& action, StepResult& result);
  void act(const Expect& action, StepResult& result);
  void check_strikes();
  std::vector<std::string> not_emulated() const;
  Report make_report() const;

  const Scenario& scenario_;
  RunOptions options_;
  WorkFolder folder_;
  SteadyClock steady_clock_;
  ManualClock virtual_clock_;
  const Clock& clock_;  ///< one of the two
  fault::Injection injection_;
  board::Board board_;
  usb::Device& device_;  ///< the board, as faults let the host see it
  FirmwareRun firmware_;
  usb::Transcript transcript_;
  usbip::Exports exports_;
  std::vector<StepResult> results_;
  Duration last_tool_took_{};
};

}  // namespace dfurig::scenario
