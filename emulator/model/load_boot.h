// The "boot" part of a chip file: boot pins and the table of what starts after a reset.
#pragma once

#include "model/reader.h"

namespace dfurig::model {

/// Fills the boot part of `model`, whose option fields are loaded already. Throws InputError.
void load_boot(const Reader& reader, Model& model);

}  // namespace dfurig::model
