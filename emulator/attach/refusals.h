// Why a tool cannot be run here, as sentences.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>

namespace dfurig::attach {

/// No tool can be run on this machine, as it is. `what()` says why, and what to do instead.
class HostRefusal : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

bool is_host_refusal(const std::exception& error);
/// Throws again what another process caught: a HostRefusal, or any other error.
[[noreturn]] void throw_again(const std::string& what, bool is_host_refusal);

/// A signal that arrives in the middle of a notified call must not restart it: that needs
/// SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, Linux 5.19. Throws HostRefusal for an older `release`
/// ("6.1.0-13-amd64").
void check_kernel(const std::string& release);

/// The kernel did not install the filter, for this errno.
HostRefusal filter_refusal(int error);

/// The kernel does not let us read the tool's memory, for this errno. `ptrace_scope` is Yama's
/// setting, where there is one.
HostRefusal memory_refusal(int error, std::optional<int> ptrace_scope);
/// kernel.yama.ptrace_scope of this machine.
std::optional<int> read_ptrace_scope();

}  // namespace dfurig::attach
