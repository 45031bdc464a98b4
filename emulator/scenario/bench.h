// The boards and everything that stands around them during one run of a scenario.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "scenario/report.h"
#include "scenario/rig.h"
#include "scenario/run.h"
#include "scenario/window_program.h"
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
  /// One step more, whatever came of those before.
  const StepResult& go_on(const Step& step);
  /// A failed step for each fault that never came: it shows nothing.
  std::vector<StepResult> missed_faults() const;
  /// Of all that was done so far.
  Report report() const;
  const std::vector<StepResult>& results() const { return results_; }

  usbip::Exports& exports() { return exports_; }
  /// The board at busid 1-1, or another one.
  Rig& rig(std::size_t board = 0) { return *rigs_[board]; }
  /// While it lives no program reaches the boards. Null: none is open.
  std::unique_ptr<ServedDevices::Hold> hold();
  /// What ${files} stands for.
  const std::string& files() const { return folder_.path(); }
  Instant now() const { return clock_.now(); }

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
  void act(Rig& rig, const StartProgram& action, StepResult& result);
  void act(Rig& rig, const AskWindow& action, StepResult& result);
  void act(Rig& rig, const TakeScreenshot& action, StepResult& result);
  void act(Rig& rig, const EndProgram& action, StepResult& result);

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
  std::optional<WindowProgram> program_;  ///< that is open
};

}  // namespace dfurig::scenario
