#include "attach/process_status.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace dfurig::attach {
namespace {

/// The number behind "name:" in a file of /proc.
std::optional<std::uint64_t> find_number(const std::string& path, const std::string& name,
                                         int radix) {
  std::ifstream stream(path);
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with(name + ":")) {
      return std::strtoull(line.c_str() + name.size() + 1, nullptr, radix);
    }
  }
  return std::nullopt;
}

}  // namespace

pid_t process_of(pid_t thread) {
  const std::string path = "/proc/" + std::to_string(thread) + "/status";
  return static_cast<pid_t>(
      find_number(path, "Tgid", 10).value_or(static_cast<std::uint64_t>(thread)));
}

std::uint64_t pending_signals(pid_t thread) {
  const std::string path = "/proc/" + std::to_string(thread) + "/status";
  return find_number(path, "SigPnd", 16).value_or(0) | find_number(path, "ShdPnd", 16).value_or(0);
}

bool has_pending_signal(pid_t thread, std::uint64_t blocked) {
  return (pending_signals(thread) & ~blocked) != 0;
}

bool has_pending_signal(pid_t thread) {
  const std::string path = "/proc/" + std::to_string(thread) + "/status";
  return has_pending_signal(thread, find_number(path, "SigBlk", 16).value_or(0));
}

/// proc(5): utime, stime, cutime and cstime are fields 14 to 17. The name in field 2 may hold
/// anything but ends with the last ')'.
std::optional<std::uint64_t> parse_cpu_ticks(std::string_view stat) {
  const std::size_t end = stat.rfind(')');
  if (end == std::string_view::npos) return std::nullopt;
  std::istringstream fields(std::string(stat.substr(end + 1)));
  std::string ignored;
  for (int field = 3; field < 14; ++field) fields >> ignored;
  std::uint64_t sum = 0;
  for (int field = 14; field <= 17; ++field) {
    std::uint64_t ticks = 0;
    if (!(fields >> ticks)) return std::nullopt;
    sum += ticks;
  }
  return sum;
}

Duration cpu_time_of(pid_t pid) {
  static const std::int64_t ticks_a_second = sysconf(_SC_CLK_TCK);
  std::ifstream stream("/proc/" + std::to_string(pid) + "/stat");
  std::string stat;
  std::getline(stream, stat);
  const auto ticks = static_cast<std::int64_t>(parse_cpu_ticks(stat).value_or(0));
  return Duration(std::chrono::seconds(ticks)) / ticks_a_second;
}

bool is_nonblocking(pid_t pid, int descriptor) {
  const std::string path = "/proc/" + std::to_string(pid) + "/fdinfo/" + std::to_string(descriptor);
  return (find_number(path, "flags", 8).value_or(0) & O_NONBLOCK) != 0;
}

}  // namespace dfurig::attach
