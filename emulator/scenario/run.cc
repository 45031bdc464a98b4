#include "scenario/run.h"

#include <thread>

#include "attach/run_tool.h"
#include "scenario/run_firmware.h"
#include "scenario/transcript_summary.h"
#include "support/hex.h"
#include "usbip/local_link.h"

namespace dfurig::scenario {
namespace {

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// The board and everything that stands around it during one run.
class Bench {
 public:
  Bench(const Scenario& scenario, const RunOptions& options)
      : scenario_(scenario),
        clock_(options.real_time ? static_cast<const Clock&>(steady_clock_) : virtual_clock_),
        board_(scenario.model, scenario.options),
        firmware_(scenario, board_, options.traced_instructions) {
    exports_.add(board_, &transcript_);
  }

  Report run();

 private:
  void set_up();
  void settle();
  void write(const RegisterValue& write);
  StepResult perform(const Step& step);
  void act(const RunTool& action, StepResult& result);
  void act(const WriteRegister& action, StepResult& result);
  void act(const DrivePins& action, StepResult& result);
  void act(const Reset& action, StepResult& result);
  void act(const RunFirmware& action, StepResult& result);
  void act(const Expect& action, StepResult& result);
  Report make_report() const;

  const Scenario& scenario_;
  SteadyClock steady_clock_;
  ManualClock virtual_clock_;
  const Clock& clock_;  ///< one of the two
  board::Board board_;
  FirmwareRun firmware_;
  usb::Transcript transcript_;
  usbip::Exports exports_;
  std::vector<StepResult> results_;
};

/// Lets the board finish what it is about to do: start up, detach, leave.
void Bench::settle() {
  for (auto next = board_.next_event(); next; next = board_.next_event()) {
    if (&clock_ == &steady_clock_) std::this_thread::sleep_for(*next - clock_.now());
    virtual_clock_.advance_to(*next);
    board_.advance(clock_.now());
  }
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
  for (const auto& [pin, level] : given.boot_pins) board_.set_boot_pin(pin, level);
  board_.power_on(clock_.now());
  if (given.application) {
    for (const RegisterValue& it : given.application->writes) write(it);
    if (given.application->jumps_to_bootloader) board_.jump_to_bootloader(clock_.now());
  }
  settle();
}

void Bench::act(const RunTool& action, StepResult& result) {
  attach::ToolCommand command;
  command.arguments = action.arguments;
  command.timeout = action.timeout;
  command.output = attach::Output::Capture;
  command.clock = &clock_ == &virtual_clock_ ? &virtual_clock_ : nullptr;
  const attach::ToolResult tool =
      attach::run_tool(command, {usbip::local_connector(exports_, clock_)});
  settle();
  result.what = join(action.arguments);
  result.is_tool = true;
  result.exit_status = tool.exit_status;
  result.timed_out = tool.timed_out;
  result.output = tool.standard_output + tool.standard_error;
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
  if (action.is_power_on) board_.power_on(clock_.now());
  if (!action.is_power_on) board_.system_reset(clock_.now());
  settle();
}

void Bench::act(const RunFirmware& action, StepResult& result) {
  firmware_.run(action, clock_.now(), result);
  settle();
}

void Bench::act(const Expect& action, StepResult& result) {
  result.what = "expect";
  result.failures = check(action, board_, firmware_.ran());
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
  for (const auto* list : {&board_.chip().not_emulated(), &board_.unknown_requests()}) {
    for (const auto& [what, count] : list->counts()) {
      report.not_emulated.push_back(what + " ×" + std::to_string(count));
    }
  }
  firmware_.tell(report);
  const std::uint64_t unanswered = exports_.all().front()->unanswered_urbs;
  if (unanswered > 0) {
    report.not_emulated.push_back("URBs to endpoints other than 0 ×" + std::to_string(unanswered));
  }
  report.duration = clock_.now();
  return report;
}

Report Bench::run() {
  set_up();
  for (const Step& step : scenario_.steps) {
    results_.push_back(perform(step));
    if (!results_.back().failures.empty()) break;
  }
  return make_report();
}

}  // namespace

Report run(const Scenario& scenario, const RunOptions& options) {
  return Bench(scenario, options).run();
}

}  // namespace dfurig::scenario
