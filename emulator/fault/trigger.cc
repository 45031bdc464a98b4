#include "fault/trigger.h"

namespace dfurig::fault {

bool Trigger::is_due() {
  ++met_;
  if (met_ < occasion_.first || struck_ >= occasion_.count) return false;
  if (!occasion_.probability) return true;
  // 53 bits: the same on every machine, which std's distributions are not.
  return static_cast<double>(die_() >> 11) * 0x1.0p-53 < *occasion_.probability;
}

}  // namespace dfurig::fault
