#include "oracle/explained.h"

namespace dfurig::cpu {
std::string explain(std::uint32_t, bool, const CoreSpec&, const State&, bool, bool) {
  return "";
}
}  // namespace dfurig::cpu
