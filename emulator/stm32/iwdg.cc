#include "stm32/iwdg.h"

#include <algorithm>
#include <cassert>

#include "stm32/register_block.h"

namespace dfurig::stm32 {
namespace {

// RM0351 §36.4.1
constexpr std::uint32_t key_reload = 0xAAAA;
constexpr std::uint32_t key_open = 0x5555;
constexpr std::uint32_t key_start = 0xCCCC;
/// RM0351 §36.3.1: what the counter starts from.
constexpr std::uint32_t counter_start = 0xFFF;

}  // namespace

Iwdg::Iwdg(RegisterBlock& block, Surroundings& surroundings)
    : block_(block), surroundings_(surroundings), winr_(block.find("WINR")) {
  const auto kr = block.find("KR"), pr = block.find("PR"), rlr = block.find("RLR");
  assert(kr && pr && rlr && "the model was validated: an IWDG has these registers");
  kr_ = *kr;
  pr_ = *pr;
  rlr_ = *rlr;
}

void Iwdg::reset(bool) {
  is_open_ = is_started_ = false;
}

void Iwdg::before_read(std::size_t index) {
  before_ = block_.value(index);
}

/// RM0351 §36.4.2: 4 for 0, and twice as much for each step. A PR of three bits ends at 256, one
/// of four at 1024 (RM0456 §61.7.2).
std::uint64_t Iwdg::divider() const {
  const bool is_wide = (~reserved_bits(block_.spec().registers[pr_]) & 8) != 0;
  return 4ull << std::min(block_.value(pr_), is_wide ? 8u : 6u);
}

void Iwdg::written(std::size_t index, std::uint32_t word) {
  if (index == kr_) return take_key(word & 0xFFFF);
  if (index == pr_ || index == rlr_ || index == winr_) take_configuration(index);
}

/// RM0351 §36.3.3: any other key protects again, that of the reload too.
void Iwdg::take_key(std::uint32_t key) {
  is_open_ = key == key_open;
  if (key == key_start && !is_started_) {
    is_started_ = true;
    counter_ = counter_start;
    prescaled_ = 0;
  }
  if (key == key_reload) reload();
}

void Iwdg::take_configuration(std::size_t index) {
  if (!is_open_) {
    block_.value(index) = before_;
    return block_.count(index, "written while protected");
  }
  // RM0351 §36.3.2: writing the window reloads the counter.
  if (index == winr_ && is_started_) counter_ = block_.value(rlr_);
}

/// RM0351 §36.3.2: a reload while the counter is above the window is a reset.
void Iwdg::reload() {
  if (!is_started_) return;
  if (winr_ && counter_ > block_.value(*winr_)) {
    return surroundings_.request_reset(ResetCause::IndependentWatchdog);
  }
  counter_ = block_.value(rlr_);
  prescaled_ = 0;
}

void Iwdg::advance(std::uint64_t ticks) {
  if (!is_started_) return;
  const std::uint64_t total = prescaled_ + ticks;
  const std::uint64_t counts = total / divider();
  prescaled_ = total % divider();
  if (counts <= counter_) {
    counter_ -= static_cast<std::uint32_t>(counts);
    return;
  }
  counter_ = 0;
  surroundings_.request_reset(ResetCause::IndependentWatchdog);
}

/// A time-out is RLR + 1 counts: with RLR 0 it is one (DS10198, IWDG min/max timeout).
std::optional<std::uint64_t> Iwdg::next_event() const {
  if (!is_started_) return std::nullopt;
  const std::uint64_t all = (std::uint64_t{counter_} + 1) * divider();
  return all > prescaled_ ? all - prescaled_ : 1;
}

}  // namespace dfurig::stm32
