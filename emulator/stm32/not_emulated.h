// What was touched and is not there: counted, and printed at the end of a run.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "support/hex.h"

namespace dfurig::stm32 {

/// Counts accesses by a sentence such as "GPIOA.OTYPER bit 17 (reserved) written".
class NotEmulated {
 public:
  void count(const std::string& what) { ++counts_[pc_ ? what + " (PC " + hex(*pc_) + ")" : what]; }
  /// The instruction whose accesses follow; absent: no firmware makes them.
  void set_pc(std::optional<std::uint32_t> pc) { pc_ = pc; }
  const std::map<std::string, std::uint64_t>& counts() const { return counts_; }

 private:
  std::map<std::string, std::uint64_t> counts_;
  std::optional<std::uint32_t> pc_;
};

}  // namespace dfurig::stm32
