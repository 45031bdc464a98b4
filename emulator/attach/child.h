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

}  // namespace dfurig::attach
