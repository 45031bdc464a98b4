// Reads a scenario strictly: every fault names the file and the JSON pointer.
#pragma once

#include <string>
#include <vector>

#include "model/reader.h"
#include "scenario/files.h"
#include "scenario/scenario.h"

namespace dfurig::scenario {

/// Loads the scenario with its model, its firmware files and its tools' names checked; several when
/// it is a table. Throws InputError; nothing has been started then.
std::vector<Scenario> load_scenarios(const std::string& path, const model::Library& library);

/// What a scenario says before its steps. `name` is its own; its files, of which `files` know
/// afterwards, are where those say. Throws InputError.
Scenario read_head(const model::Reader& reader, const std::string& name, Files& files,
                   const model::Library& library);

}  // namespace dfurig::scenario
