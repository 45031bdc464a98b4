#include "scenario/load.h"

#include <algorithm>

#include "model/reader.h"
#include "scenario/expand.h"
#include "scenario/load_faults.h"
#include "scenario/load_given.h"
#include "scenario/load_steps.h"
#include "scenario/run_firmware.h"
#include "support/input_error.h"

namespace dfurig::scenario {
namespace {

/// "override": what this scenario has different from the model's files, in their own form.
model::Changes read_override(const model::Reader& scenario, const std::string& path) {
  model::Changes changes;
  const auto reader = scenario.find("override");
  if (!reader) return changes;
  reader->allow_only({"chip", "bootloader"});
  changes.file = path + "#override";
  if (const auto chip = reader->find("chip")) changes.chip = chip->json();
  if (const auto bootloader = reader->find("bootloader")) changes.bootloader = bootloader->json();
  return changes;
}

/// Those in flash, and other versions of the ROM's.
std::vector<std::string> bootloaders_of(const model::Model& model) {
  std::vector<std::string> names = model.flash_bootloaders;
  names.insert(names.end(), model.rom_versions.begin(), model.rom_versions.end());
  return names;
}

/// The chip, with the bootloader that "given" puts into its flash.
model::Model load_model(const model::Reader& scenario, const std::string& path,
                        const model::Library& library) {
  const model::Reader reader = scenario.at("model");
  const std::string name = reader.text();
  const std::vector<std::string> known = library.names();
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    reader.fail("there is no model \"" + name + "\"",
                did_you_mean(name, known, "dfurig models lists them"));
  }
  const auto given = scenario.find("given");
  const auto bootloader = given ? given->find("bootloader") : std::nullopt;
  if (bootloader) bootloader->choice(bootloaders_of(library.load(name)));
  model::Model model =
      library.load(name, bootloader ? bootloader->text() : "", read_override(scenario, path));
  if (!model.has_usb_dfu()) {
    reader.fail(name + ": " + model.no_usb_dfu,
                model.flash_bootloader_advice("\"given\": { \"bootloader\": \"", "\" }"));
  }
  return model;
}

void read_policies(const model::Reader& reader, Scenario& scenario) {
  reader.allow_only({"entry", "leave", "variant"});
  if (const auto variant = reader.find("variant")) {
    scenario.options.variant = variant->text();
    board::find_variant(scenario.model, variant->text(), variant->place());
  }
  if (const auto entry = reader.find("entry")) {
    scenario.options.entry_policy = entry->text();
    board::find_policy(scenario.model.entry_policies, entry->text(), entry->place());
  }
  if (const auto leave = reader.find("leave")) {
    scenario.options.leave_policy = leave->text();
    board::find_policy(scenario.model.leave_policies, leave->text(), leave->place());
  }
}

/// The scenario has firmware executed.
void check_core(const model::Reader& reader, const model::Model& model) {
  if (!model.core_spec) {
    reader.fail("firmware of a " + model.name + " is not executed: " + model.core_not_executed,
                "\"given\": { \"application\": … } tells what it did");
  }
  if (model.chip.clocks.empty()) {
    reader.fail("firmware of a " + model.name + " is not executed: its clock tree is not known");
  }
}

GalleryEntry read_gallery(const model::Reader& reader) {
  reader.allow_only({"id", "report", "chip", "tool", "cause", "injected"});
  GalleryEntry entry;
  entry.id = reader.at("id").text();
  entry.report = reader.at("report").text();
  entry.chip = reader.at("chip").text();
  entry.tool = reader.at("tool").text();
  reader.at("cause").choice({"known", "likely", "unknown"});
  entry.cause = reader.at("cause").text();
  if (const auto injected = reader.find("injected")) entry.injected = injected->text();
  return entry;
}

/// What there is before the first step.
Scenario read_head(const model::Reader& reader, const std::string& name, Files& files,
                   const model::Library& library) {
  Scenario scenario;
  scenario.file = name;
  scenario.title = reader.at("title").text();
  if (const auto why = reader.find("why")) scenario.why = why->text();
  if (const auto sources = reader.find("source")) {
    for (const model::Reader& item : sources->items()) scenario.sources.push_back(item.text());
  }
  if (const auto gallery = reader.find("gallery")) scenario.gallery = read_gallery(*gallery);
  if (const auto fails = reader.find("fails_with")) scenario.fails_with = fails->text();
  scenario.model = load_model(reader, name, library);
  scenario.overrides = model::settings_of(read_override(reader, name));
  if (const auto policies = reader.find("policies")) read_policies(*policies, scenario);
  if (const auto scale = reader.find("time_scale")) {
    scenario.options.time_scale = scale->real();
    if (!(scale->real() >= 0 && scale->real() <= 1000)) scale->fail("expected 0 to 1000");
  }
  if (const auto made = reader.find("files")) files.read(*made);
  scenario.files = files.made();
  if (const auto faults = reader.find("faults")) scenario.faults = read_faults(*faults, files);
  if (const auto given = reader.find("given")) {
    scenario.given = read_given(*given, files, scenario.model);
  }
  return scenario;
}

Scenario read_scenario(const model::Json& json, const std::string& path, const std::string& name,
                       const model::Library& library) {
  const model::Reader reader(json, path);
  reader.allow_only({"$schema", "title", "why", "source", "gallery", "fails_with", "model",
                     "override", "policies", "time_scale", "files", "faults", "given", "for_each",
                     "steps"});
  Files files(path);
  Scenario scenario = read_head(reader, name, files, library);
  for (const model::Reader& step : reader.at("steps").items()) {
    const std::optional<Fragment> fragment = find_fragment(step, path);
    if (!fragment) {
      scenario.steps.push_back(read_step(step, scenario, files));
      continue;
    }
    const model::Reader shared(fragment->json, fragment->path);
    for (const model::Reader& it : shared.at("steps").items()) {
      scenario.steps.push_back(read_step(it, scenario, files));
    }
  }
  if (scenario.steps.empty()) reader.at("steps").fail("expected at least one step");
  if (executes_firmware(scenario)) check_core(reader.at("model"), scenario.model);
  return scenario;
}

}  // namespace

std::vector<Scenario> load_scenarios(const std::string& path, const model::Library& library) {
  std::vector<Scenario> scenarios;
  for (const Row& row : expand_table(model::parse_json_file(path), path)) {
    scenarios.push_back(read_scenario(row.json, path, join_row_name({path, row.name}), library));
  }
  return scenarios;
}

}  // namespace dfurig::scenario
