#include "scenario/load.h"

#include <algorithm>

#include "model/reader.h"
#include "scenario/expand.h"
#include "scenario/load_setup.h"
#include "scenario/load_steps.h"
#include "scenario/run_firmware.h"
#include "support/input_error.h"

namespace dfurig::scenario {
namespace {

/// The scenario has firmware executed.
void check_core(const model::Reader& reader, const model::Model& model) {
  const std::string refusal = find_core_refusal(model);
  if (refusal.empty()) return;
  reader.fail(refusal,
              model.core_spec ? "" : "\"given\": { \"application\": … } tells what it did");
}

void check_cores(const model::Reader& reader, const Scenario& scenario) {
  for (std::size_t i = 0; i < scenario.boards.size(); ++i) {
    if (!executes_firmware(scenario, i)) continue;
    const model::Reader board = i == 0 ? reader : reader.at("others").items()[i - 1];
    check_core(board.at("model"), scenario.boards[i].model);
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

Scenario read_scenario(const model::Json& json, const std::string& path, const std::string& name,
                       const model::Library& library) {
  const model::Reader reader(json, path);
  std::vector<std::string> keys = head_keys();
  keys.insert(keys.end(), {"$schema", "for_each", "steps"});
  reader.allow_only(keys);
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
  check_cores(reader, scenario);
  return scenario;
}

}  // namespace

Scenario read_head(const model::Reader& reader, const std::string& name, Files& files,
                   const model::Library& library) {
  Scenario scenario;
  scenario.file = name;
  scenario.title = reader.at("title").text();
  if (const auto why = reader.find("why")) scenario.why = why->text();
  if (const auto sources = reader.find("source")) {
    scenario.sources = sources->texts();
  }
  if (const auto gallery = reader.find("gallery")) scenario.gallery = read_gallery(*gallery);
  if (const auto fails = reader.find("fails_with")) scenario.fails_with = fails->text();
  if (const auto made = reader.find("files")) files.read(*made);
  scenario.files = files.made();
  scenario.boards.push_back(read_board(reader, name, files, library));
  if (const auto others = reader.find("others")) {
    for (BoardSetup& it : read_others(*others, name, files, library)) {
      scenario.boards.push_back(std::move(it));
    }
  }
  if (const auto bystanders = reader.find("bystanders")) {
    for (const model::Reader& item : bystanders->items()) {
      scenario.bystanders.push_back(read_bystander(item));
    }
  }
  return scenario;
}

std::vector<Scenario> load_scenarios(const std::string& path, const model::Library& library) {
  std::vector<Scenario> scenarios;
  for (const Row& row : expand_table(model::parse_json_file(path), path)) {
    scenarios.push_back(read_scenario(row.json, path, join_row_name({path, row.name}), library));
  }
  return scenarios;
}

}  // namespace dfurig::scenario
