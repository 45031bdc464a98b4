// The supply of a board, as faults see it.
#pragma once

#include <functional>

#include "support/clock.h"

namespace dfurig::fault {

/// Somebody at the bench, or a fault, cuts the power; the board notices at its next request.
class Power {
 public:
  void cut() { is_cut_ = true; }
  void restore() { is_cut_ = false; }
  bool is_cut() const { return is_cut_; }

 private:
  bool is_cut_ = false;
};

/// The board behind a device.
struct BoardSide {
  std::function<void(Instant)> power_off;
  std::function<void(Instant)> power_on;        ///< and it boots
  std::function<bool()> are_options_unwritten;  ///< erased, and not programmed yet
};

}  // namespace dfurig::fault
