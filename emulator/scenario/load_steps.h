// The "steps" of a scenario.
#pragma once

#include "model/reader.h"
#include "scenario/scenario.h"

namespace dfurig::scenario {

/// The board that "device" names, "1-2" being the second; the first when it is not there.
std::size_t read_device(const model::Reader& step, const Scenario& scenario);

/// `text` with the scenario's folder in place of each "${scenario_dir}".
std::string expand_scenario_dir(const std::string& text, const std::string& scenario_file);

/// Reads one step; checks names, files and that its tool is there. Throws InputError. `scenario` is
/// loaded up to its steps.
Step read_step(const model::Reader& reader, const Scenario& scenario, const Files& files);

}  // namespace dfurig::scenario
