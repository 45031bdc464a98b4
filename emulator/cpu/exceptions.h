// Which exceptions are enabled, pending and active, and which of them comes next.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <vector>

#include "cpu/spec.h"
#include "cpu/state.h"
#include "stm32/bus.h"

namespace dfurig::cpu {

constexpr unsigned exceptions_max = FirstInterrupt + stm32::interrupts_max;

class Exceptions {
 public:
  /// Both must outlive it.
  Exceptions(const CoreSpec& spec, State& state) : spec_(spec), state_(state) { reset(); }

  void reset();
  unsigned count() const { return FirstInterrupt + spec_.interrupts; }

  bool is_interrupt_pending() const { return (pending_ >> FirstInterrupt).any(); }
  bool is_pending(unsigned number) const { return pending_[number]; }
  bool is_active(unsigned number) const { return active_[number]; }
  bool is_enabled(unsigned number) const { return enabled_[number]; }
  void set_pending(unsigned number, bool value);
  /// ICPR: a line that is still high keeps its interrupt pending (PM0214 §4.2.9).
  void clear_pending(unsigned number);
  void set_active(unsigned number, bool value);
  void set_enabled(unsigned number, bool value);
  /// The byte of IPR or SHPR; bits that are not there read 0.
  std::uint8_t priority(unsigned number) const { return priorities_[number]; }
  void set_priority(unsigned number, std::uint8_t value);
  unsigned prigroup() const { return prigroup_; }
  void set_prigroup(unsigned value);
  /// SCR.SEVONPEND: what becomes pending is an event, masked or not (DDI 0403E §B3.2.7).
  void set_sevonpend(bool value) { is_pending_an_event_ = value; }

  /// A high line pends its interrupt once, and again after its handler has returned.
  void set_lines(const stm32::InterruptLines& lines);

  /// DDI 0403E §B1.5.4, ExecutionPriority(): lower is more urgent; 256 when nothing runs.
  int execution_priority() const;
  /// The priority that decides who preempts whom: −3 to 255, without the sub-priority.
  int group_priority(unsigned number) const;
  /// The most urgent one that is pending and enabled, whatever runs.
  std::optional<unsigned> find_pending() const;
  /// True when find_pending() may preempt what runs.
  bool can_take() const { return can_take_; }
  /// The same with PRIMASK taken for clear: what ends WFI (§B1.5.19).
  bool can_wake() const;
  unsigned active_count() const { return static_cast<unsigned>(active_.count()); }

  /// After PRIMASK, FAULTMASK or BASEPRI changed.
  void reconsider();

 private:
  int masked_priority(bool is_primask_seen) const;
  bool is_line_high(unsigned number) const;
  bool preempts(int priority) const;
  void become_pending(unsigned number);

  const CoreSpec& spec_;
  State& state_;
  std::bitset<exceptions_max> pending_;
  std::bitset<exceptions_max> active_;
  std::bitset<exceptions_max> enabled_;
  std::array<std::uint8_t, exceptions_max> priorities_{};
  stm32::InterruptLines lines_;
  unsigned prigroup_ = 0;
  bool can_take_ = false;
  bool is_pending_an_event_ = false;
};

}  // namespace dfurig::cpu
