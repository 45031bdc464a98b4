// What must hold across the parts of a chip file.
#pragma once

#include "model/reader.h"

namespace dfurig::model {

/// Runs every check; throws InputError at the first that fails.
void validate(const Reader& chip, const Model& model);

}  // namespace dfurig::model
