#include "scenario/dialogue.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "attach/refusals.h"
#include "board/boot.h"
#include "scenario/expand.h"
#include "scenario/load.h"
#include "scenario/load_setup.h"
#include "scenario/load_steps.h"
#include "scenario/tell.h"
#include "support/input_error.h"
#include "wine/not_here.h"

namespace dfurig::scenario {
namespace {

using model::Json;
using model::Reader;

// What messages name instead of a file.
constexpr const char* head_name = "device";
constexpr const char* step_name = "step";

Json parse(const std::string& line) {
  try {
    return Json::parse(line);
  } catch (const Json::parse_error&) {
    throw InputError(step_name, "not JSON: " + line.substr(0, 80), "one object a line");
  }
}

/// Of a scenario's file, or of its row: all but what happens.
Json head_of(const std::string& name) {
  const RowName wanted = split_row_name(name);
  for (Row& row : expand_table(model::parse_json_file(wanted.path), wanted.path)) {
    if (row.name != wanted.row) continue;
    row.json.erase("steps");
    row.json.erase("fails_with");
    return std::move(row.json);
  }
  throw InputError(wanted.path,
                   wanted.row.empty() ? "is a table" : "has no row \"" + wanted.row + "\"",
                   "name a row: " + wanted.path + "[ROW]");
}

/// Who says nothing of what boots means the bootloader, as `dfurig exec` does.
void choose_boot_pins(const Json& board, BoardSetup& setup) {
  const Json given = board.value("given", Json::object());
  for (const char* key : {"boot_pins", "application", "firmware"}) {
    if (given.contains(key)) return;
  }
  stm32::Chip chip(setup.model.chip);
  for (const auto& [address, bytes] : setup.given.option_bytes) {
    chip.option_bytes().preload(address, bytes);
  }
  if (auto pins = board::find_bootloader_pins(setup.model, chip)) {
    setup.given.boot_pins = std::move(*pins);
  }
}

Json failures_of(const StepResult& result) {
  Json failures = Json::array();
  for (const Failure& it : result.failures) {
    std::ostringstream text;
    print_failure(text, it);
    failures.push_back({{"what", it.what},
                        {"expected", it.expected},
                        {"found", it.actual},
                        {"details", it.details},
                        {"text", text.str()}});
  }
  return failures;
}

Json all_failures_of(const std::vector<StepResult>& results) {
  Json failures = Json::array();
  for (const StepResult& result : results) {
    for (Json& it : failures_of(result)) failures.push_back(std::move(it));
  }
  return failures;
}

Json as_json(const StepResult& result) {
  Json json = {
      {"what", result.what}, {"failures", failures_of(result)}, {"confirmed", result.confirmed}};
  if (!result.is_tool) return json;
  json["exit_status"] = result.exit_status;
  json["timed_out"] = result.timed_out;
  json["stdout"] = result.output.substr(0, result.standard_error_at);
  json["stderr"] = result.output.substr(result.standard_error_at);
  return json;
}

/// The folder and the variables that tools have from here on.
Json move_to(const Reader& reader) {
  reader.allow_only({"surroundings"});
  const Reader surroundings = reader.at("surroundings");
  surroundings.allow_only({"folder", "environment"});
  if (const auto folder = surroundings.find("folder")) {
    if (chdir(folder->text().c_str()) != 0) folder->fail("cannot be entered: " + folder->text());
  }
  if (const auto environment = surroundings.find("environment")) {
    clearenv();
    for (const auto& [name, value] : environment->members()) {
      setenv(name.c_str(), value.text().c_str(), 1);
    }
  }
  return Json::object();
}

void check_core(const Reader& reader, const Step& step, const BoardSetup& board) {
  if (!std::holds_alternative<RunFirmware>(step.action)) return;
  const std::string refusal = find_core_refusal(board.model);
  if (!refusal.empty()) reader.fail(refusal);
}

}  // namespace

Dialogue::Dialogue(const model::Library& library, const RunOptions& options)
    : library_(library), options_(options), files_("") {
  options_.more_steps_come = true;
}

Json Dialogue::begin(Json head) {
  if (!head.is_object()) throw InputError(head_name, "expected an object, as a scenario is one");
  if (head.contains("preset")) {
    const std::string preset = Reader(head, head_name).at("preset").text();
    head.erase("preset");
    Json whole = head_of(preset);
    whole.merge_patch(head);
    head = std::move(whole);
    files_ = Files(std::filesystem::absolute(split_row_name(preset).path).string());
  }
  if (!head.contains("title")) head["title"] = head_name;
  const Reader reader(head, head_name);
  std::vector<std::string> keys = head_keys();
  keys.push_back("$schema");
  reader.allow_only(keys);
  scenario_ = read_head(reader, head_name, files_, library_);
  for (std::size_t i = 0; i < scenario_.boards.size(); ++i) {
    choose_boot_pins(i == 0 ? head : head["others"][i - 1], scenario_.boards[i]);
  }
  bench_.emplace(scenario_, options_);
  bench_->set_up();
  Json devices = Json::array();
  for (std::size_t i = 0; i < scenario_.boards.size(); ++i) {
    const model::Model& model = scenario_.boards[i].model;
    devices.push_back(
        {{"busid", bench_->rig(i).busid()},
         {"model", model.name},
         {"title", model.title},
         {"flash", {{"at", model.chip.flash.base}, {"size", model.chip.flash.size()}}}});
  }
  return {{"version", DFURIG_VERSION},
          {"devices", devices},
          {"files", bench_->files()},
          {"failures", all_failures_of(bench_->results())}};
}

Json Dialogue::perform(const Reader& reader) {
  const Step step = read_step(reader, scenario_, files_);
  check_core(reader, step, scenario_.boards[step.board]);
  return as_json(bench_->go_on(step));
}

Json Dialogue::respond(const Reader& question) {
  const auto held = bench_->hold();
  const Rig& rig = bench_->rig(read_device(question, scenario_));
  const Json answer = tell(question, rig, files_, bench_->now());
  const std::string what = question.at("tell").text();
  if (what == "missed") return {{"failures", all_failures_of(bench_->missed_faults())}};
  if (what != "report") return answer;
  std::ostringstream text;
  print_story(text, bench_->report());
  return {{"text", text.str()}};
}

Json Dialogue::take(const std::string& line) {
  Json json = parse(line);
  if (!bench_) return begin(std::move(json));
  const Reader reader(json, step_name);
  if (reader.has("surroundings")) return move_to(reader);
  return reader.has("tell") ? respond(reader) : perform(reader);
}

std::string Dialogue::answer(const std::string& line) {
  Json json;
  try {
    json = take(line);
  } catch (const std::exception& error) {
    const bool is_not_here = dynamic_cast<const wine::NotHere*>(&error) != nullptr;
    json = {{"error", error.what()},
            {"is_host_refusal", is_not_here || attach::is_host_refusal(error)}};
  }
  // Tools print what they like.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace dfurig::scenario
