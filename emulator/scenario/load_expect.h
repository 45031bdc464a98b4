// What a scenario expects to be true.
#pragma once

#include "model/reader.h"
#include "scenario/files.h"
#include "scenario/scenario.h"

namespace dfurig::scenario {

/// Throws InputError. `scenario` is loaded up to its steps.
Expect read_expect(const model::Reader& reader, const Scenario& scenario, const Files& files);

/// How a transfer may end.
const std::vector<std::string>& reply_names();

}  // namespace dfurig::scenario
