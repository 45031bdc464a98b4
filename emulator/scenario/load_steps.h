// The "steps" of a scenario.
#pragma once

#include "model/reader.h"
#include "scenario/scenario.h"

namespace dfurig::scenario {

/// Reads one step; checks names, files and that its tool is there. Throws InputError.
Step read_step(const model::Reader& reader, const std::string& scenario_file,
               const model::Model& model, const std::vector<FirmwareFile>& firmware);

}  // namespace dfurig::scenario
