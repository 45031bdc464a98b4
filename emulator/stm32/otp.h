// One-time programmable memory.
#pragma once

#include <cstddef>

#include "stm32/spec.h"

namespace dfurig::stm32 {

/// Programs `data` at an offset of `content`, which is the whole memory. False: refused, from the
/// first unit on that was programmed before or does not start one.
bool program_otp(const MemorySpec& spec, Bytes& content, std::size_t offset, ByteView data);

}  // namespace dfurig::stm32
