// The tool's descendants: none survives.
#pragma once

#include <sys/types.h>

#include <vector>

namespace dfurig::attach {

/// Makes orphans among our descendants our children, so that they can be found and reaped.
void become_subreaper();

/// All living descendants of this process whose ancestor is not in `spared` — the children this
/// process had before the tool.
std::vector<pid_t> find_descendants(const std::vector<pid_t>& spared);

/// This process's own children.
std::vector<pid_t> find_children();

/// Kills and reaps every descendant but those of `spared`; returns when none is left.
void kill_descendants(const std::vector<pid_t>& spared);

}  // namespace dfurig::attach
