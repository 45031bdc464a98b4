// A loop that waits for a register, in words.
#pragma once

#include <optional>
#include <string>

#include "board/symbols.h"
#include "cpu/core.h"
#include "stm32/bus.h"
#include "stm32/spec.h"

namespace dfurig::board {

/// The bits of the word it loaded that a loop looks at, as far as the instructions after the load
/// at `poll.pc` tell: shifts, TST and AND. Absent when they do not.
std::optional<std::uint32_t> find_polled_bits(const cpu::Poll& poll, const cpu::State& state,
                                              stm32::Bus& bus);

/// "polling RCC.CR.HSERDY = 0 from HAL_RCC_OscConfig+0x42". `bits` absent: the whole register.
std::string poll_text(const cpu::Poll& poll, std::optional<std::uint32_t> bits,
                      const stm32::ChipSpec& chip, const Symbols& symbols);

}  // namespace dfurig::board
