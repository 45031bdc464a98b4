// What /proc says of a process or thread of the tool.
#pragma once

#include <sys/types.h>

namespace dfurig::attach {

/// The process a thread belongs to; the thread itself when it cannot be told.
pid_t process_of(pid_t thread);
/// True when a signal that the thread does not block waits for it or for its process.
bool has_pending_signal(pid_t thread);
/// True when the descriptor's file has O_NONBLOCK.
bool is_nonblocking(pid_t pid, int descriptor);

}  // namespace dfurig::attach
