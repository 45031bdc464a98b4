#include "support/temporary_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <tuple>
#include <utility>

#include "support/input_error.h"

namespace dfurig {
namespace {

namespace fs = std::filesystem;

constexpr const char* beginning = "dfurig-temporary-";
constexpr const char* variable_end = "XXXXXX";

int open_folder(const std::string& path) {
  return open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

enum class Lock { Taken, SomebodyElses, Impossible };

/// Held until `folder` is closed, or its process ends. Some network's file systems have none.
Lock lock(int folder) {
  if (flock(folder, LOCK_EX | LOCK_NB) == 0) return Lock::Taken;
  return errno == EWOULDBLOCK ? Lock::SomebodyElses : Lock::Impossible;
}

bool is_still_there(int folder, const std::string& path) {
  struct stat opened {};
  struct stat named {};
  return fstat(folder, &opened) == 0 && lstat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

bool is_mine(int folder) {
  struct stat facts {};
  return fstat(folder, &facts) == 0 && facts.st_uid == geteuid();
}

bool is_name_of_ours(const std::string& name) {
  return name.starts_with(beginning) &&
         name.size() == std::strlen(beginning) + std::strlen(variable_end);
}

void remove_those_left(const std::string& parent) {
  std::error_code error;
  for (fs::directory_iterator it(parent, error), end; !error && it != end; it.increment(error)) {
    if (!is_name_of_ours(it->path().filename().string())) continue;
    const int folder = open_folder(it->path().string());
    if (folder < 0) continue;
    std::error_code ignored;
    if (is_mine(folder) && lock(folder) == Lock::Taken) fs::remove_all(it->path(), ignored);
    close(folder);
  }
}

/// A new one in `parent`, and the descriptor that locks it.
std::pair<std::string, int> make_locked(const std::string& parent) {
  std::string path = parent + "/" + beginning + variable_end;
  if (mkdtemp(path.data()) == nullptr) {
    throw InputError(path, std::string("cannot be made: ") + std::strerror(errno));
  }
  const int folder = open_folder(path);
  if (folder < 0 && errno != ENOENT) {
    throw InputError(path, std::string("cannot be opened: ") + std::strerror(errno));
  }
  // Another process may take the new one for one that was left, and be the first to lock it.
  const bool is_lost =
      folder < 0 || lock(folder) == Lock::SomebodyElses || !is_still_there(folder, path);
  if (!is_lost) return {fs::canonical(path).string(), folder};
  if (folder >= 0) close(folder);
  return make_locked(parent);
}

}  // namespace

TemporaryFolder::TemporaryFolder(const std::string& parent) {
  remove_those_left(parent);
  std::tie(path_, lock_) = make_locked(parent);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
  close(lock_);
}

}  // namespace dfurig
