#include "attach/path_calls.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>

#include "attach/device_facts.h"
#include "attach/process_memory.h"

namespace dfurig::attach {

/// Where a call keeps its parts; -1: it has no such argument.
struct PathCalls::Kind {
  enum class What { Open, OpenHow, Stat, Statx, Access, Readlink, Statfs, Attribute, Chdir };
  long number;
  What what;
  int folder;  ///< directory descriptor, or the descriptor itself when there is no path
  int path;
  int buffer;  ///< where results go; for Access: the mode
  int flags;
  int fixed_flags;  ///< what the call means without a flags argument
};

/// A file the tree answers.
struct PathCalls::Named {
  std::string path;     ///< virtual
  std::string real;     ///< empty: only the kernel's name for an open file, `path`, is asked for
  bool follows = true;  ///< a final symbolic link
  bool is_link_itself = false;  ///< an open stand-in for a link
};

namespace {

std::string read_proc_link(pid_t pid, const std::string& name) {
  const std::string path = "/proc/" + std::to_string(pid) + "/" + name;
  char target[PATH_MAX];
  const ssize_t size = readlink(path.c_str(), target, sizeof target);
  return size < 0 ? std::string() : std::string(target, static_cast<std::size_t>(size));
}

Result or_errno(int result) {
  return result < 0 ? -errno : result;
}

}  // namespace

bool PathCalls::follows_last_link(const Call& call, const Kind& kind) {
  if (kind.what == Kind::What::OpenHow) {
    const auto how = read_object<open_how>(call.pid, call.arguments[2]);
    return !how || (how->flags & O_NOFOLLOW) == 0;
  }
  const std::uint64_t flags = kind.flags < 0 ? static_cast<std::uint64_t>(kind.fixed_flags)
                                             : call.arguments[static_cast<unsigned>(kind.flags)];
  return (flags & (kind.what == Kind::What::Open ? O_NOFOLLOW : AT_SYMLINK_NOFOLLOW)) == 0;
}

const PathCalls::Kind* PathCalls::find_kind(int number) {
  using What = Kind::What;
  static constexpr std::array kinds = {
      Kind{SYS_open, What::Open, -1, 0, -1, 1, 0},
      Kind{SYS_openat, What::Open, 0, 1, -1, 2, 0},
      Kind{SYS_openat2, What::OpenHow, 0, 1, 2, -1, 0},
      Kind{SYS_stat, What::Stat, -1, 0, 1, -1, 0},
      Kind{SYS_lstat, What::Stat, -1, 0, 1, -1, AT_SYMLINK_NOFOLLOW},
      Kind{SYS_fstat, What::Stat, 0, -1, 1, -1, 0},
      Kind{SYS_newfstatat, What::Stat, 0, 1, 2, 3, 0},
      Kind{SYS_statx, What::Statx, 0, 1, 4, 2, 0},
      Kind{SYS_access, What::Access, -1, 0, 1, -1, 0},
      Kind{SYS_faccessat, What::Access, 0, 1, 2, -1, 0},
      Kind{SYS_faccessat2, What::Access, 0, 1, 2, 3, 0},
      Kind{SYS_readlink, What::Readlink, -1, 0, 1, -1, AT_SYMLINK_NOFOLLOW},
      Kind{SYS_readlinkat, What::Readlink, 0, 1, 2, -1, AT_SYMLINK_NOFOLLOW},
      Kind{SYS_statfs, What::Statfs, -1, 0, 1, -1, 0},
      Kind{SYS_fstatfs, What::Statfs, 0, -1, 1, -1, 0},
      Kind{SYS_getxattr, What::Attribute, -1, 0, -1, -1, 0},
      Kind{SYS_lgetxattr, What::Attribute, -1, 0, -1, -1, AT_SYMLINK_NOFOLLOW},
      Kind{SYS_listxattr, What::Attribute, -1, 0, -1, -1, 0},
      Kind{SYS_llistxattr, What::Attribute, -1, 0, -1, -1, AT_SYMLINK_NOFOLLOW},
      Kind{SYS_chdir, What::Chdir, -1, 0, -1, -1, 0},
  };
  for (const Kind& kind : kinds) {
    if (kind.number == number) return &kind;
  }
  return nullptr;
}

bool PathCalls::answer(const Call& call) {
  const Kind* kind = find_kind(call.number);
  if (kind == nullptr) return false;
  const std::optional<Named> named = resolve(call, *kind);
  if (!named) {
    listener_.proceed(call);
  } else if (!listener_.is_alive(call)) {
    return true;
  } else if (kind->what == Kind::What::Open || kind->what == Kind::What::OpenHow) {
    open(call, *kind, *named);
  } else if (kind->what == Kind::What::Chdir) {
    change_folder(call, *named);
  } else {
    listener_.reply(call, perform(call, *kind, *named));
  }
  return true;
}

std::optional<PathCalls::Named> PathCalls::name_of_descriptor(const Call& call,
                                                              int descriptor) const {
  const std::string real = read_proc_link(call.pid, "fd/" + std::to_string(descriptor));
  if (const auto link = tree_.link_behind(real)) {
    return Named{*link, tree_.real_path(*link), false, true};
  }
  if (const auto path = tree_.virtual_path(real)) return Named{*path, real};
  if (!real.starts_with("pipe:")) return std::nullopt;
  const auto node = find_node_(call, descriptor);
  return node ? std::optional(Named{*node, tree_.real_path(*node)}) : std::nullopt;
}

/// What /proc/self/fd/7 or /proc/PID/fd/7 says, when it is a file of ours.
std::optional<PathCalls::Named> PathCalls::name_in_proc(const Call& call,
                                                        const std::string& path) const {
  int descriptor = 0;
  int pid = call.pid;
  int length = 0;
  const auto matches = [&](const char* format, int fields, auto... into) {
    length = 0;
    return std::sscanf(path.c_str(), format, into..., &length) == fields &&
           static_cast<std::size_t>(length) == path.size();
  };
  const bool is_descriptor = matches("/proc/self/fd/%d%n", 1, &descriptor) ||
                             matches("/dev/fd/%d%n", 1, &descriptor) ||
                             matches("/proc/%d/fd/%d%n", 2, &pid, &descriptor);
  if (!is_descriptor) return std::nullopt;
  Call of_process = call;
  of_process.pid = pid;
  auto named = name_of_descriptor(of_process, descriptor);
  if (named) named->real.clear();
  return named;
}

std::optional<PathCalls::Named> PathCalls::resolve(const Call& call, const Kind& kind) const {
  const int folder = kind.folder < 0
                         ? AT_FDCWD
                         : static_cast<int>(call.arguments[static_cast<unsigned>(kind.folder)]);
  if (kind.path < 0) return name_of_descriptor(call, folder);
  auto path = read_path(call.pid, call.arguments[static_cast<unsigned>(kind.path)]);
  if (!path) return std::nullopt;
  if (path->empty()) return folder == AT_FDCWD ? std::nullopt : name_of_descriptor(call, folder);
  if (kind.what == Kind::What::Readlink) {
    if (auto named = name_in_proc(call, *path)) return named;
  }
  bool is_from_tree = false;
  if (path->front() != '/') {
    const std::string base = folder == AT_FDCWD
                                 ? read_proc_link(call.pid, "cwd")
                                 : read_proc_link(call.pid, "fd/" + std::to_string(folder));
    const auto virtual_base = tree_.virtual_path(base);
    is_from_tree = virtual_base.has_value();
    path = virtual_base.value_or(base) + "/" + *path;
    if (path->front() != '/') return std::nullopt;
  }
  const bool follows = follows_last_link(call, kind);
  const VirtualTree::Resolved resolved = tree_.resolve(*path, follows);
  if (VirtualTree::covers(resolved.path)) {
    return Named{resolved.path, tree_.real_path(resolved.path), follows};
  }
  // Out of the tree by "..": the kernel would look beside the tree's real folder.
  if (resolved.is_ours || is_from_tree) return Named{resolved.path, resolved.path, follows};
  return std::nullopt;
}

Result PathCalls::perform(const Call& call, const Kind& kind, const Named& named) const {
  if (kind.what == Kind::What::Attribute) {
    struct ::stat status {};
    if (lstat(named.real.c_str(), &status) != 0) return -errno;
    // There are none: nothing to get, an empty list.
    const bool lists = call.number == SYS_listxattr || call.number == SYS_llistxattr;
    return lists ? 0 : -ENODATA;
  }
  const std::uint64_t buffer = call.arguments[static_cast<unsigned>(kind.buffer)];
  switch (kind.what) {
    case Kind::What::Stat:
      return stat(call, named, buffer);
    case Kind::What::Statx:
      return statx(call, named);
    case Kind::What::Access:
      return may(named, static_cast<int>(buffer));
    case Kind::What::Readlink:
      return read_link(call, named, buffer, call.arguments[static_cast<unsigned>(kind.buffer) + 1]);
    case Kind::What::Statfs:
      return statfs(call, named);
    case Kind::What::Open:
    case Kind::What::OpenHow:
    case Kind::What::Attribute:
    case Kind::What::Chdir:
      break;
  }
  return -ENOSYS;
}

/// Nodes are everybody's; in sysfs nothing can be written.
Result PathCalls::may(const Named& named, int mode) const {
  const bool writes_sysfs = (mode & W_OK) != 0 && is_in_sysfs(named);
  return writes_sysfs ? -EACCES : or_errno(::access(named.real.c_str(), mode));
}

bool PathCalls::is_in_sysfs(const Named& named) const {
  return !is_device_node(named.path) && tree_.virtual_path(named.real).has_value();
}

/// Nobody can change a process's folder but itself, and it would go to the machine's.
void PathCalls::change_folder(const Call& call, const Named& named) {
  if (::access(named.path.c_str(), F_OK) != 0 && ::access(named.real.c_str(), F_OK) == 0) {
    not_emulated_.insert("chdir to " + named.path + ": name its files by their whole path");
  }
  listener_.proceed(call);
}

void PathCalls::open(const Call& call, const Kind& kind, const Named& named) const {
  std::uint64_t flags = 0;
  if (kind.what == Kind::What::OpenHow) {
    const auto how = read_object<open_how>(call.pid, call.arguments[2]);
    if (!how) return listener_.reply(call, -EFAULT);
    flags = how->flags;
  } else {
    flags = call.arguments[static_cast<unsigned>(kind.flags)];
  }
  const bool closes_on_exec = (flags & O_CLOEXEC) != 0;
  struct ::stat status {};
  if (lstat(named.real.c_str(), &status) != 0) return listener_.reply(call, -errno);
  if (is_device_node(named.path) && (flags & O_PATH) == 0) {
    return open_node_(call, named.path, closes_on_exec);
  }
  std::string real = named.real;
  if (S_ISLNK(status.st_mode) && (flags & O_NOFOLLOW) != 0) {
    if ((flags & O_PATH) == 0) return listener_.reply(call, -ELOOP);
    real = tree_.stand_in_for(named.path);
  }
  if ((flags & O_ACCMODE) != O_RDONLY && is_in_sysfs(named)) {
    return listener_.reply(call, -EACCES);
  }
  const int kept = static_cast<int>(flags & (O_DIRECTORY | O_NONBLOCK | O_ACCMODE));
  const Descriptor file(::open(real.c_str(), kept | O_CLOEXEC));
  if (!file.is_open()) return listener_.reply(call, -errno);
  listener_.inject(call, file.get(), closes_on_exec);
}

Result PathCalls::stat(const Call& call, const Named& named, std::uint64_t buffer) const {
  struct ::stat status {};
  const int result = named.follows && !named.is_link_itself ? ::stat(named.real.c_str(), &status)
                                                            : lstat(named.real.c_str(), &status);
  if (result != 0) return -errno;
  if (const auto minor_number = find_device_minor(named.path)) {
    status.st_mode = S_IFCHR | 0666;
    status.st_rdev = makedev(usb_device_major, *minor_number);
  }
  return write_object(call.pid, buffer, status) ? 0 : -EFAULT;
}

Result PathCalls::statx(const Call& call, const Named& named) const {
  struct ::statx status {};
  const int flags = named.follows && !named.is_link_itself ? 0 : AT_SYMLINK_NOFOLLOW;
  const auto mask = static_cast<unsigned>(call.arguments[3]);
  if (::statx(AT_FDCWD, named.real.c_str(), flags, mask, &status) != 0) return -errno;
  if (const auto minor_number = find_device_minor(named.path)) {
    status.stx_mode = S_IFCHR | 0666;
    status.stx_rdev_major = usb_device_major;
    status.stx_rdev_minor = *minor_number;
  }
  return write_object(call.pid, call.arguments[4], status) ? 0 : -EFAULT;
}

Result PathCalls::read_link(const Call& call, const Named& named, std::uint64_t buffer,
                            std::uint64_t size) const {
  char target[PATH_MAX];
  ssize_t length = 0;
  if (named.real.empty()) {
    length = static_cast<ssize_t>(named.path.copy(target, sizeof target));
  } else {
    length = readlink(named.real.c_str(), target, sizeof target);
  }
  if (length < 0) return -errno;
  const std::size_t copied = std::min<std::size_t>(static_cast<std::size_t>(length), size);
  if (!write_memory(call.pid, buffer, target, copied)) return -EFAULT;
  return static_cast<Result>(copied);
}

/// libudev believes a device only when its folder is on sysfs.
Result PathCalls::statfs(const Call& call, const Named& named) const {
  struct ::statfs status {};
  const char* mount = named.path.starts_with("/sys") ? "/sys" : "/dev";
  if (::statfs(mount, &status) != 0) return -errno;
  return write_object(call.pid, call.arguments[1], status) ? 0 : -EFAULT;
}

}  // namespace dfurig::attach
