// Where this core and Unicorn 2.0.1 differ, and why that is no fault of this core.
#pragma once

#include <string>

#include "cpu/spec.h"
#include "cpu/state.h"

namespace dfurig::cpu {

/// The reason; empty when there is none.
std::string explain(std::uint32_t opcode, bool is_long, const CoreSpec& spec, const State& before,
                    bool is_ours, bool is_theirs);

}  // namespace dfurig::cpu
