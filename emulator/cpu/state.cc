#include "cpu/state.h"

#include <utility>

namespace dfurig::cpu {
namespace {

// DDI 0403E §B1.4.2: ICI/IT is split over EPSR[26:25] and EPSR[15:10].
constexpr unsigned it_low_lsb = 25;
constexpr unsigned it_high_lsb = 10;
constexpr std::uint32_t t_bit = 1u << 24;
constexpr std::uint32_t ipsr_mask = 0x1FF;

}  // namespace

std::uint32_t xpsr(const State& state) {
  const auto bit = [](bool value, unsigned lsb) { return value ? 1u << lsb : 0u; };
  return bit(state.n, 31) | bit(state.z, 30) | bit(state.c, 29) | bit(state.v, 28) |
         bit(state.q, 27) | (state.it & 3u) << it_low_lsb | (state.t ? t_bit : 0u) |
         (state.ge & 0xFu) << 16 | (state.it >> 2 & 0x3Fu) << it_high_lsb | state.ipsr;
}

void set_xpsr(State& state, std::uint32_t value) {
  const auto bit = [&](unsigned lsb) { return (value >> lsb & 1) != 0; };
  state.n = bit(31);
  state.z = bit(30);
  state.c = bit(29);
  state.v = bit(28);
  state.q = bit(27);
  state.it =
      static_cast<std::uint8_t>((value >> it_low_lsb & 3) | (value >> it_high_lsb & 0x3F) << 2);
  state.t = (value & t_bit) != 0;
  state.ge = static_cast<std::uint8_t>(value >> 16 & 0xF);
  state.ipsr = value & ipsr_mask;
}

void select_stack(State& state, bool spsel, unsigned ipsr) {
  const bool was_psp = state.is_psp_in_use();
  state.spsel = spsel;
  state.ipsr = ipsr;
  if (state.is_psp_in_use() != was_psp) std::swap(state.r[sp], state.other_sp);
}

}  // namespace dfurig::cpu
