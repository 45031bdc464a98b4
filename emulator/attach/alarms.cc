#include "attach/alarms.h"

#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "attach/process_memory.h"
#include "attach/process_status.h"

namespace dfurig::attach {
namespace {

std::optional<Duration> duration_of(const timeval& time) {
  return attach::duration_of(timespec{time.tv_sec, time.tv_usec * 1000});
}

timeval timeval_of(Duration duration) {
  const timespec time = timespec_of(duration);
  return {time.tv_sec, time.tv_nsec / 1000};
}

std::optional<SignalTarget> read_timer(pid_t process, int number) {
  std::ifstream stream("/proc/" + std::to_string(process) + "/timers");
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  return find_timer(text, number);
}

/// As the kernel's timer would (SI_TIMER may be sent by anybody). False: nobody is there.
bool send(const SignalTarget& target) {
  siginfo_t information{};
  information.si_signo = target.signal;
  information.si_code = SI_TIMER;
  information.si_value.sival_ptr = reinterpret_cast<void*>(target.value);
  const long sent = target.is_thread
                        ? syscall(SYS_rt_tgsigqueueinfo, process_of(target.id), target.id,
                                  target.signal, &information)
                        : syscall(SYS_rt_sigqueueinfo, target.id, target.signal, &information);
  return sent == 0;
}

}  // namespace

/// "ID: 0\nsignal: 14/0000562ed1c0f2a0\nnotify: signal/pid.4711\nClockID: 1\n", for each timer.
std::optional<SignalTarget> find_timer(std::string_view text, int number) {
  const std::string title = "ID: " + std::to_string(number) + "\n";
  std::size_t at = text.starts_with(title) ? 0 : text.find("\n" + title);
  if (at == std::string_view::npos) return std::nullopt;
  at = text.find("signal: ", at);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string entry(text.substr(at, 160));
  SignalTarget target;
  unsigned long long value = 0;
  char how[16] = "", whom[8] = "";
  const int count =
      std::sscanf(entry.c_str(), "signal: %d/%llx notify: %15[a-z]/%7[a-z].%d ClockID: %d",
                  &target.signal, &value, how, whom, &target.id, &target.clock);
  if (count != 6) return std::nullopt;
  target.value = value;
  target.is_thread = std::string_view(whom) == "tid";
  if (std::string_view(how) == "none") target.signal = 0;
  return target;
}

std::vector<Alarms::Alarm>::iterator Alarms::find(pid_t process, int number) {
  return std::find_if(alarms_.begin(), alarms_.end(), [&](const Alarm& it) {
    return it.process == process && it.number == number;
  });
}

std::vector<Alarms::Alarm>::const_iterator Alarms::find_next() const {
  return std::min_element(alarms_.begin(), alarms_.end(), [](const Alarm& one, const Alarm& other) {
    return one.deadline < other.deadline;
  });
}

std::optional<Instant> Alarms::next_deadline() const {
  const auto next = find_next();
  return next == alarms_.end() ? std::nullopt : std::optional(next->deadline);
}

/// 0: it is not armed.
Duration Alarms::rest(std::vector<Alarm>::const_iterator alarm) const {
  if (alarm == alarms_.end()) return Duration{0};
  return std::max(alarm->deadline - context_.time.now(), Duration{1000});
}

void Alarms::arm(const Alarm& alarm, Duration value) {
  const auto before = find(alarm.process, alarm.number);
  if (before != alarms_.end()) alarms_.erase(before);
  if (value > Duration{0}) alarms_.push_back(alarm);
}

bool Alarms::answer(const Call& call) {
  switch (call.number) {
    case SYS_alarm:
      context_.listener.reply(call, set_seconds(call));
      return true;
    case SYS_setitimer:
      context_.listener.reply(call, set_real_timer(call));
      return true;
    case SYS_timer_settime:
      set_timer(call);
      return true;
    default:
      return false;
  }
}

Result Alarms::set_seconds(const Call& call) {
  const pid_t process = process_of(call.pid);
  const Duration left = rest(find(process, real_timer));
  const std::chrono::seconds value(static_cast<std::uint32_t>(call.arguments[0]));
  arm({process, real_timer, context_.time.now() + value, {}, {SIGALRM, 0, process}}, value);
  return std::chrono::ceil<std::chrono::seconds>(left).count();
}

Result Alarms::set_real_timer(const Call& call) {
  const pid_t process = process_of(call.pid);
  const auto setting = read_object<itimerval>(call.pid, call.arguments[1]);
  if (!setting) return -EFAULT;
  const auto value = duration_of(setting->it_value);
  const auto interval = duration_of(setting->it_interval);
  if (!value || !interval) return -EINVAL;
  const auto before = find(process, real_timer);
  const itimerval old{before == alarms_.end() ? timeval{} : timeval_of(before->interval),
                      timeval_of(rest(before))};
  if (call.arguments[2] != 0 && !write_object(call.pid, call.arguments[2], old)) return -EFAULT;
  arm({process, real_timer, context_.time.now() + *value, *interval, {SIGALRM, 0, process}},
      *value);
  return 0;
}

/// CPU time, and what cannot be read or found, is the kernel's business.
void Alarms::set_timer(const Call& call) {
  const pid_t process = process_of(call.pid);
  const auto number = static_cast<int>(call.arguments[0]);
  const auto target = read_timer(process, number);
  const auto setting = read_object<itimerspec>(call.pid, call.arguments[2]);
  const auto value = setting ? attach::duration_of(setting->it_value) : std::nullopt;
  const auto interval = setting ? attach::duration_of(setting->it_interval) : std::nullopt;
  const bool has_timers = access("/proc/self/timers", R_OK) == 0;
  if (!has_timers) {
    context_.not_emulated.insert(
        "virtual time for timer_settime(): the kernel has no /proc/PID/timers; it is real");
  }
  const bool is_ours = target && context_.time.read(target->clock);
  if (!is_ours || !value || !interval) return context_.listener.proceed(call);
  const auto before = find(process, number);
  const itimerspec old{timespec_of(before == alarms_.end() ? Duration{} : before->interval),
                       timespec_of(rest(before))};
  if (call.arguments[3] != 0 && !write_object(call.pid, call.arguments[3], old)) {
    return context_.listener.reply(call, -EFAULT);
  }
  const Instant now = context_.time.now();
  const bool is_absolute = (call.arguments[1] & TIMER_ABSTIME) != 0;
  const Instant deadline =
      is_absolute ? context_.time.when(target->clock, *value).value_or(now) : now + *value;
  arm({process, number, deadline, *interval, *target}, *value);
  context_.listener.reply(call, 0);
}

/// A timer may have been deleted since, and its process ended.
void Alarms::expire_next() {
  const auto next = alarms_.begin() + (find_next() - alarms_.cbegin());
  const bool is_there =
      next->number == real_timer || read_timer(next->process, next->number).has_value();
  const bool is_sent = is_there && (next->target.signal == 0 || send(next->target));
  if (is_sent && next->interval > Duration{0}) {
    next->deadline += next->interval;
  } else {
    alarms_.erase(next);
  }
}

}  // namespace dfurig::attach
