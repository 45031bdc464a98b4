// What /proc says of a process or thread of the tool.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "support/clock.h"

namespace dfurig::attach {

/// The process a thread belongs to; the thread itself when it cannot be told.
pid_t process_of(pid_t thread);
/// True when a signal that the thread does not block waits for it or for its process.
bool has_pending_signal(pid_t thread);
/// The same while `blocked` were blocked instead (bit 0: signal 1).
bool has_pending_signal(pid_t thread, std::uint64_t blocked);
/// The signals that wait for the thread or its process, blocked or not.
std::uint64_t pending_signals(pid_t thread);
/// What a process and the children it has waited for have computed; nothing when it is gone.
Duration cpu_time_of(pid_t pid);
/// The same in clock ticks, of what /proc/PID/stat says. Absent: this is no such file.
std::optional<std::uint64_t> parse_cpu_ticks(std::string_view stat);
/// True when the descriptor's file has O_NONBLOCK.
bool is_nonblocking(pid_t pid, int descriptor);

}  // namespace dfurig::attach
