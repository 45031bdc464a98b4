// One scenario with a fault at every point there is, and what comes of each.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "scenario/run.h"
#include "scenario/sweep_report.h"

namespace dfurig::scenario {

struct SweepOptions {
  RunOptions run;
  std::size_t jobs = 1;               ///< points that are tried at once
  std::chrono::seconds timeout{300};  ///< a point that takes longer is broken off
};

/// Called from time to time: how many points have ended, of how many, and the faults that are
/// being tried.
using SweepProgress =
    std::function<void(std::size_t, std::size_t, const std::vector<std::string>&)>;

/// Requests fail one after the other, the power is cut before each unit of flash, and the stream is
/// cut and split at each of its bytes. Operations of the device take no time meanwhile. All runs
/// are in other processes; one that crashes or does not end takes no other along, and no process
/// survives. Throws std::runtime_error when tools cannot be run here.
Sweep sweep(const Scenario& scenario, const SweepOptions& options, const SweepProgress& progress);

}  // namespace dfurig::scenario
