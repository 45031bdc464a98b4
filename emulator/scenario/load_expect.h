// What a scenario expects to be true.
#pragma once

#include "model/reader.h"
#include "scenario/files.h"
#include "scenario/scenario.h"

namespace dfurig::scenario {

/// Throws InputError. `scenario` is loaded up to its steps.
Expect read_expect(const model::Reader& reader, const Scenario& scenario, const Files& files);

}  // namespace dfurig::scenario
