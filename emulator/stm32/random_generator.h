// The random number generator.
#pragma once

#include "stm32/unit.h"

namespace dfurig::stm32 {

/// Not random on purpose: the same numbers in every run, from power-on.
class RandomGenerator : public Unit {
 public:
  explicit RandomGenerator(RegisterBlock& block);

  void reset(bool is_power_on) override;
  void after_read(std::size_t index) override;
  void written(std::size_t index, std::uint32_t word) override;
  std::uint32_t interrupts() const override;

 private:
  void offer();

  RegisterBlock& block_;
  std::size_t cr_, sr_, dr_;
  std::uint32_t state_;
};

}  // namespace dfurig::stm32
