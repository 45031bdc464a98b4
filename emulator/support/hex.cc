#include "support/hex.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace dfurig {

std::string hex(std::uint32_t value, unsigned digits) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%0*X", static_cast<int>(digits), value);
  return text;
}

std::string hex_bytes(ByteView bytes) {
  std::string text;
  for (std::uint8_t byte : bytes) {
    if (!text.empty()) text += ' ';
    text += hex(byte, 2).substr(2);
  }
  return text;
}

std::optional<std::uint32_t> parse_number(const std::string& text) {
  std::string digits = text;
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) base = 16;
  if (text.starts_with("0b") || text.starts_with("0B")) base = 2;
  if (base != 10) digits.erase(0, 2);
  if (digits.empty() || digits.front() == '_' || digits.back() == '_') return std::nullopt;
  digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
  std::uint32_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, base);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

}  // namespace dfurig
