#include "attach/virtual_tree.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace dfurig::attach {
namespace {

namespace fs = std::filesystem;

/// The machine's own USB is hidden behind these; everything else is the machine's.
constexpr std::array covered = {"/sys/bus", "/sys/devices/platform/dfurig.0", "/dev/bus",
                                "/run/udev/control"};
/// USB device nodes by number: the character device major of usbfs (Documentation/admin-guide/
/// devices.txt); and interfaces by name.
constexpr std::array covered_beginnings = {
    "/sys/dev/char/189:", "/run/udev/data/c189:", "/run/udev/data/+usb:"};
/// Holds the stand-ins; no virtual path begins so.
constexpr const char* stand_ins = "/.links";

bool is_below(const std::string& path, const std::string& folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

/// Some hundred small files for one tool: in memory, unless the user says where.
std::string folder_for_trees() {
  if (const char* chosen = std::getenv("TMPDIR")) return chosen;
  return access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
}

}  // namespace

std::string normalise_path(const std::string& path) {
  const std::string normal = fs::path(path).lexically_normal().string();
  return normal.size() > 1 && normal.back() == '/' ? normal.substr(0, normal.size() - 1) : normal;
}

VirtualTree::VirtualTree() {
  std::string pattern = folder_for_trees() + "/dfurig-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) {
    throw std::runtime_error(pattern + ": cannot be made: " + std::strerror(errno));
  }
  // As the kernel names it in /proc/PID/fd.
  root_ = fs::canonical(pattern).string();
  fs::create_directory(root_ + stand_ins);
}

VirtualTree::~VirtualTree() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

void VirtualTree::add_folder(const std::string& path) {
  fs::create_directories(root_ + path);
}

void VirtualTree::add_file(const std::string& path, const std::string& content) {
  add_folder(fs::path(path).parent_path().string());
  std::ofstream(root_ + path, std::ios::binary) << content;
}

void VirtualTree::add_link(const std::string& path, const std::string& target) {
  add_folder(fs::path(path).parent_path().string());
  fs::create_symlink(target, root_ + path);
}

void VirtualTree::remove(const std::string& path) {
  std::error_code ignored;
  fs::remove_all(root_ + path, ignored);
}

bool VirtualTree::covers(const std::string& path) {
  return std::any_of(covered.begin(), covered.end(),
                     [&](const char* folder) { return is_below(path, folder); }) ||
         std::any_of(covered_beginnings.begin(), covered_beginnings.end(),
                     [&](const char* beginning) { return path.starts_with(beginning); });
}

std::optional<std::string> VirtualTree::virtual_path(const std::string& real) const {
  if (!is_below(real, root_) || is_below(real, root_ + stand_ins)) return std::nullopt;
  return real.size() == root_.size() ? "/" : real.substr(root_.size());
}

std::string VirtualTree::stand_in_for(const std::string& link) const {
  std::string name = link;
  std::replace(name.begin(), name.end(), '/', '!');
  const std::string path = root_ + stand_ins + "/" + name;
  std::ofstream(path, std::ios::app);
  return path;
}

std::optional<std::string> VirtualTree::link_behind(const std::string& real) const {
  const std::string folder = root_ + stand_ins + "/";
  if (!real.starts_with(folder)) return std::nullopt;
  std::string link = real.substr(folder.size());
  std::replace(link.begin(), link.end(), '!', '/');
  return link;
}

}  // namespace dfurig::attach
