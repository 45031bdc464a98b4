#include "scenario/load_window.h"

#include <algorithm>

#include "scenario/load_steps.h"
#include "support/join.h"

namespace dfurig::scenario {
namespace {

using model::Reader;
using std::chrono::milliseconds;

constexpr double usual_within_s = 10, start_within_s = 60, end_within_s = 30, within_max_s = 600;

milliseconds read_within(const Reader& reader, double otherwise) {
  const auto within = reader.find("within_s");
  const double seconds = within ? within->real() : otherwise;
  if (!(seconds >= 0 && seconds <= within_max_s)) within->fail("expected seconds, up to 600");
  return milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

/// A text, or a list of them.
std::vector<std::string> read_text_or_texts(const Reader& reader) {
  if (reader.is_text()) return {reader.text()};
  std::vector<std::string> texts = reader.texts();
  if (texts.empty()) reader.fail("expected at least one text");
  return texts;
}

StartProgram read_start(const Reader& reader, const Files& files) {
  reader.allow_only({"start", "shows", "within_s"});
  StartProgram start;
  for (const Reader& item : reader.at("start").items()) {
    start.arguments.push_back(expand_scenario_dir(item.text(), files.scenario_file()));
  }
  if (start.arguments.empty()) reader.at("start").fail("expected a program and its arguments");
  if (const auto texts = reader.find("shows")) start.texts = read_text_or_texts(*texts);
  start.within = read_within(reader, start_within_s);
  return start;
}

EndProgram read_end(const Reader& reader) {
  reader.allow_only({"end", "exit", "within_s"});
  EndProgram end;
  end.how = static_cast<EndProgram::How>(reader.at("end").choice({"by itself", "close", "kill"}));
  const auto exit = reader.find("exit");
  if (exit && end.how == EndProgram::How::Kill) exit->fail("what is killed has no exit status");
  if (exit) end.exit_status = static_cast<int>(exit->number(255));
  end.within = read_within(reader, end_within_s);
  return end;
}

TakeScreenshot read_screenshot(const Reader& reader) {
  reader.allow_only({"screenshot"});
  const std::string name = reader.at("screenshot").text();
  if (name.empty() || name.find_first_of("/\\") != std::string::npos) {
    reader.at("screenshot")
        .fail("expected a name without / and \\, such as \"left\"",
              "--screenshots says where it is written");
  }
  return {name};
}

/// What is to be seen, and what is not.
AskWindow read_look(const Reader& reader) {
  const std::vector<std::string> keys = {"shows", "lacks", "enabled", "disabled"};
  std::vector<std::string> allowed = keys;
  allowed.push_back("within_s");
  reader.allow_only(allowed);
  AskWindow ask{"", "shows", {}, read_within(reader, usual_within_s)};
  std::vector<std::string> words;
  for (const std::string& key : keys) {
    const auto texts = reader.find(key);
    if (!texts) continue;
    const std::vector<std::string> all = read_text_or_texts(*texts);
    words.push_back(key + " \"" + join(all, "\", \"") + "\"");
    for (const std::string& it : all) ask.arguments.emplace_back(key == "shows" ? "text" : key, it);
  }
  ask.what = join(words, ", ");
  return ask;
}

/// A verb: what it is called in a request, and what stands beside it.
struct Verb {
  const char* key;
  const char* argument;
  const char* other_key;
  const char* other_argument;
  bool needs_other;
};
constexpr Verb verbs[] = {
    {"press", "button", "in", "in", false},    {"choose", "item", "in", "in", false},
    {"check", "box", "in", "in", false},       {"uncheck", "box", "in", "in", false},
    {"type", "text", "in", "in", true},        {"answer", "button", "to", "text", true},
    {"open_file", "path", nullptr, "", false},
};

AskWindow read_verb(const Reader& reader, const Verb& verb, const Files& files) {
  std::vector<std::string> keys = {verb.key, "within_s"};
  if (verb.other_key != nullptr) keys.emplace_back(verb.other_key);
  reader.allow_only(keys);
  const std::string text = reader.at(verb.key).text();
  AskWindow ask{std::string(verb.key) + " \"" + text + "\"", verb.key, {}, {}};
  ask.arguments.emplace_back(verb.argument, expand_scenario_dir(text, files.scenario_file()));
  ask.within = read_within(reader, usual_within_s);
  if (verb.other_key == nullptr) return ask;
  const auto other = verb.needs_other ? reader.at(verb.other_key) : reader.find(verb.other_key);
  if (!other) return ask;
  ask.arguments.emplace_back(verb.other_argument, other->text());
  ask.what += std::string(" ") + verb.other_key + " \"" + other->text() + "\"";
  return ask;
}

const char* const verb_names =
    "start, press, choose, check, uncheck, type, answer, open_file, shows, lacks, enabled, "
    "disabled, screenshot, end";

}  // namespace

Action read_window(const Reader& reader, const Files& files) {
  if (reader.has("start")) return read_start(reader, files);
  if (reader.has("end")) return read_end(reader);
  if (reader.has("screenshot")) return read_screenshot(reader);
  for (const Verb& verb : verbs) {
    if (reader.has(verb.key)) return read_verb(reader, verb, files);
  }
  for (const char* key : {"shows", "lacks", "enabled", "disabled"}) {
    if (reader.has(key)) return read_look(reader);
  }
  reader.fail(std::string("expected one of ") + verb_names);
}

bool drives_windows(const Scenario& scenario) {
  return std::ranges::any_of(scenario.steps, [](const Step& step) {
    return std::holds_alternative<StartProgram>(step.action);
  });
}

}  // namespace dfurig::scenario
