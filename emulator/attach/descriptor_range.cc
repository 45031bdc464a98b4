#include "attach/descriptor_range.h"

#include <sys/select.h>
#include <sys/stat.h>

#include <algorithm>
#include <string>

namespace dfurig::attach {

DescriptorRange reserve_descriptors(std::uint64_t limit) {
  const auto end = static_cast<unsigned>(std::min<std::uint64_t>(limit, FD_SETSIZE));
  return {end - end / 4, end};
}

DescriptorRange below(const DescriptorRange& reserved) {
  return {reserved.first - reserved.first / 4, reserved.first};
}

std::optional<unsigned> find_free_descriptor(const DescriptorRange& range, pid_t pid) {
  const std::string folder = "/proc/" + std::to_string(pid) + "/fd/";
  for (unsigned number = range.first; number < range.end; ++number) {
    struct stat status {};
    if (lstat((folder + std::to_string(number)).c_str(), &status) != 0) return number;
  }
  return std::nullopt;
}

}  // namespace dfurig::attach
