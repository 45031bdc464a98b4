// The seccomp filter: which system calls of the tool are answered by us.
#pragma once

#include <linux/filter.h>

#include <vector>

namespace dfurig::attach {

/// Notifies the path calls, the usbfs ioctls, and calls on descriptors from `first_reserved` on;
/// lets everything else through untouched, so that the tool's ordinary I/O costs nothing. Every
/// call of another architecture is notified: its numbers mean something else.
std::vector<sock_filter> make_filter(unsigned first_reserved);

/// What the filter does with a call: SECCOMP_RET_*; a model of the kernel's evaluation for tests
/// and explanations. `arguments` are the first three.
unsigned evaluate_filter(const std::vector<sock_filter>& filter, unsigned architecture, long number,
                         const unsigned long long (&arguments)[3]);

}  // namespace dfurig::attach
