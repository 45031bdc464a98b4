#include "attach/virtual_time.h"

#include <sys/syscall.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include "attach/process_memory.h"

namespace dfurig::attach {
namespace {

/// What a look at a clock takes: nobody sees the same time twice. Programs count on it.
constexpr std::chrono::microseconds a_read{1};
/// Who does nothing else waits for the clock to go on: it does, faster.
constexpr unsigned reads_at_once_max = 1000;
constexpr std::chrono::microseconds a_read_of_many{20};

struct RealWait {
  int number;
  const char* name;
};

/// Waits that run in the machine's time.
constexpr std::array real_waits = {
    RealWait{SYS_futex_waitv, "futex_waitv"},   RealWait{SYS_semtimedop, "semtimedop"},
    RealWait{SYS_mq_timedsend, "mq_timedsend"}, RealWait{SYS_mq_timedreceive, "mq_timedreceive"},
    RealWait{SYS_recvmmsg, "recvmmsg"},         RealWait{SYS_io_getevents, "io_getevents"},
};

}  // namespace

VirtualTime::VirtualTime(Listener& listener, const DescriptorRange& lent, ToolTime& time,
                         NotEmulated& not_emulated)
    : copies_(listener, lent),
      context_{listener, time, copies_, not_emulated},
      timers_(context_),
      alarms_(context_) {}

bool VirtualTime::replace_clocks(const Call& call) {
  if (!can_patch_ || patch_.apply(call.pid)) return true;
  return !context_.listener.is_alive(call);
}

bool VirtualTime::answer(const Call& call) {
  if (!replace_clocks(call)) {
    can_patch_ = false;
    context_.time.leave_clocks_real();
    context_.not_emulated.insert(
        "virtual time in the tool's clocks: the vDSO cannot be changed; they show the machine's");
  }
  if (is_wait(call.number)) {
    if (auto wait = take_wait(context_, call)) waits_.push_back(std::move(wait));
    return true;
  }
  if (call.number == SYS_timerfd_settime || call.number == SYS_timerfd_gettime) {
    timers_.answer(call);
    return true;
  }
  if (alarms_.answer(call)) return true;
  for (const RealWait& it : real_waits) {
    if (it.number != call.number) continue;
    context_.not_emulated.insert("virtual time for " + std::string(it.name) +
                                 "(): it runs in real time");
    context_.listener.proceed(call);
    return true;
  }
  return tell_time(call);
}

/// A program that looks at the clock until it is late enough makes it so itself.
bool VirtualTime::tell_time(const Call& call) {
  const bool tells = call.number == SYS_clock_gettime || call.number == SYS_gettimeofday ||
                     call.number == SYS_time;
  if (!tells) return false;
  const Instant now = context_.time.now();
  reads_at_once_ = now == last_read_ ? reads_at_once_ + 1 : 0;
  context_.time.spend(reads_at_once_ > reads_at_once_max ? a_read_of_many : a_read);
  last_read_ = context_.time.now();
  if (call.number == SYS_clock_gettime) {
    tell_clock(call);
  } else {
    context_.listener.reply(call,
                            call.number == SYS_time ? tell_seconds(call) : tell_time_of_day(call));
  }
  return true;
}

void VirtualTime::tell_clock(const Call& call) {
  const auto shown = context_.time.read(static_cast<clockid_t>(call.arguments[0]));
  if (!shown) return context_.listener.proceed(call);
  const bool is_written = write_object(call.pid, call.arguments[1], timespec_of(*shown));
  context_.listener.reply(call, is_written ? 0 : -EFAULT);
}

Result VirtualTime::tell_time_of_day(const Call& call) {
  const timespec shown = timespec_of(context_.time.read(CLOCK_REALTIME).value_or(Instant{}));
  const timeval time{shown.tv_sec, shown.tv_nsec / 1000};
  const auto [to, zone_to] = std::pair(call.arguments[0], call.arguments[1]);
  if (to != 0 && !write_object(call.pid, to, time)) return -EFAULT;
  // A struct timezone of two zeros.
  if (zone_to != 0 && !write_object(call.pid, zone_to, std::uint64_t{0})) return -EFAULT;
  return 0;
}

Result VirtualTime::tell_seconds(const Call& call) {
  const time_t seconds = timespec_of(context_.time.read(CLOCK_REALTIME).value_or(Instant{})).tv_sec;
  if (call.arguments[0] != 0 && !write_object(call.pid, call.arguments[0], seconds)) {
    return -EFAULT;
  }
  return seconds;
}

void VirtualTime::add_watched(std::vector<pollfd>& watched) const {
  for (const auto& wait : waits_) {
    for (const pollfd& it : wait->watched()) watched.push_back({it.fd, it.events, 0});
  }
}

bool VirtualTime::end_ready() {
  return std::erase_if(waits_, [this](const std::unique_ptr<Wait>& wait) {
           return !context_.listener.is_alive(wait->call()) || wait->end_if_ready() ||
                  wait->end_if_interrupted();
         }) > 0;
}

VirtualTime::Waits::const_iterator VirtualTime::find_next() const {
  return std::min_element(waits_.begin(), waits_.end(), [](const auto& one, const auto& other) {
    return one->deadline() < other->deadline();
  });
}

std::optional<Instant> VirtualTime::next_deadline() const {
  std::optional<Instant> next = timers_.next_deadline();
  const auto consider = [&](Instant deadline) {
    next = std::min(deadline, next.value_or(deadline));
  };
  if (const auto alarm = alarms_.next_deadline()) consider(*alarm);
  if (const auto wait = find_next(); wait != waits_.end()) consider((*wait)->deadline());
  return next;
}

void VirtualTime::end_next() {
  const Instant now = context_.time.now();
  if (timers_.next_deadline().value_or(Instant::max()) <= now) return timers_.expire_next();
  if (alarms_.next_deadline().value_or(Instant::max()) <= now) return alarms_.expire_next();
  const auto wait = find_next();
  if (wait == waits_.end() || (*wait)->deadline() > now) return;
  (*wait)->time_out();
  waits_.erase(wait);
}

void VirtualTime::end_overdue() {
  while (next_deadline().value_or(Instant::max()) < context_.time.now()) end_next();
}

}  // namespace dfurig::attach
