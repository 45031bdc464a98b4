#include "attach/descriptor_copies.h"

#include <linux/kcmp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <string>
#include <string_view>

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

/// ESRCH: the process we knew has ended; the number is another's now.
Descriptor DescriptorCopies::copy(pid_t thread, int descriptor) {
  const auto take = [&] {
    return Descriptor(
        static_cast<int>(syscall(SYS_pidfd_getfd, last_process_.get(), descriptor, 0)));
  };
  if (thread == last_thread_) {
    Descriptor copy = take();
    if (copy.is_open() || errno != ESRCH) return copy;
  }
  last_thread_ = 0;
  last_process_.reset();
  last_process_ = open_process(thread);
  if (!last_process_.is_open()) return {};
  last_thread_ = thread;
  return take();
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
