// Time as a parameter: nothing below the composition root asks the machine what time it is.
#pragma once

#include <algorithm>
#include <chrono>

namespace dfurig {

using Duration = std::chrono::nanoseconds;
/// Time since the clock was made.
using Instant = std::chrono::nanoseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
};

/// The machine's monotonic clock.
class SteadyClock : public Clock {
 public:
  Instant now() const override { return std::chrono::steady_clock::now() - start_; }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// A clock that stands still until it is told to go on.
class ManualClock : public Clock {
 public:
  Instant now() const override { return now_; }
  void advance(Duration by) { now_ += by; }
  /// Never back.
  void advance_to(Instant at) { now_ = std::max(now_, at); }

 private:
  Instant now_{};
};

}  // namespace dfurig
