// The registers that changed from moment to moment, and what decided each change.
#pragma once

#include <ostream>
#include <vector>

#include "board/board.h"

namespace dfurig::scenario {

/// An aligned table, a column a moment: only registers that changed anywhere, their fields, and
/// for each change of the bootloader's the policy, its mark and source.
void print_register_diff(std::ostream& out, const std::vector<board::Moment>& moments,
                         const stm32::ChipSpec& chip);

}  // namespace dfurig::scenario
