#include "fault/trigger.h"

namespace dfurig::fault {

bool Trigger::strikes() {
  ++met_;
  if (met_ < occasion_.first || struck_ >= occasion_.count) return false;
  if (occasion_.probability) {
    // 53 bits: the same on every machine, which std's distributions are not.
    const double roll = static_cast<double>(die_() >> 11) * 0x1.0p-53;
    if (roll >= *occasion_.probability) return false;
  }
  ++struck_;
  return true;
}

}  // namespace dfurig::fault
