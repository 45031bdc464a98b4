#include "cpu/exceptions.h"

#include <algorithm>

namespace dfurig::cpu {
namespace {

constexpr int lowest_priority = 256;
constexpr int hard_fault_priority = -1;

/// DDI 0403E §B1.5.4: these three cannot be configured.
std::optional<int> fixed_priority(unsigned number) {
  if (number == Reset) return -3;
  if (number == Nmi) return -2;
  if (number == HardFault) return hard_fault_priority;
  return std::nullopt;
}

}  // namespace

/// Interrupts and the configurable faults wait to be enabled; the others always are.
void Exceptions::reset() {
  pending_.reset();
  active_.reset();
  enabled_.reset();
  priorities_.fill(0);
  lines_.reset();
  prigroup_ = 0;
  is_pending_an_event_ = false;
  for (const unsigned number : {Nmi, HardFault, SvCall, PendSv, SysTick}) enabled_.set(number);
  reconsider();
}

void Exceptions::become_pending(unsigned number) {
  if (is_pending_an_event_ && !pending_[number]) state_.event = true;
  pending_.set(number);
}

void Exceptions::set_pending(unsigned number, bool value) {
  value ? become_pending(number) : static_cast<void>(pending_.reset(number));
  reconsider();
}

bool Exceptions::is_line_high(unsigned number) const {
  return number >= FirstInterrupt && lines_[number - FirstInterrupt];
}

void Exceptions::clear_pending(unsigned number) {
  if (!is_line_high(number)) set_pending(number, false);
}

void Exceptions::set_active(unsigned number, bool value) {
  active_[number] = value;
  if (!value && is_line_high(number)) become_pending(number);
  reconsider();
}

void Exceptions::set_enabled(unsigned number, bool value) {
  enabled_[number] = value;
  reconsider();
}

void Exceptions::set_priority(unsigned number, std::uint8_t value) {
  const unsigned absent = 8 - spec_.priority_bits;
  priorities_[number] = static_cast<std::uint8_t>(value >> absent << absent);
  reconsider();
}

void Exceptions::set_prigroup(unsigned value) {
  prigroup_ = value & 7;
  reconsider();
}

void Exceptions::set_lines(const stm32::InterruptLines& lines) {
  if (lines == lines_) return;
  const stm32::InterruptLines risen = lines & ~lines_;
  lines_ = lines;
  for (unsigned i = 0; i < spec_.interrupts; ++i) {
    if (risen[i]) become_pending(FirstInterrupt + i);
  }
  reconsider();
}

int Exceptions::group_priority(unsigned number) const {
  if (const auto fixed = fixed_priority(number)) return *fixed;
  return priorities_[number] >> (prigroup_ + 1) << (prigroup_ + 1);
}

int Exceptions::masked_priority(bool is_primask_seen) const {
  int priority = lowest_priority;
  for (unsigned number = 1; number < count(); ++number) {
    if (active_[number]) priority = std::min(priority, group_priority(number));
  }
  if (state_.basepri != 0) {
    priority = std::min(priority, state_.basepri >> (prigroup_ + 1) << (prigroup_ + 1));
  }
  if (state_.primask && is_primask_seen) priority = std::min(priority, 0);
  if (state_.faultmask) priority = std::min(priority, hard_fault_priority);
  return priority;
}

int Exceptions::execution_priority() const {
  return masked_priority(true);
}

/// The same priority: the lower sub-priority, then the lower number, comes first.
std::optional<unsigned> Exceptions::find_pending() const {
  std::optional<unsigned> best;
  const auto key = [this](unsigned number) {
    return fixed_priority(number).value_or(priorities_[number]);
  };
  for (unsigned number = 1; number < count(); ++number) {
    if (!pending_[number] || !enabled_[number]) continue;
    if (!best || key(number) < key(*best)) best = number;
  }
  return best;
}

bool Exceptions::preempts(int priority) const {
  const auto number = find_pending();
  return number && group_priority(*number) < priority;
}

bool Exceptions::can_wake() const {
  return pending_.any() && preempts(masked_priority(false));
}

void Exceptions::reconsider() {
  can_take_ = pending_.any() && preempts(masked_priority(true));
}

}  // namespace dfurig::cpu
