// Where time is virtual: when it goes on, and how far.
#include <algorithm>

#include "attach/process_status.h"
#include "attach/process_tree.h"
#include "attach/quiescence.h"
#include "attach/supervisor.h"

namespace dfurig::attach {
namespace {

/// Between two looks whether everybody waits: as long as a tool takes for a few system calls at
/// first, then longer, while it is busy.
constexpr std::chrono::microseconds shortest_nap{20};
constexpr std::chrono::milliseconds longest_nap{1};
/// Longer than anybody is expected to compute while others wait for a time. Who does, perhaps only
/// waits for them in a way of its own, round and round: then time goes on as it computes. What it
/// computes counts, not how long that takes: on a busy machine a run is to have the same times.
constexpr std::chrono::milliseconds patience{500};
/// What takes no longer cannot have computed long.
constexpr std::chrono::milliseconds short_work{10};

Duration computed_by(const std::vector<pid_t>& processes) {
  Duration sum{};
  for (const pid_t it : processes) sum += cpu_time_of(it);
  return sum;
}

}  // namespace

void Supervisor::set_timeout(std::chrono::milliseconds timeout) {
  if (timeout.count() == 0) return;
  timeout_ = timeout;
  limit_ = time_.now() + timeout;
  deadline_ = std::chrono::steady_clock::now() + timeout;
}

bool Supervisor::has_reached_limit() const {
  return time_.is_virtual() && time_.now() >= limit_;
}

/// A virtual time may stand still for ever, with a tool that does nothing but compute: so long as
/// the timeout it may. How fast it goes on depends on the machine, and decides nothing.
void Supervisor::look_at_the_machines_clock() {
  if (!deadline_) return;
  const SteadyTime now = std::chrono::steady_clock::now();
  const bool goes_on = time_.is_virtual() && time_.now() != last_look_ && !has_reached_limit();
  if (goes_on) deadline_ = now + timeout_;
  last_look_ = time_.now();
  result_.timed_out = result_.timed_out || now >= *deadline_;
}

std::optional<Instant> Supervisor::next_instant() const {
  std::optional<Instant> next = virtual_time_->next_deadline();
  for (const auto& bus : buses_) {
    const std::optional<Duration> due = bus->due_in();
    if (due && (!next || time_.now() + *due < *next)) next = time_.now() + *due;
  }
  return next;
}

/// What somebody did before everybody waited is seen after it: a signal, a futex's word, a call
/// that was not received yet, output.
bool Supervisor::does_everybody_wait() {
  const auto is_held = [this](pid_t thread) { return listener_->holds(thread); };
  if (!attach::does_everybody_wait(spared_, is_held)) return false;
  for (const auto& [identity, file] : files_) file->interrupt_waiters();
  if (virtual_time_->end_ready()) return false;
  std::vector<pollfd> seen = watched();
  return poll(seen.data(), seen.size(), 0) == 0;
}

void Supervisor::follow_computing() {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (!busy_) busy_ = Busy{now};
  if (now - busy_->since < short_work) return;
  const Duration computed = computed_by(find_descendants(spared_));
  if (!busy_->computed_before) busy_->computed_before = computed;
  // Several that compute at once do not make the time go faster.
  const Duration busy = std::min<Duration>(computed - *busy_->computed_before, now - busy_->since);
  if (busy < patience + busy_->followed) return;
  time_.spend(busy - patience - busy_->followed);
  busy_->followed = busy - patience;
}

/// One thing at a time: whatever it sets free runs until it waits again. At the same instant a
/// device comes before the tool, a timer before a sleeper, and who began to wait first is first.
void Supervisor::let_time_pass(bool has_happened) {
  if (has_happened) virtual_time_->end_ready();
  virtual_time_->end_overdue();
  const std::optional<Instant> next = next_instant();
  if (!next) return busy_.reset();
  if (has_happened) {
    nap_ = shortest_nap;
    return;
  }
  if (!does_everybody_wait()) {
    nap_ = std::min<Duration>(2 * nap_, longest_nap);
    return follow_computing();
  }
  busy_.reset();
  nap_ = shortest_nap;
  if (*next >= limit_) {
    time_.advance_to(limit_);
    result_.timed_out = true;
    return;
  }
  time_.advance_to(*next);
  bool is_device_first = false;
  for (const auto& bus : buses_) {
    if (bus->due_in().value_or(Duration{1}) > Duration{0}) continue;
    bus->pump();
    is_device_first = true;
  }
  if (!is_device_first) virtual_time_->end_next();
}

}  // namespace dfurig::attach
