// The tool's timerfds, which expire in its time.
#pragma once

#include <vector>

#include "attach/wait.h"

namespace dfurig::attach {

class Timers {
 public:
  explicit Timers(const WaitContext& context) : context_(context) {}

  /// timerfd_settime and timerfd_gettime; answers the call.
  void answer(const Call& call);
  std::optional<Instant> next_deadline() const;
  /// Lets the one that is due first expire.
  void expire_next();

 private:
  /// Armed.
  struct Timer {
    pid_t process = 0;  ///< who armed it, and by which number
    int number = -1;
    Descriptor copy;
    Instant deadline{};
    Duration interval{};
  };

  std::vector<Timer>::iterator find(const Call& call, int copy);
  std::vector<Timer>::const_iterator find_next() const;
  itimerspec show(std::vector<Timer>::const_iterator timer) const;
  Result set(const Call& call, Descriptor copy);
  Result get(const Call& call, int copy);

  WaitContext context_;
  std::vector<Timer> timers_;
};

}  // namespace dfurig::attach
