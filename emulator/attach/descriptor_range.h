// Which numbers our files get in the tool.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace dfurig::attach {

/// Numbers from `first` on are kept for files we answer for, so that the filter can let calls on
/// all other descriptors pass.
struct DescriptorRange {
  unsigned first = 0;
  unsigned end = 0;
  bool operator==(const DescriptorRange&) const = default;
};

/// The top quarter of what a process limited to `limit` descriptors (RLIMIT_NOFILE) may have and
/// select() takes.
DescriptorRange reserve_descriptors(std::uint64_t limit);

/// The numbers right below: as high, and with calls on them that the filter lets through.
DescriptorRange below(const DescriptorRange& reserved);

/// The lowest number of the range that the process does not use.
std::optional<unsigned> find_free_descriptor(const DescriptorRange& range, pid_t pid);

}  // namespace dfurig::attach
