// External interrupts: edges on pins become lines into the NVIC.
#pragma once

#include <array>

#include "stm32/unit.h"

namespace dfurig::stm32 {

/// Lines 0 to 15, those of pins. Both forms: one pending register (PR), or one for each edge
/// (RPR1 and FPR1).
class Exti : public Unit {
 public:
  Exti(RegisterBlock& block, Surroundings& surroundings);

  void reset(bool is_power_on) override;
  void written(std::size_t index, std::uint32_t word) override;
  std::uint32_t interrupts() const override;
  void pins_changed() override;

 private:
  std::optional<std::size_t> find_first(const std::vector<const char*>& names) const;
  unsigned port_of(unsigned line) const;
  std::uint32_t levels() const;
  void trigger(std::uint32_t lines);

  RegisterBlock& block_;
  Surroundings& surroundings_;
  std::size_t imr_, rtsr_, ftsr_, swier_;
  std::optional<std::size_t> pr_, rpr_, fpr_;
  std::uint32_t levels_ = 0;  ///< of the chosen pins, a bit each line
};

}  // namespace dfurig::stm32
