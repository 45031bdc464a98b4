#include "scenario/bench.h"

#include <thread>

#include "attach/run_tool.h"
#include "scenario/load_window.h"
#include "scenario/run_control.h"
#include "scenario/transcript_summary.h"
#include "support/hex.h"
#include "support/join.h"
#include "usbip/client.h"
#include "usbip/local_link.h"

namespace dfurig::scenario {
namespace {

/// What is done with windows needs the boards to answer; all else has them for itself.
bool is_of_windows(const Action& action) {
  return std::holds_alternative<StartProgram>(action) ||
         std::holds_alternative<AskWindow>(action) ||
         std::holds_alternative<TakeScreenshot>(action) ||
         std::holds_alternative<EndProgram>(action);
}

}  // namespace

Bench::Bench(const Scenario& scenario, const RunOptions& options)
    : scenario_(scenario),
      options_(options),
      folder_(scenario.files),
      clock_(options.real_time || drives_windows(scenario)
                 ? static_cast<const Clock&>(steady_clock_)
                 : virtual_clock_) {
  plug_in();
}

void Bench::plug_in() {
  for (std::size_t i = 0; i < scenario_.boards.size(); ++i) {
    // Chance is not to strike all boards alike.
    rigs_.push_back(std::make_unique<Rig>(scenario_.boards[i], clock_, options_.seed + i));
    rigs_.back()->plug_into(exports_);
    const model::Model& model = scenario_.boards[i].model;
    const bool is_open = options_.more_steps_come && find_core_refusal(model).empty();
    if (is_open || executes_firmware(scenario_, i)) {
      rigs_.back()->firmware().start(options_.traced_instructions);
    }
  }
  for (const Bystander& it : scenario_.bystanders) {
    bystanders_.push_back(std::make_unique<usb::BareDevice>(it));
    exports_.add(*bystanders_.back());
  }
}

usbip::Connector Bench::connector() {
  usbip::Connector local = usbip::local_connector(
      exports_, clock_, [this](Duration duration) { wait_until(clock_.now() + duration); });
  if (options_.wrap_connector) local = options_.wrap_connector(std::move(local));
  return rig().injection().wrap(std::move(local), clock_);
}

/// Of all that is on the bus.
std::optional<Instant> Bench::next_event() const {
  std::optional<Instant> next;
  for (const auto& it : exports_.all()) {
    const std::optional<Instant> own = it->device->next_event();
    if (own && (!next || *own < *next)) next = own;
  }
  return next;
}

/// Lets the boards finish what they are about to do: start up, detach, leave.
void Bench::settle() {
  for (auto next = next_event(); next; next = next_event()) wait_until(*next);
}

void Bench::wait_until(Instant then) {
  if (&clock_ == &steady_clock_) std::this_thread::sleep_for(then - clock_.now());
  virtual_clock_.advance_to(then);
  exports_.advance(clock_.now());
}

void Bench::note_start(std::size_t board, std::vector<Failure> failures) {
  if (failures.empty()) return;
  StepResult result;
  result.place = scenario_.boards[board].place + "/given/application/then";
  result.what = "jump_to_bootloader";
  result.failures = std::move(failures);
  results_.push_back(std::move(result));
}

void Bench::set_up() {
  for (std::size_t i = 0; i < rigs_.size(); ++i) note_start(i, rigs_[i]->set_up());
  settle();
}

void Bench::start_again() {
  for (std::size_t i = 0; i < rigs_.size(); ++i) note_start(i, rigs_[i]->start_again());
  settle();
}

void Bench::act(Rig&, const RunTool& action, StepResult& result) {
  attach::ToolCommand command;
  for (const std::string& it : action.arguments) command.arguments.push_back(folder_.expand(it));
  command.timeout = action.timeout;
  command.output = attach::Output::Capture;
  command.clock = &clock_ == &virtual_clock_ ? &virtual_clock_ : nullptr;
  const Instant begin = clock_.now();
  attach::ToolResult tool;
  try {
    tool = attach::run_tool(command, {connector()});
  } catch (const usbip::ProtocolFailure& failure) {
    result.failures.push_back({"the device", "it can be seen by a tool", failure.what(), {}});
  }
  settle();
  last_tool_took_ = clock_.now() - begin;
  result.what = join(action.arguments, " ");
  result.is_tool = result.is_host = true;
  result.exit_status = tool.exit_status;
  result.timed_out = tool.timed_out;
  result.output = tool.standard_output + tool.standard_error;
  result.standard_error_at = tool.standard_output.size();
  result.not_emulated = tool.not_emulated;
  if (!result.failures.empty()) return;
  result.failures = check_tool(action, tool.exit_status, tool.timed_out, result.output);
}

void Bench::act(Rig& rig, const WriteRegister& action, StepResult& result) {
  result.what = "write " + action.write.name + " = " + hex(action.write.value);
  rig.write(action.write);
}

void Bench::act(Rig& rig, const DrivePins& action, StepResult& result) {
  result.what = "drive pins";
  for (const auto& [pin, level] : action.levels) rig.board().chip().drive_pin(pin, level);
}

void Bench::act(Rig& rig, const Reset& action, StepResult& result) {
  result.what = "reset " + board::reset_text(action.cause);
  rig.reset(action);
  if (action.settles) settle();
}

void Bench::act(Rig& rig, const RunFirmware& action, StepResult& result) {
  rig.firmware().run(action, clock_.now(), result);
  settle();
}

void Bench::act(Rig& rig, const ReplayRequests& action, StepResult& result) {
  result.is_host = true;
  result.what = "replay " + std::to_string(action.requests.size()) + " requests";
  const auto wait = [this](Duration duration) { wait_until(clock_.now() + duration); };
  result.failures = replay(action, connector(), rig.busid(), wait);
  settle();
}

void Bench::act(Rig& rig, const ArmFaults& action, StepResult& result) {
  result.what = action.clears ? "no more faults" : "faults";
  if (action.clears) rig.injection().armed().disarm();
  for (const fault::Fault& it : action.faults) rig.injection().armed().add(it);
}

void Bench::act(Rig& rig, const Expect& action, StepResult& result) {
  result.what = "expect";
  result.failures =
      check(action, {rig.board(), rig.firmware().ran(), rig.is_on_bus(), rig.transfers(),
                     folder_.path(), rig.not_emulated(), last_tool_took_});
  if (!result.failures.empty()) return;
  for (const FlashExpectation& it : action.flash) {
    result.confirmed.push_back("flash " + hex(it.content.address) + ", " +
                               std::to_string(it.content.data.size()) + " bytes: equals " +
                               it.what);
  }
}

StepResult Bench::perform(const Step& step) {
  StepResult result;
  result.place = step.place;
  Rig& rig = *rigs_[step.board];
  const bool is_window = is_of_windows(step.action);
  const auto held = is_window ? nullptr : hold();
  std::visit([&](const auto& action) { act(rig, action, result); }, step.action);
  const bool is_for_one = rigs_.size() > 1 && !result.is_tool && !is_window;
  if (is_for_one) result.what = rig.busid() + ": " + result.what;
  return result;
}

/// A fault that never came shows nothing.
std::vector<StepResult> Bench::missed_faults() const {
  std::vector<StepResult> results;
  for (const auto& rig : rigs_) {
    for (const fault::Fault* it : rig->injection().armed().missed()) {
      StepResult result;
      result.place = it->place;
      result.what = "fault";
      result.failures.push_back({fault::info_of(it->kind).name,
                                 "it strikes",
                                 "its occasion never came",
                                 {"\"may_miss\": true if that is no mistake"}});
      results.push_back(std::move(result));
    }
  }
  return results;
}

const StepResult& Bench::go_on(const Step& step) {
  results_.push_back(perform(step));
  return results_.back();
}

Report Bench::report() const {
  Report report;
  report.file = scenario_.file;
  report.title = scenario_.title;
  for (const auto& rig : rigs_) report.boards.push_back(rig->report());
  report.steps = results_;
  report.fails_with = scenario_.fails_with;
  report.duration = clock_.now();
  return report;
}

void Bench::perform_steps() {
  if (!results_.empty()) return;
  for (const Step& step : scenario_.steps) {
    const bool has_failed = !go_on(step).failures.empty();
    if (has_failed) break;
  }
  program_.reset();
  if (!results_.back().failures.empty()) return;
  for (StepResult& it : missed_faults()) results_.push_back(std::move(it));
}

Report Bench::run() {
  set_up();
  perform_steps();
  return report();
}

Report Bench::run_again() {
  results_.clear();
  start_again();
  perform_steps();
  return report();
}

}  // namespace dfurig::scenario
