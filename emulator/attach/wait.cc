#include "attach/wait.h"

#include <linux/futex.h>
#include <sys/syscall.h>

#include <cerrno>

#include "attach/poll_wait.h"
#include "attach/process_memory.h"
#include "attach/process_status.h"

namespace dfurig::attach {
namespace {

/// nanosleep and clock_nanosleep.
class Sleep : public Wait {
 public:
  Sleep(const WaitContext& context, const Call& call, Instant deadline, std::uint64_t rest_address)
      : Wait(context, call, deadline), rest_address_(rest_address) {}
  void time_out() override { listener().reply(call(), 0); }

 protected:
  void tell_rest() override {
    if (rest_address_ != 0) write_object(call().pid, rest_address_, timespec_of(rest()));
  }

 private:
  std::uint64_t rest_address_;
};

/// A futex's waiter looks at the word before it sleeps, so whoever wakes it has to change the word
/// first (futex(2)): the word tells all, and the wake-up itself is not missed.
class FutexWait : public Wait {
 public:
  using Wait::Wait;
  bool end_if_ready() override {
    const auto word = read_object<std::uint32_t>(call().pid, call().arguments[0]);
    if (word && *word == static_cast<std::uint32_t>(call().arguments[2])) return false;
    listener().proceed(call());  // the kernel finds the same and returns at once
    return true;
  }
  void time_out() override { listener().reply(call(), -ETIMEDOUT); }
};

/// rt_sigtimedwait: the signals it waits for are blocked, and stay pending.
class SignalWait : public Wait {
 public:
  SignalWait(const WaitContext& context, const Call& call, Instant deadline, std::uint64_t awaited)
      : Wait(context, call, deadline), awaited_(awaited) {}
  bool end_if_ready() override {
    if ((pending_signals(call().pid) & awaited_) == 0) return false;
    listener().proceed(call());
    return true;
  }
  void time_out() override { listener().reply(call(), -EAGAIN); }

 private:
  std::uint64_t awaited_;
};

std::optional<Duration> read_duration(const Call& call, std::uint64_t address) {
  const auto time = read_object<timespec>(call.pid, address);
  return time ? duration_of(*time) : std::nullopt;
}

/// What cannot be taken is the kernel's to refuse, or to do in real time.
std::unique_ptr<Wait> let_through(const WaitContext& context, const Call& call) {
  context.listener.proceed(call);
  return nullptr;
}

std::unique_ptr<Wait> take_sleep(const WaitContext& context, const Call& call) {
  const bool has_clock = call.number == SYS_clock_nanosleep;
  const auto clock = has_clock ? static_cast<clockid_t>(call.arguments[0]) : CLOCK_MONOTONIC;
  const bool is_absolute = has_clock && (call.arguments[1] & TIMER_ABSTIME) != 0;
  const auto time = read_duration(call, call.arguments[has_clock ? 2 : 0]);
  if (!time || !context.time.read(clock)) return let_through(context, call);
  if (is_absolute) {
    return std::make_unique<Sleep>(context, call, *context.time.when(clock, *time), 0);
  }
  return std::make_unique<Sleep>(context, call, context.time.now() + *time,
                                 call.arguments[has_clock ? 3 : 1]);
}

std::unique_ptr<Wait> take_futex(const WaitContext& context, const Call& call) {
  const auto operation = static_cast<int>(call.arguments[1]);
  const int command = operation & FUTEX_CMD_MASK;
  if (command != FUTEX_WAIT && command != FUTEX_WAIT_BITSET) {
    context.not_emulated.insert("virtual time for a priority-inheriting futex: it waits for real");
    return let_through(context, call);
  }
  const auto time = read_duration(call, call.arguments[3]);
  if (!time) return let_through(context, call);
  const bool is_real_time = (operation & FUTEX_CLOCK_REALTIME) != 0;
  const auto deadline =
      command == FUTEX_WAIT
          ? context.time.now() + *time
          : *context.time.when(is_real_time ? CLOCK_REALTIME : CLOCK_MONOTONIC, *time);
  return std::make_unique<FutexWait>(context, call, deadline);
}

std::unique_ptr<Wait> take_signal_wait(const WaitContext& context, const Call& call) {
  const auto awaited = read_object<std::uint64_t>(call.pid, call.arguments[0]);
  const auto time = read_duration(call, call.arguments[2]);
  if (!awaited || !time) return let_through(context, call);
  return std::make_unique<SignalWait>(context, call, context.time.now() + *time, *awaited);
}

std::unique_ptr<Wait> make_wait(const WaitContext& context, const Call& call) {
  switch (call.number) {
    case SYS_nanosleep:
    case SYS_clock_nanosleep:
      return take_sleep(context, call);
    case SYS_futex:
      return take_futex(context, call);
    case SYS_rt_sigtimedwait:
      return take_signal_wait(context, call);
    default:
      return take_poll(context, call);
  }
}

}  // namespace

bool Wait::end_if_interrupted() {
  const bool is_interrupted =
      mask_ ? has_pending_signal(call_.pid, *mask_) : has_pending_signal(call_.pid);
  if (!is_interrupted) return false;
  tell_rest();
  // Signals that only this call lets in: the kernel has to set its mask, and returns at once.
  mask_ ? context_.listener.proceed(call_) : context_.listener.reply(call_, -EINTR);
  return true;
}

bool is_wait(int number) {
  return number == SYS_nanosleep || number == SYS_clock_nanosleep || number == SYS_futex ||
         number == SYS_rt_sigtimedwait || is_poll(number);
}

std::unique_ptr<Wait> take_wait(const WaitContext& context, const Call& call) {
  std::unique_ptr<Wait> wait = make_wait(context, call);
  if (wait == nullptr || wait->end_if_ready()) return nullptr;
  return wait;
}

}  // namespace dfurig::attach
