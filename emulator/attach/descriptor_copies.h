// Copies of the tool's descriptors, to be watched from here.
#pragma once

#include "attach/sent_descriptors.h"

namespace dfurig::attach {

class DescriptorCopies {
 public:
  /// `lent`: numbers the tool may be given for a moment.
  DescriptorCopies(Listener& listener, const DescriptorRange& lent) : sent_(listener, lent) {}

  /// Copies of descriptors of the thread's process, in the order of `numbers`; all have the error
  /// EPERM where the kernel allows no copying. Absent: the call is answered, and the thread makes
  /// it again.
  std::optional<DescriptorCopyList> copy(const Call& call, const std::vector<int>& numbers);

 private:
  bool find_process(pid_t thread);
  DescriptorCopy take(pid_t thread, int number);

  pid_t last_thread_ = 0;
  Descriptor last_process_;  ///< its pidfd: mostly the same asks again
  bool can_take_ = true;     ///< pidfd_getfd is allowed
  SentDescriptors sent_;
};

/// True when two of our descriptors are the same open file; false when it cannot be told, too.
bool is_same_file(int one, int other);
/// "clockid" of a timerfd of ours.
int clock_of_timer(int timer);
/// A signalfd tells of the signals of who looks at it, not of who made it.
bool is_signalfd(int descriptor);

}  // namespace dfurig::attach
