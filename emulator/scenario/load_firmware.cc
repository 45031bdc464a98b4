#include "scenario/load_firmware.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "cpu/fault.h"
#include "scenario/elf.h"
#include "scenario/load_given.h"
#include "support/input_error.h"

namespace dfurig::scenario {
namespace {

constexpr double within_ms_default = 1000;
constexpr double within_ms_max = 3'600'000;

/// Milliseconds to the nearest nanosecond.
Duration read_ms(const model::Reader& reader, double min) {
  const double ms = reader.real();
  if (!(ms >= min && ms <= within_ms_max)) {
    reader.fail(min > 0 ? "expected milliseconds above 0, up to 3600000"
                        : "expected milliseconds from 0 to 3600000");
  }
  return Duration(std::llround(ms * 1e6));
}

Duration read_time(const model::Reader& reader) {
  return read_ms(reader, 1e-6);
}

std::string existing_file(const model::Reader& reader, const std::string& scenario_file) {
  const std::string path = resolve_path(reader.text(), scenario_file);
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored)) return path;
  reader.fail("there is no file " + path, "paths are relative to the scenario file");
}

FirmwareFile read_firmware_file(const model::Reader& reader, const std::string& scenario_file,
                                const stm32::FlashSpec& flash) {
  reader.allow_only({"file", "at", "symbols", "downloaded"});
  FirmwareFile firmware;
  const auto file = reader.find("file");
  const auto symbols = reader.find("symbols");
  if (!file && !symbols) reader.fail("expected \"file\", \"symbols\" or both");
  if (file) {
    const std::string path = existing_file(*file, scenario_file);
    firmware.name = std::filesystem::path(path).filename().string();
    if (needs_address(path) && !reader.has("at")) reader.fail("a .bin file needs \"at\"");
    firmware.content = load_image(path, reader.has("at") ? reader.at("at").number() : 0);
    check_fits(*file, firmware.content, flash, firmware.name);
    if (path.ends_with(".elf")) firmware.symbols.add(load_symbols(path));
  }
  if (symbols) firmware.symbols.add(load_symbols(existing_file(*symbols, scenario_file)));
  if (const auto downloaded = reader.find("downloaded")) {
    firmware.is_downloaded = downloaded->boolean();
  }
  return firmware;
}

std::string read_symbol(const model::Reader& reader, const std::vector<FirmwareFile>& firmware) {
  const std::string name = reader.text();
  std::vector<std::string> known;
  for (const FirmwareFile& it : firmware) {
    for (const auto& [symbol, address] : it.symbols.addresses()) known.push_back(symbol);
  }
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    reader.fail("no symbol \"" + name + "\" in the firmware",
                did_you_mean(name, known, "names come from \"given\": { \"firmware\": … }"));
  }
  return name;
}

RunFirmware::Pin read_pin_level(const model::Reader& reader, const stm32::ChipSpec& chip) {
  reader.allow_only({"pin", "level"});
  const model::Reader pin = reader.at("pin");
  check_pin(pin, chip, pin.text());
  return {pin.text(), reader.at("level").number(1) != 0};
}

void read_until(const model::Reader& reader, const model::Model& model,
                const std::vector<FirmwareFile>& firmware, RunFirmware& run) {
  if (!reader.is_object()) {
    reader.choice({"rom"});
    run.until_rom = true;
  } else if (reader.has("symbol")) {
    reader.allow_only({"symbol"});
    run.symbol = read_symbol(reader.at("symbol"), firmware);
  } else {
    run.pin = read_pin_level(reader, model.chip);
  }
}

Range<std::uint32_t> read_toggles(const model::Reader& reader) {
  if (!reader.is_object()) return {reader.number(), reader.number()};
  reader.allow_only({"at_least", "at_most"});
  Range<std::uint32_t> range;
  if (const auto least = reader.find("at_least")) range.from = least->number();
  if (const auto most = reader.find("at_most")) range.to = most->number();
  return range;
}

Range<Duration> read_period(const model::Reader& reader) {
  reader.allow_only({"from", "to"});
  const Range<Duration> range{read_ms(reader.at("from"), 0), read_ms(reader.at("to"), 0)};
  if (*range.from > *range.to) reader.fail("\"from\" is above \"to\"");
  return range;
}

/// Every name a bit of CFSR or HFSR has.
std::vector<std::string> fault_names() {
  std::vector<std::string> names;
  for (unsigned bit = 0; bit < 32; ++bit) {
    for (const std::string& name : {cpu::cfsr_text(1u << bit), cpu::hfsr_text(1u << bit)}) {
      if (!name.empty()) names.push_back(name);
    }
  }
  return names;
}

