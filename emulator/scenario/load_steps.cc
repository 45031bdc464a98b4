#include "scenario/load_steps.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "attach/program.h"
#include "scenario/load_control.h"
#include "scenario/load_expect.h"
#include "scenario/load_faults.h"
#include "scenario/load_firmware.h"
#include "scenario/load_given.h"
#include "scenario/load_window.h"
#include "support/input_error.h"
#include "support/join.h"

namespace dfurig::scenario {
namespace {

constexpr double default_timeout_s = 60;
constexpr double timeout_max_s = 3600;

/// An argument that names a file in the scenario's folder must be there.
void check_file(const model::Reader& reader, const std::string& raw, const std::string& expanded) {
  std::error_code ignored;
  if (raw.find("${scenario_dir}") == std::string::npos) return;
  if (std::filesystem::exists(expanded, ignored)) return;
  reader.fail("there is no file " + expanded, "\"${scenario_dir}\" is the scenario's own folder");
}

/// A number, or a list of numbers.
std::vector<int> read_exit(const model::Reader& reader) {
  const auto status = [](const model::Reader& it) { return static_cast<int>(it.number(255)); };
  if (!reader.is_array()) return {status(reader)};
  std::vector<int> statuses;
  for (const model::Reader& item : reader.items()) statuses.push_back(status(item));
  if (statuses.empty()) reader.fail("expected at least one exit status");
  return statuses;
}

void read_run_expect(const model::Reader& reader, RunTool& run) {
  reader.allow_only({"exit", "timed_out", "output", "output_lacks"});
  if (const auto it = reader.find("exit")) run.exit_status = read_exit(*it);
  if (const auto it = reader.find("timed_out")) run.times_out = it->boolean();
  if (const auto it = reader.find("output")) run.output = it->texts();
  if (const auto it = reader.find("output_lacks")) run.output_lacks = it->texts();
}

RunTool read_run(const model::Reader& reader, const Files& files) {
  reader.allow_only({"run", "timeout_s", "expect"});
  RunTool run;
  for (const model::Reader& item : reader.at("run").items()) {
    run.arguments.push_back(expand_scenario_dir(item.text(), files.scenario_file()));
    check_file(item, item.text(), run.arguments.back());
  }
  if (run.arguments.empty()) reader.at("run").fail("expected a tool and its arguments");
  try {
    attach::find_program(run.arguments[0]);
  } catch (const InputError& error) {
    throw InputError(reader.at("run").place(), error.what());
  }
  const double seconds =
      reader.has("timeout_s") ? reader.at("timeout_s").real() : default_timeout_s;
  if (!(seconds > 0 && seconds <= timeout_max_s)) {
    reader.at("timeout_s").fail("expected seconds above 0, up to 3600");
  }
  run.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
  if (const auto expect = reader.find("expect")) read_run_expect(*expect, run);
  return run;
}

DrivePins read_drive(const model::Reader& reader, const stm32::ChipSpec& chip) {
  DrivePins drive;
  for (const auto& [pin, level] : reader.members()) {
    check_pin(level, chip, pin);
    const bool is_released = level.is_text() && level.text() == "released";
    drive.levels[pin] = is_released ? std::nullopt : std::optional<bool>(level.number(1) != 0);
  }
  return drive;
}

Reset read_reset(const model::Reader& reader, const model::Model& model) {
  reader.allow_only({"reset", "boot_pins", "settles", "device"});
  Reset reset;
  using Cause = stm32::ResetCause;
  constexpr std::array causes = {Cause::Software, Cause::Pin, Cause::PowerOn};
  reset.cause = causes[reader.at("reset").choice({"system", "pin", "power-on"})];
  if (const auto pins = reader.find("boot_pins")) reset.boot_pins = read_boot_pins(*pins, model);
  if (const auto settles = reader.find("settles")) reset.settles = settles->boolean();
  return reset;
}

/// "none": those before strike no more.
ArmFaults read_arm_faults(const model::Reader& reader, const Files& files) {
  if (!reader.is_text()) return {read_faults(reader, files), false};
  reader.choice({"none"});
  return {{}, true};
}

std::vector<std::string> step_keys() {
  return {"run",     "write",  "drive",  "reset", "run_firmware",
          "control", "faults", "expect", "window"};
}

/// A step that has one key and perhaps "device".
Action read_single(const model::Reader& reader, const BoardSetup& board, const Files& files) {
  std::vector<std::string> keys = step_keys();
  keys.push_back("device");
  reader.allow_only(keys);
  if (reader.members().size() != (reader.has("device") ? 2 : 1)) {
    reader.fail("expected exactly one of " + join(step_keys(), ", "));
  }
  if (const auto run = reader.find("run_firmware")) {
    return read_run_firmware(*run, board.model, board.given.firmware);
  }
  if (const auto write = reader.find("write")) {
    return WriteRegister{read_register_value(*write, board.model.chip)};
  }
  if (const auto drive = reader.find("drive")) return read_drive(*drive, board.model.chip);
  if (const auto control = reader.find("control")) return read_control(*control);
  if (const auto faults = reader.find("faults")) return read_arm_faults(*faults, files);
  return read_expect(reader.at("expect"), board, files);
}

}  // namespace

std::string expand_scenario_dir(const std::string& text, const std::string& scenario_file) {
  static const std::string variable = "${scenario_dir}";
  std::string folder = std::filesystem::path(scenario_file).parent_path().string();
  if (folder.empty()) folder = ".";
  std::string expanded = text;
  for (std::size_t at = expanded.find(variable); at != std::string::npos;
       at = expanded.find(variable, at + folder.size())) {
    expanded.replace(at, variable.size(), folder);
  }
  // An argument that is a path as a whole is shown without its detours.
  const bool is_path = text.starts_with(variable);
  return is_path ? std::filesystem::path(expanded).lexically_normal().string() : expanded;
}

std::size_t read_device(const model::Reader& step, const Scenario& scenario) {
  const auto device = step.find("device");
  if (!device) return 0;
  std::vector<std::string> busids;
  for (std::size_t i = 1; i <= scenario.boards.size(); ++i) {
    busids.push_back("1-" + std::to_string(i));
  }
  return device->choice(busids);
}

Step read_step(const model::Reader& reader, const Scenario& scenario, const Files& files) {
  Step step{reader.place(), Expect{}};
  if (reader.has("run")) {
    step.action = read_run(reader, files);
    return step;
  }
  if (reader.has("window")) {
    reader.allow_only({"window"});
    step.action = read_window(reader.at("window"), files);
    return step;
  }
  step.board = read_device(reader, scenario);
  const BoardSetup& board = scenario.boards[step.board];
  if (reader.has("reset")) {
    step.action = read_reset(reader, board.model);
    return step;
  }
  step.action = read_single(reader, board, files);
  if (const auto* armed = std::get_if<ArmFaults>(&step.action); armed && step.board != 0) {
    check_not_of_stream(reader.at("faults"), armed->faults);
  }
  return step;
}

}  // namespace dfurig::scenario
