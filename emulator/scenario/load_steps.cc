#include "scenario/load_steps.h"

#include <algorithm>
#include <filesystem>

#include "attach/program.h"
#include "scenario/load_firmware.h"
#include "scenario/load_given.h"
#include "support/hex.h"
#include "support/input_error.h"

namespace dfurig::scenario {
namespace {

constexpr double default_timeout_s = 60;
constexpr double timeout_max_s = 3600;

const std::vector<std::string> moments = {"power_on", "before_entry", "in_dfu", "after_leave",
                                          "running"};

/// "${scenario_dir}" in a tool's argument.
std::string expand(const std::string& text, const std::string& scenario_file) {
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

std::vector<std::string> read_texts(const model::Reader& reader) {
  std::vector<std::string> texts;
  for (const model::Reader& item : reader.items()) texts.push_back(item.text());
  return texts;
}

/// An argument that names a file in the scenario's folder must be there.
void check_file(const model::Reader& reader, const std::string& raw, const std::string& expanded) {
  std::error_code ignored;
  if (raw.find("${scenario_dir}") == std::string::npos) return;
  if (std::filesystem::exists(expanded, ignored)) return;
  reader.fail("there is no file " + expanded, "\"${scenario_dir}\" is the scenario's own folder");
}

RunTool read_run(const model::Reader& reader, const std::string& scenario_file) {
  reader.allow_only({"run", "timeout_s", "expect"});
  RunTool run;
  for (const model::Reader& item : reader.at("run").items()) {
    run.arguments.push_back(expand(item.text(), scenario_file));
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
  if (const auto expect = reader.find("expect")) {
    expect->allow_only({"exit", "output", "output_lacks"});
    if (const auto exit = expect->find("exit"))
      run.exit_status = static_cast<int>(exit->number(255));
    if (const auto output = expect->find("output")) run.output = read_texts(*output);
    if (const auto lacks = expect->find("output_lacks")) run.output_lacks = read_texts(*lacks);
  }
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
  reader.allow_only({"reset", "boot_pins"});
  Reset reset;
  reset.is_power_on = reader.at("reset").choice({"system", "power-on"}) == 1;
  if (const auto pins = reader.find("boot_pins")) reset.boot_pins = read_boot_pins(*pins, model);
  return reset;
}

std::vector<std::string> with(std::vector<std::string> keys, const std::vector<std::string>& more) {
  keys.insert(keys.end(), more.begin(), more.end());
  return keys;
}

PinExpectation read_pin(const std::string& pin, const model::Reader& reader,
                        const stm32::ChipSpec& chip) {
  check_pin(reader, chip, pin);
  reader.allow_only(with({"mode", "type", "pull", "output", "level"}, pin_times_keys()));
  PinExpectation expectation{pin, {}};
  const auto named = [&](const char* key, const char* register_name,
                         const std::vector<std::string>& names) {
    if (const auto value = reader.find(key)) {
      expectation.registers[register_name] = static_cast<std::uint32_t>(value->choice(names));
    }
  };
  named("mode", "MODER", {"input", "output", "alternate", "analog"});
  named("type", "OTYPER", {"push-pull", "open-drain"});
  named("pull", "PUPDR", {"none", "up", "down"});
  if (const auto output = reader.find("output")) expectation.registers["ODR"] = output->number(1);
  if (const auto level = reader.find("level")) expectation.registers["IDR"] = level->number(1);
  return expectation;
}

/// "0x00000000 -> 0xFFFFFFFF"
ChangesExpectation::Change read_change(const model::Reader& reader) {
  const std::string text = reader.text();
  const std::size_t arrow = text.find(" -> ");
  const auto from = parse_number(text.substr(0, arrow));
  const auto to = arrow == std::string::npos ? std::nullopt : parse_number(text.substr(arrow + 4));
  if (!from || !to) reader.fail("expected \"0x00000000 -> 0x00000001\", found \"" + text + "\"");
  return {*from, *to};
}

ChangesExpectation read_changes(const model::Reader& reader, const stm32::ChipSpec& chip) {
  reader.allow_only({"from", "to", "blocks", "exactly"});
  ChangesExpectation changes;
  reader.at("from").choice(moments);
  reader.at("to").choice(moments);
  changes.from = reader.at("from").text();
  changes.to = reader.at("to").text();
  std::vector<std::string> known;
  for (const stm32::BlockSpec& block : chip.blocks) known.push_back(block.name);
  if (const auto blocks = reader.find("blocks")) {
    for (const model::Reader& item : blocks->items()) {
      item.choice(known);
      changes.blocks.push_back(item.text());
    }
  }
  for (const auto& [name, change] : reader.at("exactly").members()) {
    changes.exactly[read_register_name(change, chip, name)] = read_change(change);
  }
  return changes;
}

Expect read_expect(const model::Reader& reader, const std::string& scenario_file,
                   const model::Model& model, const std::vector<FirmwareFile>& firmware) {
  reader.allow_only(with({"phase", "dfu_state", "dfu_status", "address_pointer", "registers",
                          "pins", "flash", "changes"},
                         firmware_keys()));
  Expect expect;
  if (const auto phase = reader.find("phase")) {
    phase->choice({"off", "application", "bootloader", "stuck"});
    expect.phase = phase->text();
  }
  if (const auto state = reader.find("dfu_state")) expect.dfu_state = state->text();
  if (const auto status = reader.find("dfu_status")) expect.dfu_status = status->text();
  if (const auto pointer = reader.find("address_pointer"))
    expect.address_pointer = pointer->number();
  if (const auto registers = reader.find("registers")) {
    for (const auto& [name, value] : registers->members()) {
      expect.registers.push_back({read_register_name(value, model.chip, name), value.number()});
    }
  }
  if (const auto pins = reader.find("pins")) {
    for (const auto& [name, value] : pins->members()) {
      expect.pins.push_back(read_pin(name, value, model.chip));
    }
  }
  if (const auto flash = reader.find("flash")) {
    for (const model::Reader& item : flash->items()) {
      std::string what;
      for (Image& image : read_content(item, scenario_file, model.chip.flash, what)) {
        expect.flash.push_back({std::move(image), what});
      }
    }
  }
  if (const auto changes = reader.find("changes"))
    expect.changes = read_changes(*changes, model.chip);
  expect.firmware = read_firmware_expectation(reader, model, firmware);
  return expect;
}

}  // namespace

Step read_step(const model::Reader& reader, const std::string& scenario_file,
               const model::Model& model, const std::vector<FirmwareFile>& firmware) {
  Step step{reader.place(), Expect{}};
  if (reader.has("run")) {
    step.action = read_run(reader, scenario_file);
    return step;
  }
  if (reader.has("reset")) {
    step.action = read_reset(reader, model);
    return step;
  }
  reader.allow_only({"run", "write", "drive", "reset", "run_firmware", "expect"});
  const int kinds =
      reader.has("write") + reader.has("drive") + reader.has("run_firmware") + reader.has("expect");
  if (kinds != 1) {
    reader.fail("expected exactly one of run, write, drive, reset, run_firmware, expect");
  }
  if (const auto run = reader.find("run_firmware")) {
    step.action = read_run_firmware(*run, model, firmware);
  }
  if (const auto write = reader.find("write")) {
    step.action = WriteRegister{read_register_value(*write, model.chip)};
  }
  if (const auto drive = reader.find("drive")) step.action = read_drive(*drive, model.chip);
  if (const auto expect = reader.find("expect")) {
    step.action = read_expect(*expect, scenario_file, model, firmware);
  }
  return step;
}

}  // namespace dfurig::scenario
