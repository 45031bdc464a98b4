// What a GPIO pin must read: sentences and a table of the manuals, not the code's own branches.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "stm32/gpio.h"

namespace dfurig::stm32 {

using External = std::optional<bool>;
inline constexpr External outside[] = {std::nullopt, false, true};

/// RM0351 §8.3 and RM0090 §8.3: analog pins read 0; a push-pull output reads what it drives; an
/// open-drain output that drives 0 reads 0; everything else reads what is outside, or its pull, or
/// 0 when it floats.
inline bool expected_level(const PinConfiguration& pin, External external) {
  if (pin.mode == PinMode::Analog) return false;
  if (pin.mode == PinMode::Output && !pin.is_open_drain) return pin.output;
  if (pin.mode == PinMode::Output && !pin.output) return false;
  if (external.has_value()) return external.value();
  return pin.pull == Pull::Up;
}

/// Mode, type, pull, output and outside: the combinations of the three times 64.
inline constexpr unsigned combinations = 4 * 2 * 4 * 2 * 3;

struct Combination {
  PinConfiguration pin;
  External external;
};
inline Combination combination(unsigned n) {
  return {{static_cast<PinMode>(n & 3), (n >> 2 & 1) != 0, static_cast<Pull>(n >> 3 & 3),
           (n >> 5 & 1) != 0},
          outside[n >> 6]};
}

/// RM0008 §9.1, table 20 and the text of 9.1.1 to 9.1.11: every CNF and MODE, the ODR bit and what
/// is outside, written as the level the manual gives. x: the level outside, or the one named when
/// nothing drives.
struct F1Row {
  const char* configuration;
  unsigned cnf;
  bool is_output;       ///< MODE is 1, 2 or 3
  const char* at_odr0;  ///< "0", "1", or "x0": outside, else 0; "x1": outside, else 1
  const char* at_odr1;
};
inline constexpr F1Row f1_rows[] = {
    {"analog input", 0, false, "0", "0"},
    {"floating input", 1, false, "x0", "x0"},
    {"input with pull", 2, false, "x0", "x1"},
    {"reserved, taken as floating", 3, false, "x0", "x0"},
    {"push-pull output", 0, true, "0", "1"},
    {"open-drain output", 1, true, "0", "x0"},
    {"alternate push-pull, nothing behind it", 2, true, "x0", "x0"},
    {"alternate open-drain, nothing behind it", 3, true, "x0", "x0"},
};

/// CNF and MODE, the ODR bit and outside: the combinations of the three times 32.
inline constexpr unsigned f1_combinations = 16 * 2 * 3;

struct F1Combination {
  unsigned cnf_and_mode;
  bool output;
  External external;
  bool level;  ///< what the pin must read
  const char* configuration;
};
inline F1Combination f1_combination(unsigned n) {
  const bool is_output = (n & 3) != 0;
  const bool output = (n >> 4 & 1) != 0;
  const External external = outside[n >> 5];
  const F1Row& row = *std::ranges::find_if(f1_rows, [&](const F1Row& it) {
    return it.cnf == (n >> 2 & 3) && it.is_output == is_output;
  });
  const std::string cell = output ? row.at_odr1 : row.at_odr0;
  const bool level = cell[0] == 'x' ? external.value_or(cell[1] == '1') : cell[0] == '1';
  return {n & 0xF, output, external, level, row.configuration};
}

}  // namespace dfurig::stm32
