// What a scenario expects to be true.
#pragma once

#include "model/reader.h"
#include "scenario/files.h"
#include "scenario/scenario.h"

namespace dfurig::scenario {

/// Throws InputError. `board` is that which it is about.
Expect read_expect(const model::Reader& reader, const BoardSetup& board, const Files& files);

}  // namespace dfurig::scenario
