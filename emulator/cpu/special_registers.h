// MRS and MSR: the special registers (DDI 0403E §B5.1).
#pragma once

#include <cstdint>

#include "cpu/machine.h"

namespace dfurig::cpu {

/// What MRS reads; 0 for what unprivileged code may not see, and for what is not there.
std::uint32_t read_special(const Machine& machine, unsigned sysm);
/// `mask` is bits 11:10 of MSR: flags, and GE.
void write_special(Machine& machine, unsigned sysm, unsigned mask, std::uint32_t value);

}  // namespace dfurig::cpu
