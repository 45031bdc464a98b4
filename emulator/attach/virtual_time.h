// The tool's waiting, in a time that goes on when everybody waits.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "attach/alarms.h"
#include "attach/timers.h"
#include "attach/vdso.h"
#include "attach/wait.h"

namespace dfurig::attach {

class VirtualTime {
 public:
  /// `lent` as in DescriptorCopies.
  VirtualTime(Listener& listener, const DescriptorRange& lent, ToolTime& time,
              NotEmulated& not_emulated);

  /// True when the call is one of those that wait or tell the time: it is answered or held then.
  /// To be shown every call: a program that was started since has clocks to be replaced.
  bool answer(const Call& call);

  /// Descriptors that tell when it is worth calling `end_ready`.
  void add_watched(std::vector<pollfd>& watched) const;
  /// Ends the waits whose reason has come, or whose thread has a signal to handle. True: there were
  /// some.
  bool end_ready();
  /// Ends the waits whose time has passed.
  void end_overdue();
  /// The earliest time somebody waits for.
  std::optional<Instant> next_deadline() const;
  /// Ends one wait whose time has come: the first by time, then by order of the calls; timers
  /// and alarms first. One, because what it sets free may be to run before the next.
  void end_next();

 private:
  using Waits = std::vector<std::unique_ptr<Wait>>;

  bool replace_clocks(const Call& call);
  bool tell_time(const Call& call);
  void tell_clock(const Call& call);
  Result tell_time_of_day(const Call& call);
  Result tell_seconds(const Call& call);
  Waits::const_iterator find_next() const;

  DescriptorCopies copies_;
  WaitContext context_;
  VdsoPatch patch_;
  bool can_patch_ = true;
  Timers timers_;
  Alarms alarms_;
  Waits waits_;
  Instant last_read_{};         ///< of a clock
  unsigned reads_at_once_ = 0;  ///< of clocks, at `last_read_`
};

}  // namespace dfurig::attach
