// Copies of the tool's descriptors, to be watched from here.
#pragma once

#include <sys/types.h>

#include <map>

#include "attach/descriptor.h"

namespace dfurig::attach {

class DescriptorCopies {
 public:
  /// A copy of a descriptor of the thread's process: the same open file. Not open: errno says why;
  /// EBADF: the process has no such descriptor.
  Descriptor copy(pid_t thread, int descriptor);

 private:
  Descriptor copy_from(const Descriptor& process, int descriptor) const;

  std::map<pid_t, Descriptor> processes_;  ///< pidfds, by thread
};

/// True when two of our descriptors are the same open file; false when it cannot be told, too.
bool is_same_file(int one, int other);
/// "clockid" of a timerfd of ours.
int clock_of_timer(int timer);
/// A signalfd tells of the signals of who looks at it, not of who made it.
bool is_signalfd(int descriptor);

}  // namespace dfurig::attach
