// Decides whether a fault strikes now: counted, or by a seeded die.
#pragma once

#include <random>

#include "fault/fault.h"

namespace dfurig::fault {

class Trigger {
 public:
  /// `seed` decides all that a probability leaves open.
  Trigger(const Occasion& occasion, std::uint64_t seed) : occasion_(occasion), die_(seed) {}

  /// The condition is met once more. True: its occasion is this.
  bool is_due();
  /// It does what it is to do.
  void strike() { ++struck_; }
  std::uint64_t met() const { return met_; }
  std::uint64_t struck() const { return struck_; }

 private:
  Occasion occasion_;
  std::mt19937_64 die_;
  std::uint64_t met_ = 0;
  std::uint64_t struck_ = 0;
};

}  // namespace dfurig::fault
