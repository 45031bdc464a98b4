// The boards and everything that stands around them during one run of a scenario.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "scenario/report.h"
#include "scenario/rig.h"
#include "scenario/run.h"
#include "scenario/work_folder.h"
#include "usb/bare_device.h"
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

  /// What "given" says alone: for who drives the boards himself.
  void set_up();
  /// Power is switched off and on, and what "given" says of pins and applications done again.
  void start_again();
  usbip::Exports& exports() { return exports_; }
  /// The board at busid 1-1.
  Rig& rig() { return *rigs_.front(); }

 private:
  usbip::Connector connector();
  void plug_in();
  void note_start(std::size_t board, std::vector<Failure> failures);
  void perform_steps();
  void settle();
  void wait_until(Instant then);
  std::optional<Instant> next_event() const;
  StepResult perform(const Step& step);
  void act(Rig& rig, const RunTool& action, StepResult& result);
  void act(Rig& rig, const WriteRegister& action, StepResult& result);
  void act(Rig& rig, const DrivePins& action, StepResult& result);
  void act(Rig& rig, const Reset& action, StepResult& result);
  void act(Rig& rig, const RunFirmware& action, StepResult& result);
  void act(Rig& rig, const ReplayRequests& action, StepResult& result);
  void act(Rig& rig, const ArmFaults& action, StepResult& result);
  void act(Rig& rig, const Expect& action, StepResult& result);
  void check_strikes();
  Report make_report() const;

  const Scenario& scenario_;
  RunOptions options_;
  WorkFolder folder_;
  SteadyClock steady_clock_;
  ManualClock virtual_clock_;
  const Clock& clock_;  ///< one of the two
  std::vector<std::unique_ptr<Rig>> rigs_;
  std::vector<std::unique_ptr<usb::BareDevice>> bystanders_;
  usbip::Exports exports_;
  std::vector<StepResult> results_;
  Duration last_tool_took_{};
};

}  // namespace dfurig::scenario
