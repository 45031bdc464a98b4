// The memory part of a chip file: flash, RAM, system memory, option bytes, identification words.
#pragma once

#include <vector>

#include "model/reader.h"

namespace dfurig::model {

/// Fills flash, memories and option bytes of `model.chip` and the option bits; returns the three
/// UID words. Throws InputError.
std::vector<std::uint32_t> load_memories(const Reader& chip, Model& model);

}  // namespace dfurig::model
