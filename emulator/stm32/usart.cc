#include "stm32/usart.h"

#include <cassert>

#include "stm32/register_block.h"

namespace dfurig::stm32 {
namespace {

// RM0008 §27.6, RM0351 §40.8. TXEIE and TCIE of CR1, TCCF of ICR are where TXE and TC are.
constexpr std::uint32_t status_tc = 1u << 6;
constexpr std::uint32_t status_txe = 1u << 7;
constexpr std::uint32_t isr_teack = 1u << 21;
constexpr std::uint32_t isr_reack = 1u << 22;
constexpr std::uint32_t cr1_re = 1u << 2;
constexpr std::uint32_t cr1_te = 1u << 3;
constexpr std::uint32_t cr1_pce = 1u << 10;
constexpr std::uint32_t cr1_m0 = 1u << 12;
constexpr std::uint32_t cr1_m1 = 1u << 28;      ///< only beside ISR
constexpr std::uint32_t cr1_fifoen = 1u << 29;  ///< RM0444 §33.8.1
constexpr std::uint32_t isr_txfe = 1u << 23;    ///< RM0444 §33.8.9
constexpr std::uint32_t cr1_ue_beside_sr = 1u << 13;
constexpr std::uint32_t cr1_ue_beside_isr = 1u << 0;

}  // namespace

Usart::Usart(RegisterBlock& block, Surroundings& surroundings)
    : block_(block), surroundings_(surroundings), has_isr_(block.find("ISR").has_value()) {
  const auto status = block.find(has_isr_ ? "ISR" : "SR");
  const auto data = block.find(has_isr_ ? "TDR" : "DR");
  const auto cr1 = block.find("CR1");
  assert(status && data && cr1 && "the model was validated: a USART has these registers");
  status_ = *status;
  data_ = *data;
  cr1_ = *cr1;
  icr_ = block.find("ICR");
}

void Usart::reset(bool) {
  sends_ = 0;
}

bool Usart::is_on(std::uint32_t enable) const {
  const std::uint32_t ue = has_isr_ ? cr1_ue_beside_isr : cr1_ue_beside_sr;
  const std::uint32_t both = ue | enable;
  return (block_.value(cr1_) & both) == both;
}

void Usart::written(std::size_t index, std::uint32_t word) {
  if (index == cr1_) control();
  if (index == data_) send(word);
  if (index == icr_) block_.value(status_) &= ~(word & status_tc);
}

void Usart::control() {
  const std::uint32_t sends = is_on(cr1_te) ? cr1_te : 0;
  // RM0008 §27.3.2: setting TE sends an idle frame first; TC tells that it is sent.
  if ((sends & ~sends_) != 0) block_.value(status_) |= status_txe | status_tc;
  sends_ = sends;
  if (!has_isr_) return;
  // RM0351 §40.8.8: TEACK and REACK, which drivers wait for.
  std::uint32_t& isr = block_.value(status_);
  isr &= ~(isr_teack | isr_reack | isr_txfe);
  if ((block_.value(cr1_) & cr1_fifoen) != 0) isr |= isr_txfe;
  if (is_on(cr1_te)) isr |= isr_teack;
  if (is_on(cr1_re)) isr |= isr_reack;
}

void Usart::send(std::uint32_t word) {
  // What is read there is what was received.
  block_.value(data_) = 0;
  if (!is_on(cr1_te)) return block_.count(data_, "written while UE or TE is 0");
  // RM0351 §40.5.1: M1:M0 choose 8, 9 or 7 bits; parity takes the last.
  const std::uint32_t cr1 = block_.value(cr1_);
  unsigned bits = (cr1 & cr1_m0) != 0 ? 9 : 8;
  if (has_isr_ && (cr1 & cr1_m1) != 0) bits = 7;
  if ((cr1 & cr1_pce) != 0) --bits;
  surroundings_.transmitted(block_.spec().name,
                            static_cast<std::uint8_t>(word & ((1u << bits) - 1)));
  block_.value(status_) |= status_txe | status_tc;
}

std::uint32_t Usart::interrupts() const {
  const std::uint32_t asked = block_.value(status_) & block_.value(cr1_);
  return (asked & (status_txe | status_tc)) != 0 ? 1 : 0;
}

}  // namespace dfurig::stm32
