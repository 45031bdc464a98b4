// Reads a scenario strictly: every fault names the file and the JSON pointer.
#pragma once

#include <string>
#include <vector>

#include "scenario/scenario.h"

namespace dfurig::scenario {

/// Loads the scenario with its model, its firmware files and its tools' names checked; several when
/// it is a table. Throws InputError; nothing has been started then.
std::vector<Scenario> load_scenarios(const std::string& path, const model::Library& library);

}  // namespace dfurig::scenario
