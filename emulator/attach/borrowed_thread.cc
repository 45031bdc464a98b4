#include "attach/borrowed_thread.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>

#include "attach/process_status.h"

namespace dfurig::attach {
namespace {

/// Of the instruction "syscall", 0F 05.
constexpr std::uint64_t instruction_length = 2;
/// Below the stack pointer, a function's own without its saying so (System V ABI for AMD64, 3.2.2).
constexpr std::uint64_t red_zone = 128;

/// Those for which there is no blocking stay unblocked, whatever is said.
bool set_blocked_signals(pid_t thread, std::uint64_t signals) {
  return ptrace(PTRACE_SETSIGMASK, thread, sizeof signals, &signals) == 0;
}

}  // namespace

BorrowedThread::BorrowedThread(Listener& listener, const Call& call, int lent, unsigned lent_number)
    : thread_(call.pid), lent_number_(lent_number) {
  if (ptrace(PTRACE_SEIZE, thread_, 0, PTRACE_O_TRACESYSGOOD) != 0) return;
  listener.add_at(call, lent, lent_number);
  is_ours_ = take_over(listener, call);
}

/// The stop that is asked for while the call is held comes when it returns, before the thread does
/// anything else: before signals, too. They are kept off until it is given back.
bool BorrowedThread::take_over(Listener& listener, const Call& call) {
  ptrace(PTRACE_INTERRUPT, thread_, 0, 0);
  listener.reply(call, 0);
  if (!await_stop() || ptrace(PTRACE_GETREGS, thread_, 0, &registers_) != 0) return false;
  registers_.rax = static_cast<unsigned>(call.number);
  registers_.rip -= instruction_length;
  registers_.orig_rax = ~0ULL;  // it is in no call that the kernel could begin anew
  return ptrace(PTRACE_GETSIGMASK, thread_, sizeof blocked_signals_, &blocked_signals_) == 0 &&
         set_blocked_signals(thread_, ~0ULL);
}

BorrowedThread::~BorrowedThread() {
  if (is_ours_) perform(SYS_close, {lent_number_, 0, 0});
  if (!is_ours_) return;
  ptrace(PTRACE_SETREGS, thread_, 0, &registers_);
  set_blocked_signals(thread_, blocked_signals_);
  ptrace(PTRACE_DETACH, thread_, 0, 0);
}

bool BorrowedThread::await_stop() {
  siginfo_t info{};
  const auto id = static_cast<id_t>(thread_);
  while (waitid(P_PID, id, &info, WSTOPPED | WEXITED | WNOWAIT | __WALL) != 0) {
    if (errno != EINTR) return false;
  }
  const bool has_stopped = info.si_code == CLD_TRAPPED || info.si_code == CLD_STOPPED;
  // Its process is waited for as any other; of its thread only who traces it is told.
  if (!has_stopped && process_of(thread_) == thread_) return false;
  return waitid(P_PID, id, &info, WSTOPPED | WEXITED | __WALL) == 0 && has_stopped;
}

bool BorrowedThread::go_to_next_stop() {
  is_ours_ = is_ours_ && ptrace(PTRACE_SYSCALL, thread_, 0, 0) == 0 && await_stop();
  return is_ours_;
}

/// It stops twice: at the call's beginning and at its end.
std::optional<Result> BorrowedThread::perform(int number,
                                              const std::array<std::uint64_t, 3>& arguments) {
  user_regs_struct registers = registers_;
  registers.rax = static_cast<unsigned>(number);
  registers.rdi = arguments[0];
  registers.rsi = arguments[1];
  registers.rdx = arguments[2];
  if (ptrace(PTRACE_SETREGS, thread_, 0, &registers) != 0) return std::nullopt;
  if (!go_to_next_stop() || !go_to_next_stop()) return std::nullopt;
  if (ptrace(PTRACE_GETREGS, thread_, 0, &registers) != 0) return std::nullopt;
  return static_cast<Result>(registers.rax);
}

std::uint64_t BorrowedThread::room(std::size_t size) const {
  constexpr std::uint64_t alignment = 16;
  return (registers_.rsp - red_zone - size) & ~(alignment - 1);
}

}  // namespace dfurig::attach
