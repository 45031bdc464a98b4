// The time the tool lives in: the machine's, or one that goes on when everybody waits.
#pragma once

#include <time.h>

#include <map>
#include <optional>

#include "support/clock.h"

namespace dfurig::attach {

class ToolTime {
 public:
  /// Null: the machine's time. `clock` must outlive it.
  explicit ToolTime(ManualClock* clock = nullptr);

  bool is_virtual() const { return clock_ != nullptr; }
  /// CLOCK_MONOTONIC as the tool sees it.
  Instant now() const;
  /// What a clock of the tool's shows; absent: it does not tell this time (CPU time, a device).
  std::optional<Instant> read(clockid_t id) const;
  /// When, by `now`, a clock of the tool's shows `shown`; absent as above.
  std::optional<Instant> when(clockid_t id, Instant shown) const;
  /// The tool reads the machine's clocks: they could not be replaced.
  void leave_clocks_real() { clocks_are_real_ = true; }

  // Only of a virtual time.
  void advance_to(Instant at);
  void spend(Duration duration) { advance_to(now() + duration); }

 private:
  Instant elapsed() const { return clock_->now() - start_; }

  ManualClock* clock_;
  Instant start_{};                      ///< of `clock_`
  std::map<clockid_t, Instant> starts_;  ///< what the machine's clocks showed then
  bool clocks_are_real_ = false;
};

/// Absent: not a time the kernel takes.
std::optional<Duration> duration_of(const timespec& time);
timespec timespec_of(Duration duration);

}  // namespace dfurig::attach
