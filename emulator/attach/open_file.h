// A file the tool has open and the kernel knows nothing of: we answer for it.
#pragma once

#include <sys/types.h>

#include <compare>
#include <deque>
#include <optional>
#include <string>

#include "attach/descriptor.h"
#include "attach/listener.h"
#include "attach/uevent.h"

namespace dfurig::attach {

/// The same for all descriptors of all processes that share a file.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  auto operator<=>(const FileIdentity&) const = default;
};

/// What a descriptor of a process refers to; absent when it is not open.
std::optional<FileIdentity> identify(pid_t pid, int descriptor);

/// The tool holds one end of a pipe. Which end, and whether the pipe is full or empty, makes the
/// poll(), select() and epoll of the tool show what they would show for the real file, without us;
/// the other end tells us when the tool has closed its last copy.
class OpenFile {
 public:
  OpenFile(Listener& listener, Descriptor tool_end, Descriptor our_end);
  virtual ~OpenFile() = default;
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  int tool_end() const { return tool_end_.get(); }
  /// Our copy of it goes, so that the last close of the tool's can be seen.
  void drop_tool_end() { tool_end_.reset(); }
  /// Polls POLLHUP or POLLERR once the tool has closed every copy.
  int watched_end() const { return our_end_.get(); }
  const FileIdentity& identity() const { return identity_; }

  /// Answers a call on the file, now or when there is an answer.
  virtual void answer(const Call& call) = 0;
  /// The tool has closed it.
  virtual void release() = 0;
  /// A device has come or gone, perhaps the one this is a node of.
  virtual void notice(const Uevent& event) = 0;
  /// The name fstat() answers for; absent: the kernel may say what it is.
  virtual std::optional<std::string> path() const { return std::nullopt; }

  bool has_waiters() const { return !waiters_.empty(); }
  /// Ends the waiting of threads that have a signal to handle.
  void interrupt_waiters();

 protected:
  /// A second descriptor of the tool's end, for the moment it is needed.
  Descriptor reopen_tool_end(int flags) const;
  /// The tool's poll() shows an error from now on.
  void drop_our_end() { our_end_.reset(); }
  Listener& listener() { return listener_; }
  /// A call that is answered later.
  void add_waiter(const Call& call) { waiters_.push_back(call); }
  std::optional<Call> take_waiter();

 private:
  Listener& listener_;
  Descriptor tool_end_;
  Descriptor our_end_;
  FileIdentity identity_;
  std::deque<Call> waiters_;
};

}  // namespace dfurig::attach
