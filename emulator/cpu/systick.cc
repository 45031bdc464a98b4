#include "cpu/systick.h"

namespace dfurig::cpu {
namespace {

constexpr std::uint32_t counter_mask = 0xFFFFFF;
constexpr std::uint32_t control_mask = 7;
constexpr std::uint32_t clksource = 1u << 2;
constexpr std::uint32_t countflag = 1u << 16;
/// With CLKSOURCE 0 every STM32 counts HCLK/8 (RM0351 §6.2.15, RM0090 §7.2).
constexpr unsigned external_divider = 8;

}  // namespace

std::uint32_t SysTickTimer::csr() const {
  return control_ | (has_counted_ ? countflag : 0);
}

std::uint32_t SysTickTimer::read_csr() {
  const std::uint32_t value = csr();
  has_counted_ = false;
  return value;
}

/// What was counted of a tick of HCLK/8 belongs to no tick of HCLK.
void SysTickTimer::write_csr(std::uint32_t value) {
  if (((control_ ^ value) & clksource) != 0) prescaler_ = 0;
  control_ = value & control_mask;
}

void SysTickTimer::write_rvr(std::uint32_t value) {
  reload_ = value & counter_mask;
}

void SysTickTimer::write_cvr() {
  current_ = 0;
  has_counted_ = false;
}

void SysTickTimer::set_cvr(std::uint32_t value) {
  current_ = value & counter_mask;
}

unsigned SysTickTimer::divider() const {
  return (control_ & clksource) != 0 ? 1 : external_divider;
}

/// A counter at 0 takes RELOAD at the next tick; RELOAD 0 keeps it at 0 (§B3.3.1).
bool SysTickTimer::advance(std::uint64_t cycles) {
  if (!is_enabled()) return false;
  const std::uint64_t total = prescaler_ + cycles;
  std::uint64_t ticks = total / divider();
  prescaler_ = static_cast<unsigned>(total % divider());
  if (ticks == 0) return false;
  if (current_ > ticks) {
    current_ -= static_cast<std::uint32_t>(ticks);
    return false;
  }
  const bool reaches_zero = current_ != 0 || (reload_ != 0 && ticks > reload_);
  ticks -= current_;
  current_ = 0;
  if (reload_ != 0 && ticks > 0) {
    ticks %= reload_ + 1ull;
    current_ = ticks == 0 ? 0 : static_cast<std::uint32_t>(reload_ + 1ull - ticks);
  }
  has_counted_ = has_counted_ || reaches_zero;
  return reaches_zero && asks();
}

std::optional<std::uint64_t> SysTickTimer::next_event() const {
  if (!is_enabled() || !asks() || (current_ == 0 && reload_ == 0)) return std::nullopt;
  const std::uint64_t ticks = current_ != 0 ? current_ : reload_ + 1ull;
  return ticks * divider() - prescaler_;
}

}  // namespace dfurig::cpu
