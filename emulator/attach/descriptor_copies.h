// Copies of the tool's descriptors, to be watched from here.
#pragma once

#include <sys/types.h>

#include "attach/descriptor.h"

namespace dfurig::attach {

class DescriptorCopies {
 public:
  /// A copy of a descriptor of the thread's process: the same open file. Not open: errno says why;
  /// EBADF: the process has no such descriptor.
  Descriptor copy(pid_t thread, int descriptor);

 private:
  pid_t last_thread_ = 0;
  Descriptor last_process_;  ///< its pidfd: mostly the same asks again
};

/// True when two of our descriptors are the same open file; false when it cannot be told, too.
bool is_same_file(int one, int other);
/// "clockid" of a timerfd of ours.
int clock_of_timer(int timer);
/// A signalfd tells of the signals of who looks at it, not of who made it.
bool is_signalfd(int descriptor);

}  // namespace dfurig::attach
