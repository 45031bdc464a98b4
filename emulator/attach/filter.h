// The seccomp filter: which system calls of the tool are answered by us.
#pragma once

#include <linux/filter.h>

#include <vector>

namespace dfurig::attach {

/// Notifies the path calls, the usbfs ioctls, and calls on descriptors from `first_reserved` on;
/// lets everything else through untouched, so that the tool's ordinary I/O costs nothing. Every
/// call of another architecture is notified: its numbers mean something else. With
/// `time_is_virtual` it notifies what waits for a limited time, and what tells the time, as well.
std::vector<sock_filter> make_filter(unsigned first_reserved, bool time_is_virtual = false);

/// What the filter does with a call: SECCOMP_RET_*; a model of the kernel's evaluation for tests
/// and explanations.
unsigned evaluate_filter(const std::vector<sock_filter>& filter, unsigned architecture, long number,
                         const unsigned long long (&arguments)[6]);

}  // namespace dfurig::attach
