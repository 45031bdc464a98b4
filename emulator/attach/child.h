// Starts the tool with its filter installed and hands back the listener.
#pragma once

#include <sys/types.h>

#include <string>

#include "attach/descriptor.h"
#include "attach/descriptor_range.h"
#include "attach/run_tool.h"

namespace dfurig::attach {

struct Child {
  pid_t pid = -1;
  Descriptor listener;         ///< the seccomp notification descriptor
  Descriptor standard_output;  ///< read ends; open only when captured
  Descriptor standard_error;
};

/// Calls on descriptors from `reserved.first` on are notified.
/// Throws InputError when notifications cannot work here; nothing runs then.
Child start_child(const std::string& program, const ToolCommand& command,
                  const DescriptorRange& reserved);

/// The program's path: looked up in PATH unless it has a slash. Throws InputError.
std::string find_program(const std::string& name, const std::string& working_directory = "");

/// A signal that arrives in the middle of a notified call must not restart it: that needs
/// SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, Linux 5.19. Throws InputError for an older `release`
/// ("6.1.0-13-amd64").
void check_kernel(const std::string& release);

}  // namespace dfurig::attach
