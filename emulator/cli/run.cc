#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iostream>

#include "cli/find_files.h"
#include "cli/progress.h"
#include "cli/run_options.h"
#include "scenario/failure_memory.h"
#include "scenario/junit.h"
#include "scenario/load.h"
#include "support/input_error.h"

namespace dfurig::cli {
namespace {

namespace po = boost::program_options;
using Files = std::vector<std::string>;

void write_file(const std::string& path, const std::string& text) {
  std::ofstream stream(path);
  stream << text;
  if (!stream.flush()) throw InputError(path, "cannot be written");
}

Files files_asked_for(const RunSettings& settings) {
  Files files = find_files(settings.paths);
  std::erase_if(files, [&](const std::string& file) {
    return file.find(settings.filter) == std::string::npos;
  });
  if (files.empty()) throw InputError("-k " + settings.filter, "no scenario's path contains this");
  return files;
}

Files failed_before(Files files) {
  const auto failed = scenario::FailureMemory::of_user().recall();
  std::erase_if(files, [&](const std::string& file) {
    return !failed.contains(scenario::FailureMemory::name_of(file));
  });
  return files;
}

Files part_of(const Files& files, const RunSettings& settings) {
  Files part;
  const auto weights = scenario::weigh(files, settings.suite.recorded);
  for (const std::size_t position : scenario::positions_of(settings.shard, weights)) {
    part.push_back(files[position]);
  }
  return part;
}

std::vector<scenario::Scenario> load(const Files& files, const model::Library& library) {
  std::vector<scenario::Scenario> scenarios;
  for (const std::string& file : files) {
    scenarios.push_back(scenario::load_scenario(file, library));
  }
  return scenarios;
}

scenario::SuiteResult run_and_print(const std::vector<scenario::Scenario>& scenarios,
                                    const scenario::SuiteOptions& options) {
  Progress progress(scenarios.size());
  scenario::Audience audience;
  audience.on_outcome = [&](const scenario::Outcome& outcome) {
    progress.hide();
    std::cout << outcome.text << std::flush;
  };
  audience.on_progress = [&](std::size_t ended, const Files& running) {
    progress.show(ended, running);
  };
  return scenario::run_suite(scenarios, options, audience);
}

/// What later runs and CI systems want to know. `durations` is what the file of --record-durations
/// said before.
void keep(const Files& files, const scenario::SuiteResult& result, const RunSettings& settings,
          scenario::Durations durations) {
  std::vector<scenario::Outcome> known;
  std::map<std::string, bool> has_passed;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!result.outcomes[i]) continue;
    known.push_back(*result.outcomes[i]);
    bool& passed = has_passed.emplace(files[i], true).first->second;
    passed = passed && known.back().has_passed;  // a file may be named twice
    durations[scenario::name_in_record(files[i])] = known.back().taken;
  }
  if (!settings.junit.empty()) write_file(settings.junit, scenario::junit_xml(known));
  if (!settings.record_durations.empty()) {
    scenario::save_durations(settings.record_durations, durations);
  }
  if (!scenario::FailureMemory::of_user().update(has_passed) && settings.reruns_failed) {
    std::cerr << "dfurig: what failed cannot be kept: --rerun-failed chooses the same next time\n";
  }
}

/// "51 passed, 1 failed"; returns the exit status.
int conclude(const scenario::SuiteResult& result, bool is_single) {
  std::size_t passed = 0;
  std::size_t failed = 0;
  for (const auto& outcome : result.outcomes) {
    if (outcome) ++(outcome->has_passed ? passed : failed);
  }
  if (!is_single || result.signal != 0) {
    std::cout << passed << " passed, " << failed << " failed";
    if (result.signal != 0) {
      std::cout << ", " << result.outcomes.size() - passed - failed << " not run: interrupted";
    }
    std::cout << std::endl;
  }
  if (result.signal != 0) return 128 + result.signal;
  return failed == 0 ? exit_ok : exit_failed;
}

}  // namespace

int run_command(const Arguments& arguments) {
  const CommandLine line = run_command_line();
  po::variables_map values;
  if (!line.parse(arguments, values)) return exit_ok;
  RunSettings settings = read_run_settings(values, line);
  const model::Library library = open_library(values);
  const Files asked_for = files_asked_for(settings);
  const bool is_single = asked_for.size() == 1;
  const Files chosen = settings.reruns_failed ? failed_before(asked_for) : asked_for;
  if (chosen.empty()) {
    std::cout << "none of these scenarios failed when it last ran\n";
    return exit_ok;
  }
  const Files files = part_of(chosen, settings);
  const std::vector<scenario::Scenario> scenarios = load(files, library);
  scenario::Durations durations;
  if (!settings.record_durations.empty()) {
    durations = scenario::load_durations_if_any(settings.record_durations);
  }
  settings.suite.style = {isatty(STDOUT_FILENO) != 0, settings.is_verbose || is_single};
  if (settings.is_seed_drawn) std::cout << "seed " << settings.suite.seed << std::endl;
  const scenario::SuiteResult result = run_and_print(scenarios, settings.suite);
  keep(files, result, settings, std::move(durations));
  return conclude(result, is_single);
}

}  // namespace dfurig::cli
