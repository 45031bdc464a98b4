// Copies of the tool's descriptors which it sends itself.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <vector>

#include "attach/borrowed_thread.h"
#include "attach/descriptor_range.h"

namespace dfurig::attach {

/// One descriptor: the same open file, or why there is none.
struct DescriptorCopy {
  Descriptor file;
  int error = 0;  ///< EBADF: the tool has no such descriptor
};
using DescriptorCopyList = std::vector<DescriptorCopy>;

/// Where pidfd_getfd is denied, as by the default seccomp profiles of Docker, containerd and
/// Podman, which allow ptrace: a borrowed thread sends them over a socket.
class SentDescriptors {
 public:
  /// `lent` as in DescriptorCopies.
  SentDescriptors(Listener& listener, const DescriptorRange& lent)
      : listener_(listener), lent_(lent) {}

  /// In the order of `numbers`. Absent: the thread makes its call again, and then they are there.
  std::optional<DescriptorCopyList> take(const Call& call, const std::vector<int>& numbers);

 private:
  bool open_socket();
  /// Absent: the thread is as it was.
  std::optional<std::vector<Descriptor>> fetch(const Call& call, const std::vector<int>& numbers);
  std::vector<Descriptor> receive(std::size_t count);
  void forget_the_dead();

  Listener& listener_;
  DescriptorRange lent_;
  Descriptor ours_;  ///< the socket's ends
  Descriptor theirs_;
  struct Sent {
    std::vector<int> numbers;
    DescriptorCopyList copies;
  };
  std::map<pid_t, Sent> sent_;  ///< by threads that make their call again
};

}  // namespace dfurig::attach
