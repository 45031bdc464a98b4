#include "attach/quiescence.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "attach/descriptor.h"
#include "attach/process_tree.h"

namespace dfurig::attach {
namespace {

using Look = std::map<pid_t, ThreadStatus>;

/// What follows "name" at the start of a line.
std::string_view find_field(std::string_view text, std::string_view name) {
  std::size_t at = text.starts_with(name) ? 0 : text.find(name);
  while (at != std::string_view::npos && at != 0 && text[at - 1] != '\n') {
    at = text.find(name, at + 1);
  }
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + name.size());
  const std::size_t start = rest.find_first_not_of(" \t");
  return start == std::string_view::npos ? std::string_view() : rest.substr(start);
}

std::uint64_t number_of(std::string_view text) {
  std::uint64_t number = 0;
  for (const char it : text) {
    if (it < '0' || it > '9') break;
    number = number * 10 + static_cast<std::uint64_t>(it - '0');
  }
  return number;
}

/// Absent: the thread has ended.
std::optional<ThreadStatus> read_status(const std::string& thread_folder) {
  const Descriptor file(open((thread_folder + "/status").c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> text;
  const ssize_t size = read(file.get(), text.data(), text.size());
  if (size <= 0) return std::nullopt;
  return parse_thread_status({text.data(), static_cast<std::size_t>(size)});
}

/// False at the first thread that does something.
bool look_at_process(pid_t pid, const std::function<bool(pid_t)>& is_held, Look& look) {
  const std::string folder = "/proc/" + std::to_string(pid) + "/task";
  DIR* threads = opendir(folder.c_str());
  if (threads == nullptr) return true;  // ended and reaped
  bool all_wait = true;
  while (const dirent* entry = all_wait ? readdir(threads) : nullptr) {
    if (entry->d_name[0] == '.') continue;
    const auto status = read_status(folder + "/" + entry->d_name);
    if (!status) continue;
    const auto thread = static_cast<pid_t>(std::atol(entry->d_name));
    look[thread] = *status;
    all_wait = is_waiting(*status, is_held(thread));
  }
  closedir(threads);
  return all_wait;
}

/// Absent: somebody does something.
std::optional<Look> look_around(const std::vector<pid_t>& spared,
                                const std::function<bool(pid_t)>& is_held) {
  Look look;
  for (const pid_t pid : find_descendants(spared)) {
    if (!look_at_process(pid, is_held, look)) return std::nullopt;
  }
  return look;
}

}  // namespace

std::optional<ThreadStatus> parse_thread_status(std::string_view text) {
  const std::string_view state = find_field(text, "State:");
  if (state.empty()) return std::nullopt;
  return ThreadStatus{state.front(),
                      number_of(find_field(text, "voluntary_ctxt_switches:")) +
                          number_of(find_field(text, "nonvoluntary_ctxt_switches:"))};
}

bool is_waiting(const ThreadStatus& status, bool is_held) {
  constexpr std::string_view waiting = "STtZX";
  return waiting.find(status.state) != std::string_view::npos || (is_held && status.state == 'D');
}

/// A thread that waits in both looks and has not been switched away from in between has waited all
/// the time between them; so there was a moment, between the looks, when all did.
bool does_everybody_wait(const std::vector<pid_t>& spared,
                         const std::function<bool(pid_t)>& is_held) {
  const std::optional<Look> first = look_around(spared, is_held);
  return first && look_around(spared, is_held) == first;
}

}  // namespace dfurig::attach
