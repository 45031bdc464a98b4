#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "attach/refusals.h"
#include "cli/find_files.h"
#include "cli/progress.h"
#include "cli/run_options.h"
#include "cli/sweep.h"
#include "scenario/expand.h"
#include "scenario/failure_memory.h"
#include "scenario/junit.h"
#include "scenario/load.h"
#include "support/input_error.h"

namespace dfurig::cli {
namespace {

namespace po = boost::program_options;
using Scenarios = std::vector<scenario::Scenario>;

void write_file(const std::string& path, const std::string& text) {
  std::ofstream stream(path);
  stream << text;
  if (!stream.flush()) throw InputError(path, "cannot be written");
}

/// Better now than after an hour: in a container what is mounted often belongs to somebody else.
void require_writable(const std::string& path) {
  if (path.empty()) return;
  const std::filesystem::path folder = std::filesystem::absolute(path).parent_path();
  const bool exists = access(path.c_str(), F_OK) == 0;
  if (access(exists ? path.c_str() : folder.c_str(), exists ? W_OK : W_OK | X_OK) == 0) return;
  throw InputError(path, std::string("cannot be written: ") + std::strerror(errno),
                   "does its folder exist, and may this user write there?");
}

Scenarios load(const std::string& text, const model::Library& library) {
  const scenario::RowName wanted = scenario::split_row_name(text);
  Scenarios scenarios;
  for (const std::string& file : find_files({wanted.path})) {
    for (scenario::Scenario& it : scenario::load_scenarios(file, library)) {
      const bool is_wanted = wanted.row.empty() || it.file == text;
      if (is_wanted) scenarios.push_back(std::move(it));
    }
  }
  if (scenarios.empty()) throw InputError(wanted.path, "has no row \"" + wanted.row + "\"");
  return scenarios;
}

Scenarios load_asked_for(const RunSettings& settings, const model::Library& library) {
  Scenarios scenarios;
  for (const std::string& path : settings.paths) {
    for (scenario::Scenario& it : load(path, library)) scenarios.push_back(std::move(it));
  }
  std::erase_if(scenarios, [&](const scenario::Scenario& it) {
    return it.file.find(settings.filter) == std::string::npos;
  });
  if (scenarios.empty()) {
    throw InputError("-k " + settings.filter, "no scenario's path contains this");
  }
  return scenarios;
}

void keep_failed_before(Scenarios& scenarios) {
  const auto failed = scenario::FailureMemory::of_user().recall();
  std::erase_if(scenarios, [&](const scenario::Scenario& it) {
    return !failed.contains(scenario::FailureMemory::name_of(it.file));
  });
}

std::vector<std::string> names_of(const Scenarios& scenarios) {
  std::vector<std::string> names;
  for (const scenario::Scenario& it : scenarios) names.push_back(it.file);
  return names;
}

Scenarios part_of(Scenarios scenarios, const RunSettings& settings) {
  Scenarios part;
  const auto weights = scenario::weigh(names_of(scenarios), settings.suite.recorded);
  for (const std::size_t position : scenario::positions_of(settings.shard, weights)) {
    part.push_back(std::move(scenarios[position]));
  }
  return part;
}

scenario::SuiteResult run_and_print(const Scenarios& scenarios,
                                    const scenario::SuiteOptions& options) {
  Progress progress;
  scenario::Audience audience;
  audience.on_outcome = [&](const scenario::Outcome& outcome) {
    progress.hide();
    std::cout << outcome.text << std::flush;
  };
  audience.on_progress = [&](std::size_t ended, const std::vector<std::string>& running) {
    progress.show(progress_line(ended, scenarios.size(), running));
  };
  return scenario::run_suite(scenarios, options, audience);
}

/// What later runs and CI systems want to know. `durations` is what the file of --record-durations
/// said before.
void keep(const std::vector<std::string>& names, const scenario::SuiteResult& result,
          const RunSettings& settings, scenario::Durations durations) {
  std::vector<scenario::Outcome> known;
  std::map<std::string, bool> has_passed;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!result.outcomes[i]) continue;
    known.push_back(*result.outcomes[i]);
    if (known.back().is_not_run) continue;
    bool& passed = has_passed.emplace(names[i], true).first->second;
    passed = passed && known.back().has_passed;  // a file may be named twice
    durations[scenario::name_in_record(names[i])] = known.back().taken;
  }
  if (!settings.junit.empty()) write_file(settings.junit, scenario::junit_xml(known));
  if (!settings.record_durations.empty()) {
    scenario::save_durations(settings.record_durations, durations);
  }
  if (!scenario::FailureMemory::of_user().update(has_passed) && settings.reruns_failed) {
    std::cerr << "dfurig: what failed cannot be kept: --rerun-failed chooses the same next time\n";
  }
}

struct Counts {
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t not_run = 0;
  std::size_t interrupted = 0;
};

Counts count(const scenario::SuiteResult& result) {
  Counts counts;
  for (const auto& outcome : result.outcomes) {
    std::size_t& one = !outcome              ? counts.interrupted
                       : outcome->has_passed ? counts.passed
                       : outcome->is_not_run ? counts.not_run
                                             : counts.failed;
    ++one;
  }
  return counts;
}

/// "51 passed, 1 failed"; returns the exit status.
int conclude(const scenario::SuiteResult& result, bool is_single) {
  const Counts counts = count(result);
  if (!is_single || result.signal != 0) {
    std::cout << counts.passed << " passed, " << counts.failed << " failed";
    if (counts.not_run != 0) std::cout << ", " << counts.not_run << " not run";
    if (result.signal != 0) std::cout << ", " << counts.interrupted << " not run: interrupted";
    std::cout << std::endl;
  }
  if (result.signal != 0) return 128 + result.signal;
  if (counts.failed != 0) return exit_failed;
  const bool was_any_run = counts.passed != 0 || counts.not_run == 0;
  return was_any_run ? exit_ok : exit_cannot_run;
}

int run_all(RunSettings settings, const po::variables_map& values) {
  require_writable(settings.junit);
  require_writable(settings.record_durations);
  const model::Library library = open_library(values);
  Scenarios scenarios = load_asked_for(settings, library);
  const bool is_single = scenarios.size() == 1;
  if (settings.reruns_failed) keep_failed_before(scenarios);
  if (scenarios.empty()) {
    std::cout << "none of these scenarios failed when it last ran\n";
    return exit_ok;
  }
  scenarios = part_of(std::move(scenarios), settings);
  if (settings.sweeps) return sweep_all(scenarios, settings.suite);
  scenario::Durations durations;
  if (!settings.record_durations.empty()) {
    durations = scenario::load_durations_if_any(settings.record_durations);
  }
  settings.suite.style = {isatty(STDOUT_FILENO) != 0, settings.is_verbose || is_single};
  if (settings.is_seed_drawn) std::cout << "seed " << settings.suite.seed << std::endl;
  const scenario::SuiteResult result = run_and_print(scenarios, settings.suite);
  keep(names_of(scenarios), result, settings, std::move(durations));
  return conclude(result, is_single);
}

}  // namespace

int run_command(const Arguments& arguments) {
  const CommandLine line = run_command_line();
  po::variables_map values;
  if (!line.parse(arguments, values)) return exit_ok;
  try {
    return run_all(read_run_settings(values, line), values);
  } catch (const attach::HostRefusal& refusal) {
    std::cerr << "dfurig: " << refusal.what() << "\n";
    return exit_cannot_run;
  }
}

}  // namespace dfurig::cli
