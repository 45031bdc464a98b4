#include "stm32/gpio.h"

#include <gtest/gtest.h>

#include "stm32/input_level.h"

namespace dfurig::stm32 {
namespace {

TEST(PinReading, IsRightForEveryCombination) {
  for (unsigned n = 0; n < combinations; ++n) {
    const auto [pin, external] = combination(n);
    EXPECT_EQ(pin_reading(pin, external), expected_level(pin, external))
        << static_cast<int>(pin.mode) << pin.is_open_drain << static_cast<int>(pin.pull)
        << pin.output;
  }
}

TEST(F1Configuration, ReadsRightForEveryCombination) {
  for (unsigned n = 0; n < f1_combinations; ++n) {
    const F1Combination it = f1_combination(n);
    EXPECT_EQ(pin_reading(f1_configuration(it.cnf_and_mode, it.output), it.external), it.level)
        << it.configuration << " CNF and MODE " << it.cnf_and_mode << " ODR " << it.output;
  }
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
