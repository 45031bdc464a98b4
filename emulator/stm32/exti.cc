#include "stm32/exti.h"

#include <cassert>

#include "stm32/gpio.h"
#include "stm32/register_block.h"

namespace dfurig::stm32 {
namespace {

constexpr std::uint32_t pin_lines = 0xFFFF;

/// Lines of the NVIC: which EXTI lines each is for.
constexpr std::array<std::uint32_t, 3> lines_of_m0 = {0x0003, 0x000C, 0xFFF0};  // RM0091 §11.1.3
constexpr std::array<std::uint32_t, 7> lines_of_others = {                      // RM0351 §13.3
    0x0001, 0x0002, 0x0004, 0x0008, 0x0010, 0x03E0, 0xFC00};

}  // namespace

Exti::Exti(RegisterBlock& block, Surroundings& surroundings)
    : block_(block),
      surroundings_(surroundings),
      pr_(find_first({"PR", "PR1", "CPUPR1"})),
      rpr_(block.find("RPR1")),
      fpr_(block.find("FPR1")) {
  const auto imr = find_first({"IMR", "IMR1", "C1IMR1", "CPUIMR1"});
  const auto rtsr = find_first({"RTSR", "RTSR1"});
  const auto ftsr = find_first({"FTSR", "FTSR1"});
  const auto swier = find_first({"SWIER", "SWIER1"});
  assert(imr && rtsr && ftsr && swier && "the model was validated: an EXTI has these registers");
  imr_ = *imr;
  rtsr_ = *rtsr;
  ftsr_ = *ftsr;
  swier_ = *swier;
}

/// The families' names of one register: that of the first, or only, core.
std::optional<std::size_t> Exti::find_first(const std::vector<const char*>& names) const {
  for (const char* name : names) {
    if (const auto index = block_.find(name)) return index;
  }
  return std::nullopt;
}

void Exti::reset(bool) {
  levels_ = levels();
}

/// RM0351 §9.2.3: four lines to a register of SYSCFG, of AFIO in the F1, four bits each; of EXTI
/// itself, eight bits each (RM0444 §13.5.7).
unsigned Exti::port_of(unsigned line) const {
  const std::string name = "EXTICR" + std::to_string(line / 4 + 1);
  if (block_.find(name)) return block_.value_of(name) >> (8 * (line % 4)) & 0xFF;
  for (const char* holder : {"SYSCFG", "AFIO"}) {
    const RegisterBlock* block = surroundings_.find_block(holder);
    if (block != nullptr) return block->value_of(name) >> (4 * (line % 4)) & 0xF;
  }
  return 0;
}

std::uint32_t Exti::levels() const {
  std::uint32_t levels = 0;
  for (unsigned line = 0; line < pins_per_port; ++line) {
    if (surroundings_.pin_level(port_of(line), line)) levels |= 1u << line;
  }
  return levels;
}

void Exti::pins_changed() {
  const std::uint32_t before = levels_;
  levels_ = levels();
  const std::uint32_t rising = levels_ & ~before & block_.value(rtsr_);
  const std::uint32_t falling = before & ~levels_ & block_.value(ftsr_);
  if (pr_) block_.value(*pr_) |= rising | falling;
  if (rpr_) block_.value(*rpr_) |= rising;
  if (fpr_) block_.value(*fpr_) |= falling;
}

void Exti::written(std::size_t index, std::uint32_t word) {
  if (index == swier_) trigger(word);
  // RM0351 §13.5.5: clearing the pending bit clears that of SWIER.
  if (index == pr_) block_.value(swier_) &= ~word;
}

/// RM0351 §13.5.5: with the interrupt enabled. RM0444 §13.5.3: a rising edge; reads 0.
void Exti::trigger(std::uint32_t lines) {
  if (pr_) block_.value(*pr_) |= lines & block_.value(imr_) & pin_lines;
  if (!rpr_) return;
  block_.value(*rpr_) |= lines & pin_lines;
  block_.value(swier_) = 0;
}

std::uint32_t Exti::interrupts() const {
  std::uint32_t pending = 0;
  for (const auto& index : {pr_, rpr_, fpr_}) {
    if (index) pending |= block_.value(*index);
  }
  pending &= block_.value(imr_);
  std::uint32_t asked = 0;
  const auto ask = [&](const auto& groups) {
    for (unsigned i = 0; i < groups.size(); ++i)
      asked |= ((pending & groups[i]) != 0 ? 1u : 0u) << i;
  };
  if (block_.spec().interrupts.size() == lines_of_m0.size()) {
    ask(lines_of_m0);
  } else {
    ask(lines_of_others);
  }
  return asked;
}

}  // namespace dfurig::stm32
