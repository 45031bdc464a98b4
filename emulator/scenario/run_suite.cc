#include "scenario/run_suite.h"

#include <algorithm>
#include <stdexcept>

#include "attach/refusals.h"
#include "scenario/load_window.h"
#include "scenario/suite.h"
#include "scenario/workers.h"
#include "wine/not_here.h"

namespace dfurig::scenario {
namespace {

class Suite {
 public:
  Suite(const std::vector<Scenario>& scenarios, const SuiteOptions& options,
        const Audience& audience)
      : scenarios_(scenarios), options_(options), audience_(audience) {
    result_.outcomes.resize(scenarios.size());
  }

  SuiteResult run();

 private:
  std::vector<std::size_t> order() const;
  Report bare_report(const Scenario& scenario) const;
  Report in_report(const Scenario& scenario, Report report) const;
  Bytes run_one(std::size_t position) const;
  Outcome outcome_of(const JobEnd& end) const;
  void run_these(const std::vector<std::size_t>& positions, std::size_t at_once);
  void take(const JobEnd& end);
  void tell_next();
  void tell_progress(const std::vector<std::size_t>& running) const;

  const std::vector<Scenario>& scenarios_;
  const SuiteOptions& options_;
  const Audience& audience_;
  SuiteResult result_;
  std::size_t ended_ = 0;
  std::size_t told_ = 0;
};

std::vector<std::size_t> Suite::order() const {
  std::vector<std::string> files;
  for (const Scenario& it : scenarios_) files.push_back(it.file);
  return longest_first(weigh(files, options_.recorded));
}

/// What the suite knows of a run.
Report Suite::in_report(const Scenario& scenario, Report report) const {
  if (options_.shows_seed) report.seed = {options_.seed, seed_of(options_.seed, scenario.file)};
  return report;
}

/// Of a run of which nothing else is known.
Report Suite::bare_report(const Scenario& scenario) const {
  Report report;
  report.file = scenario.file;
  report.title = scenario.title;
  for (const BoardSetup& board : scenario.boards) {
    report.boards.push_back({});
    report.boards.back().model = board.model.name;
  }
  return in_report(scenario, std::move(report));
}

/// In a worker.
Bytes Suite::run_one(std::size_t position) const {
  const Scenario& scenario = scenarios_[position];
  RunOptions options = options_.run;
  options.seed = seed_of(options_.seed, scenario.file);
  try {
    return encode_outcome(
        make_outcome(in_report(scenario, scenario::run(scenario, options)), options_.style));
  } catch (const wine::NotHere& missing) {
    Report report = bare_report(scenario);
    (options_.all_must_run ? report.broken_off : report.not_run) = missing.what();
    return encode_outcome(make_outcome(report, options_.style));
  } catch (const std::exception& error) {
    Outcome refused;
    refused.refusal = error.what();
    refused.is_host_refusal = attach::is_host_refusal(error);
    return encode_outcome(refused);
  }
}

Outcome Suite::outcome_of(const JobEnd& end) const {
  std::optional<Outcome> outcome;
  if (end.broken_off.empty()) outcome = parse_outcome(end.result);
  if (!outcome) {
    Report report = bare_report(scenarios_[end.job]);
    report.duration = end.taken;
    report.broken_off =
        end.broken_off.empty() ? "its process sent no result that can be read" : end.broken_off;
    outcome = make_outcome(report, options_.style);
  }
  outcome->taken = end.taken;
  return *outcome;
}

void Suite::take(const JobEnd& end) {
  result_.outcomes[end.job] = outcome_of(end);
  ++ended_;
  while (told_ < scenarios_.size() && result_.outcomes[told_]) tell_next();
}

void Suite::tell_next() {
  const std::optional<Outcome>& outcome = result_.outcomes[told_++];
  if (!outcome) return;
  if (!outcome->refusal.empty()) attach::throw_again(outcome->refusal, outcome->is_host_refusal);
  audience_.on_outcome(*outcome);
}

void Suite::tell_progress(const std::vector<std::size_t>& running) const {
  std::vector<std::string> files;
  for (const std::size_t position : running) files.push_back(scenarios_[position].file);
  audience_.on_progress(ended_, files);
}

/// Those that drive windows come last, one at a time: they share the Wine prefix.
SuiteResult Suite::run() {
  std::vector<std::size_t> alone = order();
  const auto begin = std::stable_partition(alone.begin(), alone.end(), [this](std::size_t it) {
    return !drives_windows(scenarios_[it]);
  });
  const std::vector<std::size_t> together(alone.begin(), begin);
  alone.erase(alone.begin(), begin);
  run_these(together, options_.jobs);
  if (result_.signal == 0) run_these(alone, 1);
  while (told_ < scenarios_.size()) tell_next();
  return std::move(result_);
}

void Suite::run_these(const std::vector<std::size_t>& positions, std::size_t at_once) {
  Work work;
  work.order = positions;
  work.at_once = at_once;
  work.bound = options_.timeout;
  work.run = [this](std::size_t position) { return run_one(position); };
  work.on_running = [this](const std::vector<std::size_t>& running) { tell_progress(running); };
  work.on_end = [this](const JobEnd& end) { take(end); };
  result_.signal = run_jobs(work);
}

}  // namespace

SuiteResult run_suite(const std::vector<Scenario>& scenarios, const SuiteOptions& options,
                      const Audience& audience) {
  return Suite(scenarios, options, audience).run();
}

}  // namespace dfurig::scenario
