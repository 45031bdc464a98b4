#include "attach/timers.h"

#include <sys/syscall.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "attach/process_memory.h"
#include "attach/process_status.h"

namespace dfurig::attach {
namespace {

/// The kernel's timer behind a descriptor: off, with what had expired forgotten; or expired.
void set_kernel_timer(int descriptor, bool expires) {
  const itimerspec setting{{0, 0}, {0, expires ? 1 : 0}};
  timerfd_settime(descriptor, 0, &setting, nullptr);
  if (!expires) return;
  // It is the timer's interrupt that makes it readable, not the call.
  pollfd readable{descriptor, POLLIN, 0};
  ::poll(&readable, 1, 1000);
}

}  // namespace

/// The same open file, however it is called; where that cannot be told, the same number.
std::vector<Timers::Timer>::iterator Timers::find(const Call& call, int copy) {
  const auto number = static_cast<int>(call.arguments[0]);
  const auto same = std::find_if(timers_.begin(), timers_.end(), [&](const Timer& it) {
    return is_same_file(it.copy.get(), copy);
  });
  if (same != timers_.end()) return same;
  const pid_t process = process_of(call.pid);
  return std::find_if(timers_.begin(), timers_.end(), [&](const Timer& it) {
    return it.process == process && it.number == number;
  });
}

void Timers::answer(const Call& call) {
  auto copies = context_.copies.copy(call, {static_cast<int>(call.arguments[0])});
  if (!copies) return;
  Descriptor copy = std::move(copies->front().file);
  if (!copy.is_open()) {
    if (copies->front().error != EBADF) {
      context_.not_emulated.insert(
          "virtual time for timerfds: the kernel denies pidfd_getfd and ptrace; they expire in "
          "real "
          "time");
    }
    return context_.listener.proceed(call);
  }
  itimerspec state;
  if (timerfd_gettime(copy.get(), &state) != 0) return context_.listener.proceed(call);
  const bool sets = call.number == SYS_timerfd_settime;
  context_.listener.reply(call, sets ? set(call, std::move(copy)) : get(call, copy.get()));
}

itimerspec Timers::show(std::vector<Timer>::const_iterator timer) const {
  if (timer == timers_.end()) return {};
  const Duration left = std::max(timer->deadline - context_.time.now(), Duration{1});
  return {timespec_of(timer->interval), timespec_of(left)};
}

Result Timers::get(const Call& call, int copy) {
  return write_object(call.pid, call.arguments[1], show(find(call, copy))) ? 0 : -EFAULT;
}

Result Timers::set(const Call& call, Descriptor copy) {
  const auto setting = read_object<itimerspec>(call.pid, call.arguments[2]);
  if (!setting) return -EFAULT;
  const auto value = duration_of(setting->it_value);
  const auto interval = duration_of(setting->it_interval);
  if (!value || !interval) return -EINVAL;
  const auto before = find(call, copy.get());
  if (call.arguments[3] != 0 && !write_object(call.pid, call.arguments[3], show(before))) {
    return -EFAULT;
  }
  if (before != timers_.end()) timers_.erase(before);
  set_kernel_timer(copy.get(), false);
  if (*value == Duration{0}) return 0;
  const bool is_absolute = (call.arguments[1] & TFD_TIMER_ABSTIME) != 0;
  const Instant now = context_.time.now();
  const Instant deadline =
      is_absolute ? context_.time.when(clock_of_timer(copy.get()), *value).value_or(now)
                  : now + *value;
  timers_.push_back({process_of(call.pid), static_cast<int>(call.arguments[0]), std::move(copy),
                     deadline, *interval});
  return 0;
}

std::vector<Timers::Timer>::const_iterator Timers::find_next() const {
  return std::min_element(timers_.begin(), timers_.end(), [](const Timer& one, const Timer& other) {
    return one.deadline < other.deadline;
  });
}

std::optional<Instant> Timers::next_deadline() const {
  const auto next = find_next();
  return next == timers_.end() ? std::nullopt : std::optional(next->deadline);
}

/// A periodic timer nobody reads counts one expiry where the kernel would count all.
void Timers::expire_next() {
  const auto next = timers_.begin() + (find_next() - timers_.cbegin());
  set_kernel_timer(next->copy.get(), true);
  if (next->interval == Duration{0}) {
    timers_.erase(next);
  } else {
    next->deadline += next->interval;
  }
}

}  // namespace dfurig::attach
