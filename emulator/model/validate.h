// What must hold across the parts of a chip file.
#pragma once

#include "model/reader.h"

namespace dfurig::model {

/// The "name" in a file must be the file's own.
void check_name(const Reader& file, const std::string& path);

/// Runs every check; throws InputError at the first that fails.
void validate(const Reader& chip, const Model& model);

}  // namespace dfurig::model
