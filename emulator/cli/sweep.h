// dfurig run --sweep.
#pragma once

#include <vector>

#include "scenario/run.h"

namespace dfurig::cli {

/// Sweeps one scenario after the other and prints what came of it; returns the exit status.
int sweep_all(const std::vector<scenario::Scenario>& scenarios,
              const scenario::RunOptions& options);

}  // namespace dfurig::cli
