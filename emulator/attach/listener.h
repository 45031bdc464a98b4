// The kernel's seccomp user notification, as calls to answer.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "attach/descriptor.h"

namespace dfurig::attach {

/// One system call of the tool, waiting for an answer.
struct Call {
  std::uint64_t id = 0;
  pid_t pid = 0;              ///< the thread that calls
  unsigned architecture = 0;  ///< AUDIT_ARCH_*
  int number = 0;
  std::array<std::uint64_t, 6> arguments{};
};

/// What a call returns: a value, or a negated errno.
using Result = std::int64_t;

class Listener {
 public:
  explicit Listener(Descriptor descriptor);

  int descriptor() const { return descriptor_.get(); }
  /// The next call; absent when there is none after all (its thread died).
  std::optional<Call> receive();
  void reply(const Call& call, Result result);
  /// Lets the kernel perform the call as if there were no filter.
  void proceed(const Call& call);
  /// Gives the tool a duplicate of `descriptor` and returns its number there to the call.
  void inject(const Call& call, int descriptor, bool closes_on_exec);
  /// The same with a number of our choice, which must be free.
  void inject_at(const Call& call, int descriptor, unsigned number, bool closes_on_exec);
  /// Gives the tool a duplicate under a number that must be free; the call stays held. False: it
  /// could not be.
  bool add_at(const Call& call, int descriptor, unsigned number);
  /// False when the thread died: what was read from its memory may be another's.
  bool is_alive(const Call& call) const;
  /// True while the thread waits for the answer to a call that was received.
  bool holds(pid_t thread) const;

 private:
  void forget(const Call& call);

  Descriptor descriptor_;
  std::vector<pid_t> held_;  ///< threads whose call was received and not answered
};

}  // namespace dfurig::attach
