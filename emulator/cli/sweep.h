// dfurig run --sweep.
#pragma once

#include <vector>

#include "scenario/run_suite.h"

namespace dfurig::cli {

/// Sweeps one scenario after the other and prints what came of it; returns the exit status. Of
/// `options` the seed counts, how many run at once, the timeout, and how a scenario is run.
int sweep_all(const std::vector<scenario::Scenario>& scenarios,
              const scenario::SuiteOptions& options);

}  // namespace dfurig::cli
