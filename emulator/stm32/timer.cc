#include "stm32/timer.h"

#include <algorithm>
#include <cassert>

#include "stm32/register_block.h"

namespace dfurig::stm32 {
namespace {

// Bits are the same in every timer (RM0351 §30.4, §31.4, §33.4; RM0008 §15.4).
constexpr std::uint32_t cr1_cen = 1u << 0;
constexpr std::uint32_t cr1_udis = 1u << 1;
constexpr std::uint32_t cr1_urs = 1u << 2;
constexpr std::uint32_t cr1_opm = 1u << 3;
constexpr std::uint32_t cr1_dir = 1u << 4;
constexpr std::uint32_t cr1_arpe = 1u << 7;
constexpr std::uint32_t uif = 1u << 0;     ///< of SR; UIE of DIER and UG of EGR are the same bit
constexpr std::uint32_t ccif = 0xFu << 1;  ///< CC1IF to CC4IF; CCxIE and CCxG likewise

std::size_t index_of(const RegisterBlock& block, const char* name) {
  const auto index = block.find(name);
  assert(index && "the model was validated: a timer has this register");
  return *index;
}

}  // namespace

Timer::Timer(RegisterBlock& block)
    : block_(block),
      cr1_(index_of(block, "CR1")),
      dier_(index_of(block, "DIER")),
      sr_(index_of(block, "SR")),
      egr_(index_of(block, "EGR")),
      cnt_(index_of(block, "CNT")),
      psc_(index_of(block, "PSC")),
      arr_(index_of(block, "ARR")),
      counter_max_(~reserved_bits(block.spec().registers[arr_])) {
  for (unsigned i = 0; i < channels; ++i) ccr_[i] = block.find("CCR" + std::to_string(i + 1));
  for (unsigned i = 0; i < channels / 2; ++i) {
    ccmr_[i] = block.find("CCMR" + std::to_string(i + 1));
  }
  load_buffered();
}

void Timer::reset(bool) {
  load_buffered();
  prescaled_ = 0;
}

void Timer::load_buffered() {
  prescaler_ = block_.value(psc_);
  auto_reload_ = block_.value(arr_);
}

bool Timer::is_set(std::size_t index, std::uint32_t bit) const {
  return (block_.value(index) & bit) != 0;
}

bool Timer::counts_down() const {
  return is_set(cr1_, cr1_dir);
}

void Timer::written(std::size_t index, std::uint32_t word) {
  // RM0351 §31.4.1, ARPE: without it what is written to ARR holds at once.
  if ((index == arr_ || index == cr1_) && !is_set(cr1_, cr1_arpe)) {
    auto_reload_ = block_.value(arr_);
  }
  if (index == egr_) generate(word);
}

/// RM0351 §31.4.6: UG starts counter and prescaler anew and is an update event, unless UDIS; it
/// sets UIF unless URS.
void Timer::generate(std::uint32_t events) {
  block_.value(sr_) |= events & ccif;
  if ((events & uif) == 0) return;
  prescaled_ = 0;
  if (!is_set(cr1_, cr1_udis)) {
    load_buffered();
    if (!is_set(cr1_, cr1_urs)) block_.value(sr_) |= uif;
  }
  block_.value(cnt_) = counts_down() ? auto_reload_ : 0;
}

/// A counter above ARR goes on to its end and comes round.
std::uint64_t Timer::counts_to_update() const {
  const std::uint32_t counter = block_.value(cnt_);
  if (counts_down()) return std::uint64_t{counter} + 1;
  return std::uint64_t{(auto_reload_ - counter) & counter_max_} + 1;
}

/// Counts, at least 1, until CNT is `compare`; larger than those to an update where it is not
/// before that.
std::uint64_t Timer::counts_to_compare(std::uint32_t compare) const {
  const std::uint32_t counter = block_.value(cnt_);
  const std::uint32_t distance = counts_down() ? counter - compare : compare - counter;
  if ((distance & counter_max_) != 0 && (distance & counter_max_) < counts_to_update()) {
    return distance & counter_max_;
  }
  const std::uint32_t after = counts_down() ? auto_reload_ - compare : compare;
  return counts_to_update() + (after & counter_max_);
}

/// RM0351 §31.4.7: CCxS 00 is output, which compares.
bool Timer::compares(unsigned channel) const {
  if (!ccr_[channel] || !ccmr_[channel / 2]) return false;
  return (block_.value(*ccmr_[channel / 2]) >> (8 * (channel % 2)) & 3) == 0;
}

void Timer::advance(std::uint64_t ticks) {
  // RM0351 §31.3.2: the counter is blocked while the auto-reload value is null.
  if (!is_set(cr1_, cr1_cen) || auto_reload_ == 0) return;
  while (is_set(cr1_, cr1_cen)) {
    const std::uint64_t total = prescaled_ + ticks;
    const std::uint64_t per_count = std::uint64_t{prescaler_} + 1;
    const std::uint64_t counts = total / per_count;
    const std::uint64_t to_update = counts_to_update();
    if (counts < to_update) {
      count_within(counts);
      prescaled_ = total % per_count;
      return;
    }
    ticks = total - to_update * per_count;
    prescaled_ = 0;
    count_within(to_update);
    overflow();
    if (auto_reload_ == 0) return;
    // Every lap from here is like the next: whole ones need not be counted singly.
    const std::uint64_t lap = (std::uint64_t{auto_reload_} + 1) * (std::uint64_t{prescaler_} + 1);
    if (ticks >= 2 * lap) ticks = lap + ticks % lap;
  }
}

/// Sets the compare flags that so many counts pass; the last may be that of the update.
void Timer::count_within(std::uint64_t counts) {
  for (unsigned i = 0; i < channels; ++i) {
    if (compares(i) && counts_to_compare(block_.value(*ccr_[i])) <= counts) {
      block_.value(sr_) |= 2u << i;
    }
  }
  const auto step = static_cast<std::uint32_t>(counts);
  const std::uint32_t counter = block_.value(cnt_);
  block_.value(cnt_) = (counts_down() ? counter - step : counter + step) & counter_max_;
}

/// RM0351 §31.3.1: PSC and ARR are taken over, UIF is set, and OPM stops the counter; with UDIS
/// the counter starts anew and nothing else happens.
void Timer::overflow() {
  if (!is_set(cr1_, cr1_udis)) {
    load_buffered();
    block_.value(sr_) |= uif;
    if (is_set(cr1_, cr1_opm)) block_.value(cr1_) &= ~cr1_cen;
  }
  block_.value(cnt_) = counts_down() ? auto_reload_ : 0;
}

/// Until a flag is set that is not; CNT is brought up to date when it is read.
std::optional<std::uint64_t> Timer::next_event() const {
  if (!is_set(cr1_, cr1_cen) || auto_reload_ == 0) return std::nullopt;
  std::optional<std::uint64_t> counts;
  const auto take = [&](std::uint64_t other) { counts = std::min(counts.value_or(other), other); };
  const bool updates = !is_set(cr1_, cr1_udis);
  if (updates && (!is_set(sr_, uif) || is_set(cr1_, cr1_opm))) take(counts_to_update());
  for (unsigned i = 0; i < channels; ++i) {
    if (!compares(i) || is_set(sr_, 2u << i) || block_.value(*ccr_[i]) > auto_reload_) continue;
    take(counts_to_compare(block_.value(*ccr_[i])));
  }
  if (!counts) return std::nullopt;
  return *counts * (std::uint64_t{prescaler_} + 1) - prescaled_;
}

/// A timer with two lines has one for compare (TIM1_CC); the other is for all else.
std::uint32_t Timer::interrupts() const {
  const std::uint32_t asked = block_.value(sr_) & block_.value(dier_);
  if (block_.spec().interrupts.size() < 2) return asked != 0 ? 1 : 0;
  return ((asked & ~ccif) != 0 ? 1u : 0u) | ((asked & ccif) != 0 ? 2u : 0u);
}

}  // namespace dfurig::stm32
