#include "scenario/in_words.h"

#include <algorithm>
#include <map>

#include "support/hex.h"

namespace dfurig::scenario {
namespace {

constexpr std::size_t levels_max = 16;

/// "every 100 ms", or "every 99 ms to 101 ms".
std::string interval_text(const std::vector<const stm32::PinChange*>& changes) {
  Duration shortest = Duration::max();
  Duration longest{};
  for (std::size_t i = 1; i < changes.size(); ++i) {
    const Duration interval = changes[i]->at - changes[i - 1]->at;
    shortest = std::min(shortest, interval);
    longest = std::max(longest, interval);
  }
  const std::string text = "every " + milliseconds_text(shortest);
  return shortest == longest ? text : text + " to " + milliseconds_text(longest);
}

std::string timeline(const std::string& pin, const std::vector<const stm32::PinChange*>& changes) {
  std::string levels;
  for (std::size_t i = 0; i < std::min(changes.size(), levels_max); ++i) {
    levels += changes[i]->level ? "▔" : "▁";
  }
  if (changes.size() > levels_max) levels += "…";
  std::string text = pin + std::string(6 - std::min<std::size_t>(pin.size(), 5), ' ') + levels;
  text +=
      "  toggled " + std::to_string(changes.size()) + (changes.size() == 1 ? " time" : " times");
  if (changes.size() > 1) text += ", " + interval_text(changes);
  return text + ", first at " + milliseconds_text(changes.front()->at);
}

}  // namespace

std::string milliseconds_text(Duration duration) {
  const auto count = duration.count();
  std::string digits = std::to_string(count % 1'000'000);
  digits.insert(0, 6 - digits.size(), '0');
  digits.erase(digits.find_last_not_of('0') + 1);
  return std::to_string(count / 1'000'000) + (digits.empty() ? "" : "." + digits) + " ms";
}

std::string printable(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes) {
    const auto code = static_cast<unsigned char>(byte);
    if (byte == '\n') {
      text += "\\n";
    } else if (byte == '\r') {
      text += "\\r";
    } else {
      text += code >= 0x20 && code < 0x7F ? std::string(1, byte) : "\\x" + hex(code, 2).substr(2);
    }
  }
  return text;
}

std::vector<std::string> pin_timelines(const std::vector<stm32::PinChange>& changes) {
  std::map<std::string, std::vector<const stm32::PinChange*>> by_pin;
  for (const stm32::PinChange& it : changes) by_pin[it.pin].push_back(&it);
  std::vector<std::string> lines;
  for (const auto& [pin, of_pin] : by_pin) lines.push_back(timeline(pin, of_pin));
  return lines;
}

}  // namespace dfurig::scenario
