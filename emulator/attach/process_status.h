// What /proc says of a process or thread of the tool.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace dfurig::attach {

/// The process a thread belongs to; the thread itself when it cannot be told.
pid_t process_of(pid_t thread);
/// True when a signal that the thread does not block waits for it or for its process.
bool has_pending_signal(pid_t thread);
/// The same while `blocked` were blocked instead (bit 0: signal 1).
bool has_pending_signal(pid_t thread, std::uint64_t blocked);
/// The signals that wait for the thread or its process, blocked or not.
std::uint64_t pending_signals(pid_t thread);
/// True when the descriptor's file has O_NONBLOCK.
bool is_nonblocking(pid_t pid, int descriptor);

}  // namespace dfurig::attach
