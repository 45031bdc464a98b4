#include "attach/process_status.h"

#include <fcntl.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <optional>
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

bool is_nonblocking(pid_t pid, int descriptor) {
  const std::string path = "/proc/" + std::to_string(pid) + "/fdinfo/" + std::to_string(descriptor);
  return (find_number(path, "flags", 8).value_or(0) & O_NONBLOCK) != 0;
}

}  // namespace dfurig::attach
