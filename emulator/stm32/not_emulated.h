// What was touched and is not there: counted, and printed at the end of a run.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace dfurig::stm32 {

/// Counts accesses by a sentence such as "GPIOA.OTYPER bit 17 (reserved) written".
class NotEmulated {
 public:
  void count(const std::string& what) { ++counts_[what]; }
  const std::map<std::string, std::uint64_t>& counts() const { return counts_; }

 private:
  std::map<std::string, std::uint64_t> counts_;
};

}  // namespace dfurig::stm32
