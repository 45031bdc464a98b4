// Runs one scenario: a board, the real tools, the checks.
#pragma once

#include "scenario/report.h"
#include "scenario/scenario.h"

namespace dfurig::scenario {

/// Runs the scenario to its end, or to the first step that fails. No process of it survives.
/// Throws InputError when tools cannot be run here at all.
Report run(const Scenario& scenario);

}  // namespace dfurig::scenario
