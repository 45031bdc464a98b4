// One file of models/cores.
#pragma once

#include <string>
#include <vector>

#include "model/model.h"

namespace dfurig::model {

/// Reads the core that "core": TITLE of a chip names into `model`. Throws InputError.
void load_core(const std::string& folder, const std::string& place, Model& model);

}  // namespace dfurig::model
