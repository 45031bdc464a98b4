// Reads a scenario strictly: every fault names the file and the JSON pointer.
#pragma once

#include <string>

#include "scenario/scenario.h"

namespace dfurig::scenario {

/// Loads the scenario with its model, its firmware files and its tools' names checked. Throws
/// InputError; nothing has been started then.
Scenario load_scenario(const std::string& path, const model::Library& library);

}  // namespace dfurig::scenario
