// A thread of the tool's that performs a few calls of ours.
#pragma once

#include <sys/user.h>

#include <array>
#include <cstdint>
#include <optional>

#include "attach/listener.h"

namespace dfurig::attach {

/// Takes a thread out of the call it is held in, by ptrace. When it is given back it makes that
/// call again, as if nothing had been. All by the thread of ours that made this.
class BorrowedThread {
 public:
  /// `call` is held. Its thread is ours then; or, not `is_ours`, nothing has changed: it is traced
  /// by somebody else, or the kernel denies ptrace; or it has died. `lent`: a descriptor of ours
  /// that its process has by the number `lent_number`, which must be free, as long as this lives.
  BorrowedThread(Listener& listener, const Call& call, int lent, unsigned lent_number);
  ~BorrowedThread();
  BorrowedThread(const BorrowedThread&) = delete;
  BorrowedThread& operator=(const BorrowedThread&) = delete;

  bool is_ours() const { return is_ours_; }
  /// What the call returns; absent when the thread has died. Not for calls the filter notifies.
  std::optional<Result> perform(int number, const std::array<std::uint64_t, 3>& arguments);
  /// Where `size` bytes of its stack are free: below what its functions may use without saying so.
  std::uint64_t room(std::size_t size) const;

 private:
  bool take_over(Listener& listener, const Call& call);
  bool await_stop();
  bool go_to_next_stop();

  pid_t thread_;
  unsigned lent_number_;
  bool is_ours_ = false;
  user_regs_struct registers_{};  ///< as the call left them
  std::uint64_t blocked_signals_ = 0;
};

}  // namespace dfurig::attach
