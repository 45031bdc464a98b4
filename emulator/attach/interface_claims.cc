#include "attach/interface_claims.h"

#include <cerrno>

namespace dfurig::attach {
namespace {

/// usbfs counts claims in the bits of an unsigned long.
constexpr unsigned interfaces_max = 64;

}  // namespace

Result InterfaceClaims::claim(unsigned interface, Owner owner) {
  if (interface >= interfaces_max) return -EINVAL;
  if (interfaces_.count(interface) == 0) return -ENOENT;
  return owners_.try_emplace(interface, owner).first->second == owner ? 0 : -EBUSY;
}

Result InterfaceClaims::release(unsigned interface, Owner owner) {
  if (interface >= interfaces_max) return -EINVAL;
  if (interfaces_.count(interface) == 0) return -ENOENT;
  const auto found = owners_.find(interface);
  if (found == owners_.end() || found->second != owner) return -EINVAL;
  owners_.erase(found);
  return 0;
}

void InterfaceClaims::release_all(Owner owner) {
  std::erase_if(owners_, [owner](const auto& it) { return it.second == owner; });
}

}  // namespace dfurig::attach