FaultExpectation read_fault(const model::Reader& reader,
                            const std::vector<FirmwareFile>& firmware) {
  reader.allow_only({"names", "symbol"});
  FaultExpectation fault;
  if (const auto names = reader.find("names")) {
    for (const model::Reader& item : names->items()) {
      item.choice(fault_names());
      fault.names.push_back(item.text());
    }
  }
  if (const auto symbol = reader.find("symbol")) fault.symbol = read_symbol(*symbol, firmware);
  return fault;
}

std::vector<PinTimesExpectation> read_pin_times(const model::Reader& reader) {
  std::vector<PinTimesExpectation> pins;
  for (const auto& [name, value] : reader.members()) {
    PinTimesExpectation expectation{name, {}, {}};
    if (const auto toggles = value.find("toggles")) expectation.toggles = read_toggles(*toggles);
    if (const auto period = value.find("period_ms")) expectation.period = read_period(*period);
    if (expectation.toggles || expectation.period) pins.push_back(expectation);
  }
  return pins;
}

std::map<std::string, std::string> read_usart(const model::Reader& reader,
                                              const stm32::ChipSpec& chip) {
  std::vector<std::string> known;
  for (const stm32::BlockSpec& block : chip.blocks) known.push_back(block.name);
  std::map<std::string, std::string> texts;
  for (const auto& [name, text] : reader.members()) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      text.fail("no \"" + name + "\" on this chip", did_you_mean(name, known));
    }
    texts[name] = text.text();
  }
  return texts;
}

}  // namespace

const std::vector<std::string>& stopped_names() {
  static const std::vector<std::string> names = {"running",    "asleep",     "lockup", "stuck poll",
                                                 "breakpoint", "in the ROM", "resets", "no clock"};
  return names;
}

const std::vector<std::string>& firmware_keys() {
  static const std::vector<std::string> keys = {"usart",   "faults",       "fault",
                                                "stopped", "stopped_text", "pc_in"};
  return keys;
}

const std::vector<std::string>& pin_times_keys() {
  static const std::vector<std::string> keys = {"toggles", "period_ms"};
  return keys;
}

std::vector<FirmwareFile> read_firmware(const model::Reader& reader,
                                        const std::string& scenario_file,
                                        const model::Model& model) {
  if (!reader.is_array()) return {read_firmware_file(reader, scenario_file, model.chip.flash)};
  std::vector<FirmwareFile> firmware;
  for (const model::Reader& item : reader.items()) {
    firmware.push_back(read_firmware_file(item, scenario_file, model.chip.flash));
  }
  return firmware;
}

RunFirmware read_run_firmware(const model::Reader& reader, const model::Model& model,
                              const std::vector<FirmwareFile>& firmware) {
  reader.allow_only({"for_ms", "instructions", "until", "within_ms"});
  const int ends = reader.has("for_ms") + reader.has("instructions") + reader.has("until");
  if (ends != 1) reader.fail("expected exactly one of for_ms, instructions, until");
  RunFirmware run;
  if (const auto span = reader.find("for_ms")) {
    if (reader.has("within_ms")) reader.fail("\"for_ms\" needs no \"within_ms\"");
    run.within = read_time(*span);
    return run;
  }
  run.within = reader.has("within_ms")
                   ? read_time(reader.at("within_ms"))
                   : Duration(static_cast<std::int64_t>(within_ms_default * 1e6));
  if (const auto count = reader.find("instructions")) run.instructions = count->number();
  if (const auto until = reader.find("until")) read_until(*until, model, firmware, run);
  return run;
}

FirmwareExpectation read_firmware_expectation(const model::Reader& reader,
                                              const model::Model& model,
                                              const std::vector<FirmwareFile>& firmware) {
  FirmwareExpectation expectation;
  if (const auto pins = reader.find("pins")) expectation.pins = read_pin_times(*pins);
  if (const auto usart = reader.find("usart")) expectation.usart = read_usart(*usart, model.chip);
  if (const auto faults = reader.find("faults")) {
    expectation.faults.emplace();
    for (const model::Reader& item : faults->items()) {
      expectation.faults->push_back(read_fault(item, firmware));
    }
  }
  if (const auto fault = reader.find("fault")) expectation.fault = read_fault(*fault, firmware);
  if (const auto stopped = reader.find("stopped")) {
    stopped->choice(stopped_names());
    expectation.stopped = stopped->text();
  }
  if (const auto text = reader.find("stopped_text")) expectation.stopped_text = text->text();
  if (const auto symbol = reader.find("pc_in")) expectation.pc_in = read_symbol(*symbol, firmware);
  return expectation;
}

}  // namespace dfurig::scenario
