// Numbers as people who read reference manuals write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "support/bytes.h"

namespace dfurig {

/// 0x0000001C: "0x" and `digits` upper-case hexadecimal digits.
std::string hex(std::uint32_t value, unsigned digits = 8);

/// "01 02 FF", or an empty string.
std::string hex_bytes(ByteView bytes);

/// Parses "0x1C", "28" or "0b11100"; underscores between digits are allowed. Absent when the text
/// is anything else or the number does not fit 32 bits.
std::optional<std::uint32_t> parse_number(const std::string& text);

}  // namespace dfurig
