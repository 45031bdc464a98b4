#include "scenario/bench.h"

#include <thread>

#include "attach/run_tool.h"
#include "scenario/run_control.h"
#include "scenario/transcript_summary.h"
#include "support/hex.h"
#include "support/join.h"
#include "usbip/client.h"
#include "usbip/local_link.h"

namespace dfurig::scenario {
Bench::Bench(const Scenario& scenario, const RunOptions& options)
    : scenario_(scenario),
      options_(options),
      folder_(scenario.files),
      clock_(options.real_time ? static_cast<const Clock&>(steady_clock_) : virtual_clock_),
      injection_(options.seed),
      board_(scenario.model, with_faults(scenario.options)),
      device_(injection_.wrap(board_, board_side())),
      firmware_(scenario, board_, options.traced_instructions) {
  for (const fault::Fault& it : scenario.faults) injection_.armed().add(it);
  injection_.attach(board_.chip().flash());
  exports_.add(device_, &transcript_);
}

board::Options Bench::with_faults(board::Options options) {
  options.wrap = [this](std::unique_ptr<dfu::Bootloader> bootloader) {
    return injection_.wrap(std::move(bootloader));
  };
  return options;
}

fault::BoardSide Bench::board_side() {
  return {[this](Instant now) { board_.power_off(now); },
          [this](Instant now) { board_.power_on(now); },
          [this] { return board_.chip().option_bytes().is_being_written(); }};
}

usbip::Connector Bench::connector() {
  usbip::Connector local = usbip::local_connector(
      exports_, clock_, [this](Duration duration) { wait_until(clock_.now() + duration); });
  if (options_.wrap_connector) local = options_.wrap_connector(std::move(local));
  return injection_.wrap(std::move(local), clock_);
}

/// Lets the board finish what it is about to do: start up, detach, leave.
void Bench::settle() {
  for (auto next = device_.next_event(); next; next = device_.next_event()) {
    wait_until(*next);
  }
}

void Bench::wait_until(Instant then) {
  if (&clock_ == &steady_clock_) std::this_thread::sleep_for(then - clock_.now());
  virtual_clock_.advance_to(then);
  device_.advance(clock_.now());
}

void Bench::write(const RegisterValue& write) {
  const std::string& name = write.name;
  const std::size_t field_dot = name.find('.', name.find('.') + 1);
  const std::string register_name = name.substr(0, field_dot);
  const std::uint32_t address = board_.chip().address_of(register_name).value_or(0);
  std::uint32_t word = write.value;
  if (field_dot != std::string::npos) {
    // A field is written as software does: read, modify, write.
    word = board_.chip().read(address, 4).value_or(0);
    for (const stm32::BlockSpec& block : scenario_.model.chip.blocks) {
      for (const stm32::RegisterSpec& spec : block.registers) {
        if (block.name + "." + spec.name != register_name) continue;
        for (const stm32::FieldSpec& field : spec.fields) {
          if (field.name != name.substr(field_dot + 1)) continue;
          word = (word & ~stm32::field_mask(field)) |
                 (write.value << field.lsb & stm32::field_mask(field));
        }
      }
    }
  }
  board_.chip().write(address, 4, word);
}

void Bench::set_up() {
  const Given& given = scenario_.given;
  for (const Image& image : given.flash) board_.chip().flash().preload(image.address, image.data);
  for (const FirmwareFile& it : given.firmware) {
    if (it.is_downloaded) continue;
    for (const Image& image : it.content) {
      board_.chip().flash().preload(image.address, image.data);
    }
  }
  for (const auto& [address, bytes] : given.option_bytes) {
    board_.chip().option_bytes().preload(address, bytes);
  }
  for (const auto& [pin, level] : given.pins) board_.chip().drive_pin(pin, level);
  start_board();
}

void Bench::start_again() {
  board_.power_off(clock_.now());
  injection_.armed().disarm();
  injection_.power_on();
  start_board();
}

void Bench::start_board() {
  const Given& given = scenario_.given;
  for (const auto& [pin, level] : given.boot_pins) board_.set_boot_pin(pin, level);
  board_.power_on(clock_.now());
  if (given.application) {
    for (const RegisterValue& it : given.application->writes) write(it);
    if (given.application->jumps_to_bootloader) jump();
  }
  settle();
}

void Bench::act(const RunTool& action, StepResult& result) {
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
  if (!result.failures.empty()) return;
  result.failures = check_tool(action, tool.exit_status, tool.timed_out, result.output);
}

void Bench::act(const WriteRegister& action, StepResult& result) {
  result.what = "write " + action.write.name + " = " + hex(action.write.value);
  write(action.write);
}

void Bench::act(const DrivePins& action, StepResult& result) {
  result.what = "drive pins";
  for (const auto& [pin, level] : action.levels) board_.chip().drive_pin(pin, level);
}

void Bench::act(const Reset& action, StepResult& result) {
  result.what = action.is_power_on ? "power-on reset" : "system reset";
  for (const auto& [pin, level] : action.boot_pins) board_.set_boot_pin(pin, level);
  if (action.is_power_on) {
    injection_.power_on();
    board_.power_on(clock_.now());
  }
  if (!action.is_power_on) board_.system_reset(clock_.now());
  settle();
}

void Bench::act(const RunFirmware& action, StepResult& result) {
  firmware_.run(action, clock_.now(), result);
  settle();
}

void Bench::act(const ReplayRequests& action, StepResult& result) {
  result.is_host = true;
  result.what = "replay " + std::to_string(action.requests.size()) + " requests";
  const auto wait = [this](Duration duration) { wait_until(clock_.now() + duration); };
  result.failures = replay(action, connector(), exports_.all().front()->busid, wait);
  settle();
}

void Bench::act(const ArmFaults& action, StepResult& result) {
  result.what = action.clears ? "no more faults" : "faults";
  if (action.clears) injection_.armed().disarm();
  for (const fault::Fault& it : action.faults) injection_.armed().add(it);
}

void Bench::act(const Expect& action, StepResult& result) {
  result.what = "expect";
  result.failures =
      check(action, {board_, firmware_.ran(), device_.is_attached(), transcript_.transfers(),
                     folder_.path(), not_emulated(), last_tool_took_});
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
  std::visit([&](const auto& action) { act(action, result); }, step.action);
  return result;
}

/// A fault that never came shows nothing.
void Bench::check_strikes() {
  for (const fault::Fault* it : injection_.armed().missed()) {
    StepResult result;
    result.place = it->place;
    result.what = "fault";
    result.failures.push_back({fault::info_of(it->kind).name,
                               "it strikes",
                               "its occasion never came",
                               {"\"may_miss\": true if that is no mistake"}});
    results_.push_back(std::move(result));
  }
}

std::vector<std::string> Bench::not_emulated() const {
  std::vector<std::string> lines;
  for (const auto* list : {&board_.chip().not_emulated(), &board_.unknown_requests()}) {
    for (const auto& [what, count] : list->counts()) {
      lines.push_back(what + " ×" + std::to_string(count));
    }
  }
  return lines;
}

Report Bench::make_report() const {
  Report report;
  report.file = scenario_.file;
  report.title = scenario_.title;
  report.model = scenario_.model.name;
  const dfu::BootloaderSpec& bootloader = scenario_.model.bootloader;
  if (bootloader.kind == dfu::BootloaderKind::UsbdDfu) report.bootloader = bootloader.title;
  for (const model::BootloaderVariant& it : scenario_.model.bootloader_variants) {
    if (it.name == scenario_.options.variant) report.variant = it;
  }
  report.overrides = scenario_.overrides;
  report.entry_policy = board_.entry_policy();
  report.leave_policy = board_.leave_policy();
  report.chip = scenario_.model.chip;
  report.steps = results_;
  report.transfers = transcript_.transfers();
  report.usb_summary = summarise(report.transfers, bootloader);
  report.moments = board_.moments();
  report.events = board_.events();
  report.not_emulated = not_emulated();
  report.fails_with = scenario_.fails_with;
  for (const fault::Strike& it : injection_.armed().strikes()) {
    const std::string more =
        it.times > 1 ? ", and " + std::to_string(it.times - 1) + " times more" : "";
    report.strikes.push_back(it.what + more + "  (" + it.place + ")");
  }
  firmware_.tell(report);
  const std::uint64_t unanswered = exports_.all().front()->unanswered_urbs;
  if (unanswered > 0) {
    report.not_emulated.push_back("URBs to endpoints other than 0 ×" + std::to_string(unanswered));
  }
  report.duration = clock_.now();
  return report;
}

/// What boots decides whether an application is there to jump.
void Bench::jump() {
  if (board_.phase() == board::Phase::Application) {
    return board_.jump_to_bootloader(clock_.now());
  }
  StepResult result;
  result.place = scenario_.file + ": /given/application/then";
  result.what = "jump_to_bootloader";
  result.failures.push_back({"phase",
                             "application",
                             to_string(board_.phase()),
                             {"boot pins, option bytes or empty flash selected it: no application "
                              "runs that could jump"}});
  results_.push_back(std::move(result));
}

void Bench::perform_steps() {
  if (!results_.empty()) return;
  for (const Step& step : scenario_.steps) {
    results_.push_back(perform(step));
    if (!results_.back().failures.empty()) return;
  }
  check_strikes();
}

Report Bench::run() {
  set_up();
  perform_steps();
  return make_report();
}

Report Bench::run_again() {
  results_.clear();
  start_again();
  perform_steps();
  return make_report();
}

}  // namespace dfurig::scenario
