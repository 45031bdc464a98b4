// SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", figure 16.
#pragma once

#include <cstdint>

namespace dfurig {

constexpr std::uint64_t split_mix_increment = 0x9E37'79B9'7F4A'7C15;

/// The output for the state; the next state is this one plus `split_mix_increment`.
constexpr std::uint64_t split_mix_64(std::uint64_t state) {
  std::uint64_t mixed = state + split_mix_increment;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58'476D'1CE4'E5B9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D0'49BB'1331'11EB;
  return mixed ^ (mixed >> 31);
}

}  // namespace dfurig
