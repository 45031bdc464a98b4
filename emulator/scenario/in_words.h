// What firmware did to the outside, in words: times, pins, bytes.
#pragma once

#include <string>
#include <vector>

#include "scenario/firmware.h"
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

/// "at least 2, at most 4".
template <typename Number, typename Text>
std::string range_text(const Range<Number>& range, Text text) {
  if (range.from && range.to && *range.from == *range.to) return text(*range.from);
  std::string words;
  if (range.from) words = "at least " + text(*range.from);
  if (range.to) words += (words.empty() ? "at most " : ", at most ") + text(*range.to);
  return words.empty() ? "anything" : words;
}

}  // namespace dfurig::scenario
