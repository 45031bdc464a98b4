// The sending half of a USART, UART or LPUART: what is written is sent at once.
#pragma once

#include "stm32/unit.h"

namespace dfurig::stm32 {

/// Nothing is received. Both layouts: SR and DR (F1, F2, F4, L1), ISR and TDR (the others).
class Usart : public Unit {
 public:
  Usart(RegisterBlock& block, Surroundings& surroundings);

  void reset(bool is_power_on) override;
  void written(std::size_t index, std::uint32_t word) override;
  std::uint32_t interrupts() const override;

 private:
  void control();
  void send(std::uint32_t word);
  bool is_on(std::uint32_t enable) const;

  RegisterBlock& block_;
  Surroundings& surroundings_;
  bool has_isr_;
  std::size_t status_, data_, cr1_;
  std::optional<std::size_t> icr_;
  std::uint32_t sends_ = 0;  ///< TE while UE
};

}  // namespace dfurig::stm32
