#include "attach/open_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <utility>

#include "attach/process_status.h"

namespace dfurig::attach {

std::optional<FileIdentity> identify(pid_t pid, int descriptor) {
  const std::string path = "/proc/" + std::to_string(pid) + "/fd/" + std::to_string(descriptor);
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileIdentity{status.st_dev, status.st_ino};
}

OpenFile::OpenFile(Listener& listener, Descriptor tool_end, Descriptor our_end)
    : listener_(listener), tool_end_(std::move(tool_end)), our_end_(std::move(our_end)) {
  struct stat status {};
  fstat(our_end_.get(), &status);
  identity_ = {status.st_dev, status.st_ino};
}

/// Both ends of a pipe are the same file: opened again by name, it has the other direction.
Descriptor OpenFile::reopen_tool_end(int flags) const {
  const std::string path = "/proc/self/fd/" + std::to_string(our_end_.get());
  return Descriptor(open(path.c_str(), flags | O_NONBLOCK | O_CLOEXEC));
}

std::optional<Call> OpenFile::take_waiter() {
  if (waiters_.empty()) return std::nullopt;
  const Call call = waiters_.front();
  waiters_.pop_front();
  return call;
}

void OpenFile::interrupt_waiters() {
  std::erase_if(waiters_, [this](const Call& call) {
    const bool is_interrupted = has_pending_signal(call.pid);
    if (is_interrupted) listener_.reply(call, -EINTR);
    return is_interrupted;
  });
}

}  // namespace dfurig::attach
