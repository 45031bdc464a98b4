#include "stm32/hosted_units.h"

#include <gtest/gtest.h>

namespace dfurig::stm32 {
namespace {

/// Asks for something every `period` ticks, and raises its line from then on.
class Ticker : public Unit {
 public:
  explicit Ticker(std::uint64_t period) : period_(period) {}
  void reset(bool) override { ticks = 0; }
  void written(std::size_t, std::uint32_t) override {}
  void advance(std::uint64_t more) override { ticks += more; }
  std::optional<std::uint64_t> next_event() const override { return period_ - ticks % period_; }
  std::uint32_t interrupts() const override { return ticks >= period_ ? 1 : 0; }
  void pins_changed() override { ++pins; }

  std::uint64_t ticks = 0;
  int pins = 0;

 private:
  std::uint64_t period_;
};

class HostedUnitsTest : public testing::Test {
 protected:
  HostedUnitsTest() {
    spec_.name = "TIM2";
    spec_.interrupts = {28};
    auto unit = std::make_unique<Ticker>(3);
    ticker_ = unit.get();
    units_.add(nullptr, other_, 0);
    units_.add(std::move(unit), block_, 1);
  }
  void set_clocks(std::uint64_t hclk, std::uint64_t clock) {
    units_.set_clocks(hclk, [clock](const RegisterBlock&) { return clock; });
  }
  std::uint64_t ticks() {
    units_.catch_up(1);
    return ticker_->ticks;
  }

  NotEmulated not_emulated_;
  BlockSpec spec_;
  RegisterBlock other_{spec_, not_emulated_};
  RegisterBlock block_{spec_, not_emulated_};
  HostedUnits units_;
  Ticker* ticker_ = nullptr;
};

TEST_F(HostedUnitsTest, CountsNoTickTooManyOrTooFew) {
  set_clocks(10, 3);
  for (std::uint64_t cycle = 1; cycle <= 1000; ++cycle) {
    units_.advance(1);
    EXPECT_EQ(ticks(), cycle * 3 / 10) << cycle;
  }
}

TEST_F(HostedUnitsTest, CountsDaysAtOnce) {
  set_clocks(480'000'000, 240'000'000);
  units_.advance(480'000'000ull * 86'400 * 400);
  EXPECT_EQ(ticks(), 240'000'000ull * 86'400 * 400);
}

TEST_F(HostedUnitsTest, TellsTheFirstCycleOfTheNextEvent) {
  set_clocks(10, 3);
  EXPECT_EQ(units_.next_event(), 10u);
  units_.advance(9);
  EXPECT_EQ(units_.next_event(), 1u);
  EXPECT_TRUE(units_.lines().none());
  units_.advance(1);
  EXPECT_TRUE(units_.lines().test(28));
  EXPECT_EQ(units_.next_event(), 10u);
}

TEST_F(HostedUnitsTest, KeepsAFastClocksEventsApart) {
  set_clocks(10, 100);
  EXPECT_EQ(units_.next_event(), 1u) << "three ticks of ten in a cycle";
}

TEST_F(HostedUnitsTest, StandsWithoutAClock) {
  set_clocks(10, 0);
  units_.advance(1000);
  EXPECT_EQ(ticks(), 0u);
  EXPECT_EQ(units_.next_event(), std::nullopt);
}

TEST_F(HostedUnitsTest, CountsOnWhenHclkChanges) {
  set_clocks(10, 5);
  units_.advance(21);  // ten ticks and a half
  set_clocks(100, 5);
  units_.advance(9);
  EXPECT_EQ(ticks(), 10u);
  units_.advance(1);
  EXPECT_EQ(ticks(), 11u) << "the other half";
}

TEST_F(HostedUnitsTest, TellsEachThatAPinChanged) {
  set_clocks(10, 5);
  units_.pins_changed();
  EXPECT_EQ(ticker_->pins, 1);
}

}  // namespace
}  // namespace dfurig::stm32
