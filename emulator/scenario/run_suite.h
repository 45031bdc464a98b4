// Runs many scenarios, several at once, and tells of them as if they had run one after the other.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "scenario/durations.h"
#include "scenario/outcome.h"
#include "scenario/run.h"
#include "scenario/scenario.h"

namespace dfurig::scenario {

struct SuiteOptions {
  std::size_t jobs = 1;  ///< scenarios that run at once
  std::chrono::seconds timeout{300};
  std::uint64_t seed = 1;
  bool all_must_run = false;  ///< what this machine lacks makes a scenario fail
  bool shows_seed = false;    ///< in reports; it was asked for
  Durations recorded;         ///< the longest starts first
  Style style;
  RunOptions run;  ///< its seed is made from that above
};

/// What somebody who watches is told.
struct Audience {
  /// In the order of the scenarios, as soon as all before it have ended.
  std::function<void(const Outcome&)> on_outcome;
  /// How many have ended, and the files that run now.
  std::function<void(std::size_t, const std::vector<std::string>&)> on_progress;
};

struct SuiteResult {
  std::vector<std::optional<Outcome>> outcomes;  ///< by scenario; absent: it was not run to an end
  int signal = 0;                                ///< that interrupted it, or 0
};

/// Runs the scenarios in other processes; one that crashes or does not end has failed and stops no
/// other. No process survives. Throws attach::HostRefusal when tools cannot be run here.
SuiteResult run_suite(const std::vector<Scenario>& scenarios, const SuiteOptions& options,
                      const Audience& audience);

}  // namespace dfurig::scenario
