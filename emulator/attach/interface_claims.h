// Who may use which interface of a device: one open node at a time.
#pragma once

#include <map>
#include <set>

#include "attach/listener.h"

namespace dfurig::attach {

class InterfaceClaims {
 public:
  using Owner = const void*;  ///< an open node

  /// `interfaces` are those the device has.
  explicit InterfaceClaims(std::set<unsigned> interfaces) : interfaces_(std::move(interfaces)) {}

  // Results are those of the ioctls (drivers/usb/core/devio.c).
  Result claim(unsigned interface, Owner owner);
  Result release(unsigned interface, Owner owner);
  void release_all(Owner owner);
  bool is_claimed(unsigned interface) const { return owners_.count(interface) != 0; }
  bool is_any_claimed() const { return !owners_.empty(); }

 private:
  std::set<unsigned> interfaces_;
  std::map<unsigned, Owner> owners_;
};

}  // namespace dfurig::attach
