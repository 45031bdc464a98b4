// Whether everybody waits: no thread of the tool's process tree is doing anything.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace dfurig::attach {

/// What /proc/PID/task/TID/status says of a thread.
struct ThreadStatus {
  char state = '?';            ///< R, S, D, T, t, Z, X, I
  std::uint64_t switches = 0;  ///< how often it stopped running, of itself or not
  bool operator==(const ThreadStatus&) const = default;
};

/// Absent: this is no such file.
std::optional<ThreadStatus> parse_thread_status(std::string_view text);

/// True when the thread does nothing until somebody else does something. `is_held`: it waits for
/// the answer to a call we have received, which shows as D (kernel/seccomp.c,
/// seccomp_do_user_notification: killable once received). Another D is work: a disk, a page.
bool is_waiting(const ThreadStatus& status, bool is_held);

/// True when every thread of all descendants but those of `spared` waits, all at the same moment:
/// looked at twice, none has run in between.
bool does_everybody_wait(const std::vector<pid_t>& spared,
                         const std::function<bool(pid_t)>& is_held);

}  // namespace dfurig::attach
