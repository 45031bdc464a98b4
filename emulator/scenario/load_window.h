// The "window" step.
#pragma once

#include "model/reader.h"
#include "scenario/scenario.h"

namespace dfurig::scenario {

/// { "press": "Leave DFU mode", "within_s": 10 }: the first key says what is done. Throws
/// InputError.
Action read_window(const model::Reader& reader, const Files& files);

/// The scenario has such steps.
bool drives_windows(const Scenario& scenario);

}  // namespace dfurig::scenario
