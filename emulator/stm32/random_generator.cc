#include "stm32/random_generator.h"

#include <cassert>

#include "stm32/register_block.h"

namespace dfurig::stm32 {
namespace {

// RM0351 §27.8
constexpr std::uint32_t cr_rngen = 1u << 2;
constexpr std::uint32_t cr_ie = 1u << 3;
constexpr std::uint32_t sr_drdy = 1u << 0;

constexpr std::uint32_t seed = 1;

/// Marsaglia, Xorshift RNGs (2003): never 0, every other value once.
std::uint32_t following(std::uint32_t x) {
  x ^= x << 13;
  x ^= x >> 17;
  return x ^ (x << 5);
}

}  // namespace

RandomGenerator::RandomGenerator(RegisterBlock& block) : block_(block), state_(seed) {
  const auto cr = block.find("CR"), sr = block.find("SR"), dr = block.find("DR");
  assert(cr && sr && dr && "the model was validated: an RNG has these registers");
  cr_ = *cr;
  sr_ = *sr;
  dr_ = *dr;
}

void RandomGenerator::reset(bool is_power_on) {
  if (is_power_on) state_ = seed;
}

/// RM0351 §27.3.5: DRDY goes when DR is read, until the next number is there: at once.
void RandomGenerator::after_read(std::size_t index) {
  if (index == dr_) offer();
}

void RandomGenerator::written(std::size_t index, std::uint32_t) {
  if (index == cr_) offer();
}

void RandomGenerator::offer() {
  const bool is_on = (block_.value(cr_) & cr_rngen) != 0;
  std::uint32_t& sr = block_.value(sr_);
  sr = is_on ? sr | sr_drdy : sr & ~sr_drdy;
  if (is_on) state_ = following(state_);
  block_.value(dr_) = is_on ? state_ : 0;
}

std::uint32_t RandomGenerator::interrupts() const {
  const bool is_ready = (block_.value(sr_) & sr_drdy) != 0;
  return is_ready && (block_.value(cr_) & cr_ie) != 0 ? 1 : 0;
}

}  // namespace dfurig::stm32
