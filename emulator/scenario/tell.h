// What there is to see of a board, as JSON: answers to the questions of a dialogue.
#pragma once

#include "model/reader.h"
#include "scenario/files.h"
#include "scenario/rig.h"

namespace dfurig::scenario {

/// Answers { "tell": WHAT, … }: "state", "register", "registers", "difference", "flash",
/// "option_bytes", "transcript", "moments" or "events". Throws InputError.
model::Json tell(const model::Reader& question, const Rig& rig, const Files& files, Instant now);

/// What "tell" can be, with what only a dialogue as a whole knows.
const std::vector<std::string>& questions();

}  // namespace dfurig::scenario
