// The clock tree of a chip.
#pragma once

#include "model/model.h"
#include "model/reader.h"

namespace dfurig::model {

/// Reads "clocks": sources, PLLs, switches and prescalers, down to HCLK. The registers must have
/// been read. Throws InputError.
void load_clocks(const Reader& reader, stm32::ChipSpec& chip);

}  // namespace dfurig::model
