// The tool's alarms, which send their signals in its time: alarm(), setitimer(), timer_settime().
#pragma once

#include <signal.h>

#include <string_view>
#include <vector>

#include "attach/wait.h"

namespace dfurig::attach {

/// How a timer of timer_create() tells of its expiry.
struct SignalTarget {
  int signal = 0;  ///< 0: it does not
  std::uint64_t value = 0;
  pid_t id = 0;
  bool is_thread = false;  ///< `id` is a thread, not a process
  clockid_t clock = CLOCK_MONOTONIC;
};

/// From /proc/PID/timers (fs/proc/base.c, show_timer). Absent: it has no timer of this number.
std::optional<SignalTarget> find_timer(std::string_view text, int number);

class Alarms {
 public:
  explicit Alarms(const WaitContext& context) : context_(context) {}

  /// True when the call is one of those that set an alarm; it is answered then.
  bool answer(const Call& call);
  std::optional<Instant> next_deadline() const;
  /// Sends the signal of the one that is due first.
  void expire_next();

 private:
  struct Alarm {
    pid_t process = 0;
    int number = real_timer;  ///< of timer_create()
    Instant deadline{};
    Duration interval{};
    SignalTarget target;
  };
  static constexpr int real_timer = -1;  ///< the one of alarm() and ITIMER_REAL

  std::vector<Alarm>::iterator find(pid_t process, int number);
  std::vector<Alarm>::const_iterator find_next() const;
  Duration rest(std::vector<Alarm>::const_iterator alarm) const;
  void arm(const Alarm& alarm, Duration value);
  Result set_seconds(const Call& call);
  Result set_real_timer(const Call& call);
  void set_timer(const Call& call);

  WaitContext context_;
  std::vector<Alarm> alarms_;
};

}  // namespace dfurig::attach
