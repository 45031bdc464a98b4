// What firmware did to the outside, in words: times, pins, bytes.
#pragma once

#include <string>
#include <vector>

#include "stm32/chip.h"
#include "support/clock.h"

namespace dfurig::scenario {

/// "100 ms", "12.3045 ms": every digit there is.
std::string milliseconds_text(Duration duration);

/// What a serial peripheral sent, on one line: "Hello\\r\\n\\x00".
std::string printable(const std::string& bytes);

/// A line a pin, in order of names: its first levels, how often and when it changed:
/// "PA5   ▔▁▔▁  toggled 4 times, every 100 ms, first at 12.3 ms".
std::vector<std::string> pin_timelines(const std::vector<stm32::PinChange>& changes);

}  // namespace dfurig::scenario
