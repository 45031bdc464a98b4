#include "stm32/gpio.h"

#include <gtest/gtest.h>

namespace dfurig::stm32 {
namespace {

using External = std::optional<bool>;
constexpr External undriven = std::nullopt;

/// RM0351 §8.3 and RM0090 §8.3, written as sentences rather than as the code is:
/// analog pins read 0; a push-pull output reads what it drives; an open-drain output that drives 0
/// reads 0; everything else reads what is outside, or its pull, or 0 when it floats.
bool expected(PinMode mode, bool is_open_drain, Pull pull, bool output, External external) {
  if (mode == PinMode::Analog) return false;
  if (mode == PinMode::Output && !is_open_drain) return output;
  if (mode == PinMode::Output && !output) return false;
  if (external.has_value()) return external.value();
  return pull == Pull::Up;
}

TEST(PinReading, IsRightForEveryCombination) {
  unsigned combinations = 0;
  for (const PinMode mode :
       {PinMode::Input, PinMode::Output, PinMode::Alternate, PinMode::Analog}) {
    for (const bool is_open_drain : {false, true}) {
      for (const Pull pull : {Pull::None, Pull::Up, Pull::Down, Pull::Reserved}) {
        for (const bool output : {false, true}) {
          for (const External external : {undriven, External(false), External(true)}) {
            ++combinations;
            EXPECT_EQ(pin_reading({mode, is_open_drain, pull, output}, external),
                      expected(mode, is_open_drain, pull, output, external))
                << static_cast<int>(mode) << is_open_drain << static_cast<int>(pull) << output;
          }
        }
      }
    }
  }
  EXPECT_EQ(combinations, 4u * 2 * 4 * 2 * 3);
}

/// RM0008 §9.1, table 20 and the text of 9.1.1 to 9.1.11: every CNF and MODE, the ODR bit and what
/// is outside, written as the level the manual gives. x: the level outside, or the one named when
/// nothing drives.
struct F1Row {
  const char* configuration;
  std::uint32_t cnf;
  bool is_output;       ///< MODE is 1, 2 or 3
  const char* at_odr0;  ///< "0", "1", or "x0": outside, else 0; "x1": outside, else 1
  const char* at_odr1;
};
constexpr F1Row f1_rows[] = {
    {"analog input", 0, false, "0", "0"},
    {"floating input", 1, false, "x0", "x0"},
    {"input with pull", 2, false, "x0", "x1"},
    {"reserved, taken as floating", 3, false, "x0", "x0"},
    {"push-pull output", 0, true, "0", "1"},
    {"open-drain output", 1, true, "0", "x0"},
    {"alternate push-pull, nothing behind it", 2, true, "x0", "x0"},
    {"alternate open-drain, nothing behind it", 3, true, "x0", "x0"},
};

bool level_in(const std::string& cell, External external) {
  if (cell[0] == 'x') return external.value_or(cell[1] == '1');
  return cell[0] == '1';
}

TEST(F1Configuration, ReadsRightForEveryCombination) {
  unsigned combinations = 0;
  for (const F1Row& row : f1_rows) {
    for (std::uint32_t mode = row.is_output ? 1 : 0; mode <= (row.is_output ? 3u : 0u); ++mode) {
      for (const bool output : {false, true}) {
        for (const External external : {undriven, External(false), External(true)}) {
          ++combinations;
          EXPECT_EQ(pin_reading(f1_configuration(row.cnf << 2 | mode, output), external),
                    level_in(output ? row.at_odr1 : row.at_odr0, external))
              << row.configuration << " mode " << mode << " ODR " << output;
        }
      }
    }
  }
  EXPECT_EQ(combinations, 16u * 2 * 3);
}

// RM0351 §8.4.8
constexpr std::uint32_t LCKK = 1u << 16;

TEST(GpioLock, ClosesAfter101AndARead) {
  GpioLock lock;
  for (const std::uint32_t word : {LCKK | 0x21, 0x21u, LCKK | 0x21}) lock.write(word);
  EXPECT_FALSE(lock.is_locked()) << "the read is the last step";
  EXPECT_EQ(lock.read(), LCKK | 0x21);
  EXPECT_EQ(lock.locked_pins(), 0x21u);
  lock.write(LCKK | 0xFFFF);
  EXPECT_EQ(lock.locked_pins(), 0x21u) << "until reset";
}

TEST(GpioLock, StaysOpenAfterAWrongSequence) {
  for (const std::vector<std::uint32_t>& words :
       std::vector<std::vector<std::uint32_t>>{{LCKK | 1, LCKK | 1, LCKK | 1},
                                               {LCKK | 1, 1, 1},
                                               {LCKK | 1, 1},
                                               {LCKK | 1, 2, LCKK | 2},
                                               {1, LCKK | 1}}) {
    GpioLock lock;
    for (const std::uint32_t word : words) lock.write(word);
    EXPECT_EQ(lock.read() & LCKK, 0u);
  }
}

TEST(GpioLock, AReadInTheMiddleStartsItAnew) {
  GpioLock lock;
  lock.write(LCKK | 1);
  lock.read();
  lock.write(1);
  lock.write(LCKK | 1);
  EXPECT_EQ(lock.read() & LCKK, 0u);
}

TEST(ParsePin, TakesANameApart) {
  EXPECT_EQ(parse_pin("PB7"), (Pin{"GPIOB", 7}));
  EXPECT_EQ(parse_pin("PA15"), (Pin{"GPIOA", 15}));
  for (const char* bad : {"", "PB", "B7", "PB16", "PB07", "PB7x", "Pb7", "PB-1"}) {
    EXPECT_EQ(parse_pin(bad), std::nullopt) << bad;
  }
}

TEST(SpreadPins, GivesEachPinItsBits) {
  EXPECT_EQ(spread_pins(0x8001, 2, 0), 0xC0000003u);
  EXPECT_EQ(spread_pins(0x8001, 1, 0), 0x8001u);
  EXPECT_EQ(spread_pins(0x8001, 4, 0), 0xFu) << "AFRL: pins 0 to 7";
  EXPECT_EQ(spread_pins(0x8001, 4, 8), 0xF0000000u) << "AFRH: pins 8 to 15";
}

}  // namespace
}  // namespace dfurig::stm32
