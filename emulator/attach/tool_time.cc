#include "attach/tool_time.h"

#include <algorithm>
#include <array>

namespace dfurig::attach {
namespace {

constexpr std::array clocks = {CLOCK_REALTIME,
                               CLOCK_MONOTONIC,
                               CLOCK_MONOTONIC_RAW,
                               CLOCK_REALTIME_COARSE,
                               CLOCK_BOOTTIME,
                               CLOCK_TAI,
                               CLOCK_MONOTONIC_COARSE,
                               8 /* CLOCK_REALTIME_ALARM */,
                               9 /* CLOCK_BOOTTIME_ALARM */};

constexpr Duration::rep a_second = 1'000'000'000;
/// What is further away is for ever: 100 years.
constexpr Duration::rep seconds_max = 100LL * 366 * 86400;

Instant machine_time(clockid_t id) {
  timespec time{};
  clock_gettime(id, &time);
  return Instant(time.tv_sec * a_second + time.tv_nsec);
}

}  // namespace

std::optional<Duration> duration_of(const timespec& time) {
  if (time.tv_sec < 0 || time.tv_nsec < 0 || time.tv_nsec >= a_second) return std::nullopt;
  const Duration::rep seconds = std::min<Duration::rep>(time.tv_sec, seconds_max);
  return Duration(seconds * a_second + time.tv_nsec);
}

timespec timespec_of(Duration duration) {
  const Duration::rep whole = std::max<Duration::rep>(duration.count(), 0);
  return {whole / a_second, whole % a_second};
}

ToolTime::ToolTime(ManualClock* clock) : clock_(clock) {
  if (clock == nullptr) return;
  start_ = clock->now();
  for (const clockid_t id : clocks) starts_[id] = machine_time(id);
}

Instant ToolTime::now() const {
  return is_virtual() ? starts_.at(CLOCK_MONOTONIC) + elapsed() : machine_time(CLOCK_MONOTONIC);
}

std::optional<Instant> ToolTime::read(clockid_t id) const {
  const auto start = starts_.find(id);
  if (start == starts_.end()) return std::nullopt;
  return clocks_are_real_ ? machine_time(id) : start->second + elapsed();
}

std::optional<Instant> ToolTime::when(clockid_t id, Instant shown) const {
  const std::optional<Instant> shows = read(id);
  if (!shows) return std::nullopt;
  return now() + std::max(shown - *shows, Duration{0});
}

void ToolTime::advance_to(Instant at) {
  clock_->advance_to(start_ + (at - starts_.at(CLOCK_MONOTONIC)));
}

}  // namespace dfurig::attach
