#include "attach/virtual_tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "attach/descriptor.h"

namespace dfurig::attach {
namespace {

/// The machine's own USB is hidden behind these; everything else is the machine's.
constexpr std::array covered = {"/sys/bus", "/sys/devices/platform/dfurig.0", "/dev/bus",
                                "/run/udev/control"};
/// USB device nodes by number: the character device major of usbfs (Documentation/admin-guide/
/// devices.txt); and interfaces by name.
constexpr std::array covered_beginnings = {
    "/sys/dev/char/189:", "/run/udev/data/c189:", "/run/udev/data/+usb:"};
/// Holds the stand-ins; no virtual path begins so.
constexpr const char* stand_ins = "/.links";

/// As many links as the kernel follows in one path.
constexpr unsigned links_max = 40;

bool is_below(const std::string& path, const std::string& folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

std::string parent_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

void check(int result, const std::string& path) {
  if (result < 0) throw std::runtime_error(path + ": cannot be made: " + std::strerror(errno));
}

/// Some hundred small files for one tool: in memory, unless the user says where.
std::string folder_for_trees() {
  if (const char* chosen = std::getenv("TMPDIR")) return chosen;
  return access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
}

}  // namespace

VirtualTree::VirtualTree() : root_(folder_for_trees()) {
  mkdir(real_path(stand_ins).c_str(), 0700);
}

const VirtualTree::Entry* VirtualTree::find(const std::string& path) const {
  const auto found = entries_.find(path);
  return found == entries_.end() ? nullptr : &found->second;
}

void VirtualTree::add_folder(const std::string& path) {
  if (path.empty() || find(path) != nullptr) return;
  add_folder(parent_of(path));
  check(mkdir(real_path(path).c_str(), 0755), path);
  entries_[path] = {Kind::Folder, ""};
}

void VirtualTree::add_file(const std::string& path, const std::string& content) {
  add_folder(parent_of(path));
  const Descriptor file(
      open(real_path(path).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  check(file.get(), path);
  if (!content.empty()) {
    check(static_cast<int>(write(file.get(), content.data(), content.size())), path);
  }
  entries_[path] = {Kind::File, ""};
}

void VirtualTree::add_link(const std::string& path, const std::string& target) {
  add_folder(parent_of(path));
  check(symlink(target.c_str(), real_path(path).c_str()), path);
  entries_[path] = {Kind::Link, target};
}

void VirtualTree::remove(const std::string& path) {
  remove_below(path);
  const Entry* entry = find(path);
  if (entry == nullptr) return;
  entry->kind == Kind::Folder ? rmdir(real_path(path).c_str()) : unlink(real_path(path).c_str());
  entries_.erase(path);
}

/// The last first: what is in a folder stands behind it.
void VirtualTree::remove_below(const std::string& path) {
  const std::string beginning = path == "/" ? path : path + "/";
  auto end = entries_.lower_bound(beginning);
  const auto begin = end;
  while (end != entries_.end() && end->first.starts_with(beginning)) ++end;
  for (auto it = end; it != begin;) {
    --it;
    const std::string real = real_path(it->first);
    it->second.kind == Kind::Folder ? rmdir(real.c_str()) : unlink(real.c_str());
  }
  entries_.erase(begin, end);
}

VirtualTree::Resolved VirtualTree::resolve(const std::string& path, bool follows_last) const {
  unsigned links_left = links_max;
  Resolved resolved;
  std::string rest = path;
  while (!rest.empty()) {
    const std::size_t begin = rest.find_first_not_of('/');
    if (begin == std::string::npos) break;
    const std::size_t end = std::min(rest.find('/', begin), rest.size());
    const std::string name = rest.substr(begin, end - begin);
    rest.erase(0, end);
    if (name == ".") continue;
    if (name == "..") {
      resolved.path.erase(std::min(resolved.path.rfind('/'), resolved.path.size()));
      continue;
    }
    resolved.path.append(1, '/').append(name);
    resolved.is_ours = resolved.is_ours || covers(resolved.path);
    if (!resolved.is_ours) continue;
    const bool is_followed = follows_last || !rest.empty();
    const Entry* entry = find(resolved.path);
    if (entry == nullptr || entry->kind != Kind::Link || !is_followed) continue;
    if (links_left-- == 0) return resolved;
    resolved.path = entry->target.starts_with('/') ? "" : parent_of(resolved.path);
    rest.insert(0, entry->target);
  }
  if (resolved.path.empty()) resolved.path = "/";
  return resolved;
}

bool VirtualTree::covers(const std::string& path) {
  return std::any_of(covered.begin(), covered.end(),
                     [&](const char* folder) { return is_below(path, folder); }) ||
         std::any_of(covered_beginnings.begin(), covered_beginnings.end(),
                     [&](const char* beginning) { return path.starts_with(beginning); });
}

std::optional<std::string> VirtualTree::virtual_path(const std::string& real) const {
  if (!is_below(real, root_.path()) || is_below(real, real_path(stand_ins))) return std::nullopt;
  return real.size() == root_.path().size() ? "/" : real.substr(root_.path().size());
}

std::string VirtualTree::stand_in_for(const std::string& link) const {
  std::string name = link;
  std::replace(name.begin(), name.end(), '/', '!');
  const std::string path = real_path(stand_ins) + "/" + name;
  check(Descriptor(open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0600)).get(), path);
  return path;
}

std::optional<std::string> VirtualTree::link_behind(const std::string& real) const {
  const std::string folder = real_path(stand_ins) + "/";
  if (!real.starts_with(folder)) return std::nullopt;
  std::string link = real.substr(folder.size());
  std::replace(link.begin(), link.end(), '!', '/');
  return link;
}

}  // namespace dfurig::attach
