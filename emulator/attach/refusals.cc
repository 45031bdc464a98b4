#include "attach/refusals.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "support/input_error.h"

namespace dfurig::attach {
namespace {

const char* const other_ways =
    "use dfurig serve and the kernel's client instead: usbip attach -r 127.0.0.1 -b 1-1";

HostRefusal refusal(const std::string& problem, const std::string& advice = other_ways) {
  return HostRefusal(InputError("exec", problem, advice).what());
}

}  // namespace

bool is_host_refusal(const std::exception& error) {
  return dynamic_cast<const HostRefusal*>(&error) != nullptr;
}

void throw_again(const std::string& what, bool is_host_refusal) {
  if (is_host_refusal) throw HostRefusal(what);
  throw std::runtime_error(what);
}

void check_kernel(const std::string& release) {
  int major = 0;
  int minor = 0;
  if (std::sscanf(release.c_str(), "%d.%d", &major, &minor) != 2) return;
  if (major > 5 || (major == 5 && minor >= 19)) return;
  throw refusal("this kernel is " + release +
                "; running tools without a kernel module needs Linux 5.19 or newer");
}

HostRefusal filter_refusal(int error) {
  if (error == EBUSY) {
    return refusal("this process is inside a dfurig exec already: they cannot be nested",
                   "run all tools in one wrapper: dfurig exec … -- sh -c 'tool1; tool2'");
  }
  return refusal(std::string("the kernel refuses seccomp user notification: ") +
                 std::strerror(error) +
                 (error == EPERM ? " (a container's seccomp profile?)" : ""));
}

// Documentation/admin-guide/LSM/Yama.rst: from 2 on only root may trace, from 3 on nobody.
HostRefusal memory_refusal(int error, std::optional<int> ptrace_scope) {
  const std::string problem =
      std::string("the kernel refuses access to the tool's memory: ") + std::strerror(error);
  if (!ptrace_scope || *ptrace_scope < 2) {
    return refusal(problem + " (a container's seccomp profile?)");
  }
  const std::string setting =
      " (kernel.yama.ptrace_scope is " + std::to_string(*ptrace_scope) + ")";
  return refusal(problem + setting,
                 *ptrace_scope == 2 ? "run it as root, or set it: sysctl kernel.yama.ptrace_scope=1"
                                    : other_ways);
}

std::optional<int> read_ptrace_scope() {
  std::ifstream stream("/proc/sys/kernel/yama/ptrace_scope");
  int scope = 0;
  return stream >> scope ? std::optional(scope) : std::nullopt;
}

}  // namespace dfurig::attach
