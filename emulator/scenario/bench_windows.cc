// Steps that drive a Windows program.
#include "scenario/bench.h"
#include "support/input_error.h"
#include "support/join.h"
#include "wine/not_here.h"

namespace dfurig::scenario {
namespace {

Failure no_program() {
  return {"window",
          "a program is open",
          "none is",
          {"a step { \"window\": { \"start\": [\"PROGRAM.exe\"] } } opens one"}};
}

/// What is wrong with Wine is a failure of the step; what is not there is none.
template <typename Act>
std::vector<Failure> guarded(const std::string& what, Act act) {
  try {
    return act();
  } catch (const wine::NotHere&) {
    throw;
  } catch (const std::runtime_error& error) {
    return {{what, "it is done in Wine", error.what(), {}}};
  }
}

}  // namespace

std::unique_ptr<ServedDevices::Hold> Bench::hold() {
  return program_ ? std::make_unique<ServedDevices::Hold>(program_->devices()) : nullptr;
}

void Bench::act(Rig&, const StartProgram& action, StepResult& result) {
  result.is_host = true;
  result.what = "start " + join(action.arguments, " ");
  if (&clock_ != &steady_clock_) {
    throw InputError("window", "Windows programs live in real time, and this session does not",
                     "dfurig steps --wine PREFIX, or --real-time");
  }
  result.failures = {{"window",
                      "no other program is open",
                      "one still is",
                      {"{ \"window\": { \"end\": \"close\" } } ends it"}}};
  if (program_) return;
  StartProgram start = action;
  for (std::string& it : start.arguments) {
    const bool is_file = it.starts_with("${files}/") && &it != &start.arguments.front();
    it = folder_.expand(it);
    if (is_file) it = wine::windows_path(it);
  }
  try {
    result.failures = guarded(result.what, [&] {
      program_.emplace(start, scenario_.file, options_.windows, exports_, clock_);
      return program_->await_window(start);
    });
  } catch (...) {
    program_.reset();
    throw;
  }
  if (!result.failures.empty()) program_.reset();
  if (result.failures.empty()) result.confirmed = {"window: " + result.what};
}

void Bench::act(Rig&, const AskWindow& action, StepResult& result) {
  result.is_host = true;
  result.what = action.what;
  result.failures = {no_program()};
  if (!program_) return;
  AskWindow ask = action;
  for (auto& [name, text] : ask.arguments) text = folder_.expand(text);
  result.failures = guarded(result.what, [&] { return program_->ask(ask, result.confirmed); });
  if (!program_->is_open()) program_.reset();
}

void Bench::act(Rig&, const TakeScreenshot& action, StepResult& result) {
  result.what = "screenshot";
  result.failures = {no_program()};
  if (!program_) return;
  result.failures = guarded(result.what, [&] { return program_->take(action, result.confirmed); });
}

void Bench::act(Rig&, const EndProgram& action, StepResult& result) {
  result.what = "end of the program";
  result.failures = {no_program()};
  if (!program_) return;
  result.failures = guarded(result.what, [&] { return program_->end(action, result.confirmed); });
  if (result.failures.empty() || !program_->is_open()) program_.reset();
}

}  // namespace dfurig::scenario
