#include "attach/process_tree.h"

#include <dirent.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

namespace dfurig::attach {
namespace {

/// Field 4 of /proc/PID/stat; the name in field 2 may hold anything but ends with the last ')'.
pid_t parent_of(const std::string& pid) {
  std::ifstream stream("/proc/" + pid + "/stat");
  std::string text;
  std::getline(stream, text);
  const std::size_t end = text.rfind(')');
  if (end == std::string::npos || end + 4 > text.size()) return -1;
  return static_cast<pid_t>(std::strtol(text.c_str() + end + 4, nullptr, 10));
}

std::multimap<pid_t, pid_t> children_by_parent() {
  std::multimap<pid_t, pid_t> children;
  DIR* folder = opendir("/proc");
  if (folder == nullptr) return children;
  while (const dirent* entry = readdir(folder)) {
    const std::string name = entry->d_name;
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    children.emplace(parent_of(name), static_cast<pid_t>(std::stol(name)));
  }
  closedir(folder);
  return children;
}

/// A child that has ended or lives; asking changes nothing.
bool has_children() {
  siginfo_t ignored{};
  return waitid(P_ALL, 0, &ignored, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0;
}

/// Those of all threads of a process.
void add_children(pid_t pid, std::multimap<pid_t, pid_t>& children) {
  const std::string folder = "/proc/" + std::to_string(pid) + "/task";
  DIR* threads = opendir(folder.c_str());
  if (threads == nullptr) return;  // it has ended
  while (const dirent* entry = readdir(threads)) {
    if (entry->d_name[0] == '.') continue;
    std::ifstream stream(folder + "/" + entry->d_name + "/children");
    for (pid_t child = 0; stream >> child;) children.emplace(pid, child);
  }
  closedir(threads);
}

}  // namespace

/// The files that list children are quick; without them all of /proc has to be looked through.
std::vector<pid_t> find_descendants(const std::vector<pid_t>& spared) {
  static const bool lists_children = access("/proc/thread-self/children", R_OK) == 0;
  std::multimap<pid_t, pid_t> children;
  if (!lists_children) children = children_by_parent();
  std::vector<pid_t> found = {getpid()};
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (lists_children) add_children(found[i], children);
    const auto [begin, end] = children.equal_range(found[i]);
    for (auto it = begin; it != end; ++it) {
      if (std::find(spared.begin(), spared.end(), it->second) == spared.end()) {
        found.push_back(it->second);
      }
    }
  }
  found.erase(found.begin());
  return found;
}

void become_subreaper() {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
}

std::vector<pid_t> find_children() {
  if (!has_children()) return {};
  std::vector<pid_t> pids;
  const auto children = children_by_parent();
  const auto [begin, end] = children.equal_range(getpid());
  for (auto it = begin; it != end; ++it) pids.push_back(it->second);
  return pids;
}

pid_t find_ended_child(const std::vector<pid_t>& spared) {
  siginfo_t ended{};
  if (waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT | __WALL) != 0) return 0;
  return std::find(spared.begin(), spared.end(), ended.si_pid) == spared.end() ? ended.si_pid : 0;
}

/// A process may fork while it is being looked for: repeat until a look finds nobody. Looking
/// through /proc is slow, and mostly there is nobody.
void kill_descendants(const std::vector<pid_t>& spared) {
  while (!spared.empty() || has_children()) {
    const std::vector<pid_t> left = find_descendants(spared);
    if (left.empty() && !spared.empty()) return;
    for (const pid_t pid : left) kill(pid, SIGKILL);
    for (const pid_t pid : left) waitpid(pid, nullptr, WNOHANG);
    const timespec a_moment{0, 1'000'000};
    nanosleep(&a_moment, nullptr);
  }
}

}  // namespace dfurig::attach
