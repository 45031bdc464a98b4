// The counter of a timer, TIM1 to TIM22: counting up or down, update and compare events.
#pragma once

#include <array>

#include "stm32/unit.h"

namespace dfurig::stm32 {

/// Centre-aligned modes, external clocks, captures, outputs on pins and the repetition counter are
/// not there; their fields are marked so in the models.
class Timer : public Unit {
 public:
  explicit Timer(RegisterBlock& block);

  void reset(bool is_power_on) override;
  void written(std::size_t index, std::uint32_t word) override;
  void advance(std::uint64_t ticks) override;
  std::optional<std::uint64_t> next_event() const override;
  std::uint32_t interrupts() const override;

 private:
  static constexpr unsigned channels = 4;

  bool is_set(std::size_t index, std::uint32_t bit) const;
  bool counts_down() const;
  std::uint64_t counts_to_update() const;
  std::uint64_t counts_to_compare(std::uint32_t compare) const;
  bool compares(unsigned channel) const;
  void count(std::uint64_t counts);
  void count_within(std::uint64_t counts);
  void overflow();
  void load_buffered();
  void generate(std::uint32_t events);

  RegisterBlock& block_;
  std::size_t cr1_, dier_, sr_, egr_, cnt_, psc_, arr_;
  std::array<std::optional<std::size_t>, channels> ccr_;
  std::array<std::optional<std::size_t>, channels / 2> ccmr_;
  std::uint32_t counter_max_;
  // What PSC and ARR were at the last update event (RM0351 §31.3.1: preloaded, "shadow").
  std::uint32_t prescaler_ = 0;
  std::uint32_t auto_reload_ = 0;
  std::uint64_t prescaled_ = 0;  ///< ticks of the clock since the last count
};

}  // namespace dfurig::stm32
