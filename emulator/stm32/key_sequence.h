// The unlock sequence of FLASH_KEYR and its kin.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace dfurig::stm32 {

/// RM0090 §3.6.1: the right keys in order unlock; a wrong one blocks further tries until reset.
class KeySequence {
 public:
  explicit KeySequence(std::vector<std::uint32_t> keys) : keys_(std::move(keys)) {}

  /// True when this key completed the sequence.
  bool write(std::uint32_t key) {
    if (is_blocked_) return false;
    is_blocked_ = key != keys_[next_];
    if (is_blocked_ || ++next_ < keys_.size()) return false;
    next_ = 0;
    return true;
  }
  bool is_blocked() const { return is_blocked_; }

 private:
  std::vector<std::uint32_t> keys_;
  std::size_t next_ = 0;
  bool is_blocked_ = false;
};

}  // namespace dfurig::stm32
