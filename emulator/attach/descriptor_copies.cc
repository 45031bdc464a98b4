#include "attach/descriptor_copies.h"

#include <linux/kcmp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include "attach/process_status.h"

namespace dfurig::attach {
namespace {

/// pidfd_open() takes a process's first thread only (Linux before 6.9).
Descriptor open_process(pid_t thread) {
  Descriptor process(static_cast<int>(syscall(SYS_pidfd_open, thread, 0)));
  if (process.is_open()) return process;
  return Descriptor(static_cast<int>(syscall(SYS_pidfd_open, process_of(thread), 0)));
}

}  // namespace

bool DescriptorCopies::find_process(pid_t thread) {
  last_thread_ = 0;
  last_process_.reset();
  last_process_ = open_process(thread);
  if (last_process_.is_open()) last_thread_ = thread;
  return last_process_.is_open();
}

/// ESRCH: the process we knew has ended; the number is another's now.
DescriptorCopy DescriptorCopies::take(pid_t thread, int number) {
  const auto get = [&] {
    Descriptor copy(static_cast<int>(syscall(SYS_pidfd_getfd, last_process_.get(), number, 0)));
    const int error = copy.is_open() ? 0 : errno;
    return DescriptorCopy{std::move(copy), error};
  };
  if (thread == last_thread_) {
    DescriptorCopy copy = get();
    if (copy.error != ESRCH) return copy;
  }
  return find_process(thread) ? get() : DescriptorCopy{{}, errno};
}

std::optional<DescriptorCopyList> DescriptorCopies::copy(const Call& call,
                                                         const std::vector<int>& numbers) {
  DescriptorCopyList copies;
  for (std::size_t i = 0; can_take_ && i < numbers.size(); ++i) {
    copies.push_back(take(call.pid, numbers[i]));
    can_take_ = copies.back().error != EPERM && copies.back().error != ENOSYS;
  }
  if (can_take_) return copies;
  return sent_.take(call, numbers);
}

bool is_same_file(int one, int other) {
  return syscall(SYS_kcmp, getpid(), getpid(), KCMP_FILE, one, other) == 0;
}

int clock_of_timer(int timer) {
  std::ifstream stream("/proc/self/fdinfo/" + std::to_string(timer));
  for (std::string word; stream >> word;) {
    int number = 0;
    if (word == "clockid:" && stream >> number) return number;
  }
  return CLOCK_MONOTONIC;
}

bool is_signalfd(int descriptor) {
  std::array<char, 64> target{};
  const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t size = readlink(path.c_str(), target.data(), target.size());
  return size > 0 &&
         std::string_view(target.data(), static_cast<std::size_t>(size)) == "anon_inode:[signalfd]";
}

}  // namespace dfurig::attach
