// The tool's descendants: none survives.
#pragma once

#include <sys/types.h>

#include <vector>

namespace dfurig::attach {

/// Makes orphans among our descendants our children, so that they can be found and reaped.
void become_subreaper();

/// This process's own children.
std::vector<pid_t> find_children();

/// All that descend from this process, but not those of `spared` nor theirs.
std::vector<pid_t> find_descendants(const std::vector<pid_t>& spared);

/// A child that has ended and waits to be reaped, if the next to reap is not one of `spared`; else
/// 0.
pid_t find_ended_child(const std::vector<pid_t>& spared);

/// Kills and reaps every descendant but those of `spared`; returns when none is left.
void kill_descendants(const std::vector<pid_t>& spared);

}  // namespace dfurig::attach
