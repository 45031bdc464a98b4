// The kernel's code in every process that tells the time without a system call, made to make one.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "support/bytes.h"

namespace dfurig::attach {

/// Where a function of a vDSO begins, from the image's start. Absent: it has none of this name, or
/// this is no ELF image of x86_64.
std::optional<std::uint64_t> find_vdso_function(ByteView image, std::string_view name);

/// `mov eax, number; syscall; ret`.
Bytes system_call_code(std::uint32_t number);

/// The vDSO is the same in every process of a kernel, at another address each time.
class VdsoPatch {
 public:
  VdsoPatch();

  /// Makes the process's clocks system calls, if they are not yet. Once a thread has called it, it
  /// costs a look at the code: execve() brings a fresh vDSO. False: it cannot be done.
  bool apply(pid_t thread);

 private:
  struct Function {
    std::uint64_t offset = 0;
    Bytes code;
  };
  bool is_applied(pid_t thread, std::uint64_t base) const;
  bool write(pid_t thread, std::uint64_t base) const;

  std::vector<Function> functions_;
  std::map<pid_t, std::uint64_t> bases_;  ///< by thread
};

}  // namespace dfurig::attach
