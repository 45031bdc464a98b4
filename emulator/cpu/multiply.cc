// Multiplication and division (DDI 0403E §A5.3.16, §A5.3.17).
#include <array>

#include "cpu/encodings.h"

namespace dfurig::cpu {
namespace {

struct Operands {
  unsigned rd, ra;
  std::uint32_t n, m;
};

Operands operands_of(const Machine& m, std::uint32_t op) {
  return {bits(op, 11, 8), bits(op, 15, 12), m.state.r[bits(op, 19, 16)],
          m.state.r[bits(op, 3, 0)]};
}

std::int64_t as_signed(std::uint32_t value) {
  return static_cast<std::int32_t>(value);
}

std::int64_t half(std::uint32_t value, bool is_top) {
  return static_cast<std::int16_t>(is_top ? value >> 16 : value & 0xFFFF);
}

/// MUL is MLA with Ra 15.
void mla(Machine& m, std::uint32_t op) {
  const Operands x = operands_of(m, op);
  m.set(x.rd, x.n * x.m + (x.ra == pc ? 0 : m.state.r[x.ra]));
}

void mls(Machine& m, std::uint32_t op) {
  const Operands x = operands_of(m, op);
  m.set(x.rd, m.state.r[x.ra] - x.n * x.m);
}

/// Adds Ra unless that is 15, and sets Q when the sum does not fit.
void accumulate(Machine& m, const Operands& x, std::int64_t product) {
  const std::int64_t sum = product + (x.ra == pc ? 0 : as_signed(m.state.r[x.ra]));
  if (sum != as_signed(static_cast<std::uint32_t>(sum))) m.state.q = true;
  m.set(x.rd, static_cast<std::uint32_t>(sum));
}

/// SMLABB and its like; SMULBB with Ra 15.
void smlaxy(Machine& m, std::uint32_t op) {
  const Operands x = operands_of(m, op);
  accumulate(m, x, half(x.n, bit(op, 5)) * half(x.m, bit(op, 4)));
}

void smlawy(Machine& m, std::uint32_t op) {
  const Operands x = operands_of(m, op);
  accumulate(m, x, (as_signed(x.n) * half(x.m, bit(op, 4))) >> 16);
}

/// SMLAD, SMLSD: bit 4 swaps the halves of Rm.
template <bool is_sum>
void smlad(Machine& m, std::uint32_t op) {
  const Operands x = operands_of(m, op);
  const bool swaps = bit(op, 4);
  const std::int64_t low = half(x.n, false) * half(x.m, swaps);
  const std::int64_t high = half(x.n, true) * half(x.m, !swaps);
  accumulate(m, x, is_sum ? low + high : low - high);
}

/// SMMLA, SMMUL, SMMLS: the upper word; bit 4 rounds.
template <bool is_sum>
void smmla(Machine& m, std::uint32_t op) {
  const Operands x = operands_of(m, op);
  const auto product = static_cast<std::uint64_t>(as_signed(x.n) * as_signed(x.m));
  const std::uint64_t added = x.ra == pc && is_sum ? 0 : std::uint64_t{m.state.r[x.ra]} << 32;
  std::uint64_t result = is_sum ? added + product : added - product;
  if (bit(op, 4)) result += 0x80000000u;
  m.set(x.rd, static_cast<std::uint32_t>(result >> 32));
}

/// USAD8, USADA8.
void usada8(Machine& m, std::uint32_t op) {
  const Operands x = operands_of(m, op);
  std::uint32_t sum = x.ra == pc ? 0 : m.state.r[x.ra];
  for (unsigned lsb = 0; lsb < 32; lsb += 8) {
    const int difference =
        static_cast<int>(x.n >> lsb & 0xFF) - static_cast<int>(x.m >> lsb & 0xFF);
    sum += static_cast<std::uint32_t>(difference < 0 ? -difference : difference);
  }
  m.set(x.rd, sum);
}

std::uint64_t accumulator(const Machine& m, std::uint32_t op) {
  return std::uint64_t{m.state.r[bits(op, 11, 8)]} << 32 | m.state.r[bits(op, 15, 12)];
}

void set_long(Machine& m, std::uint32_t op, std::uint64_t value) {
  m.set(bits(op, 15, 12), static_cast<std::uint32_t>(value));
  m.set(bits(op, 11, 8), static_cast<std::uint32_t>(value >> 32));
}

template <bool is_signed, bool adds>
void multiply_long(Machine& m, std::uint32_t op) {
  const Operands x = operands_of(m, op);
  const std::uint64_t product = is_signed
                                    ? static_cast<std::uint64_t>(as_signed(x.n) * as_signed(x.m))
                                    : std::uint64_t{x.n} * x.m;
  set_long(m, op, product + (adds ? accumulator(m, op) : 0));
}

void umaal(Machine& m, std::uint32_t op) {
  const Operands x = operands_of(m, op);
  set_long(m, op,
           std::uint64_t{x.n} * x.m + m.state.r[bits(op, 11, 8)] + m.state.r[bits(op, 15, 12)]);
}

void smlalxy(Machine& m, std::uint32_t op) {
  const Operands x = operands_of(m, op);
  const std::int64_t product = half(x.n, bit(op, 5)) * half(x.m, bit(op, 4));
  set_long(m, op, accumulator(m, op) + static_cast<std::uint64_t>(product));
}

template <bool is_sum>
void smlald(Machine& m, std::uint32_t op) {
  const Operands x = operands_of(m, op);
  const bool swaps = bit(op, 4);
  const std::int64_t low = half(x.n, false) * half(x.m, swaps);
  const std::int64_t high = half(x.n, true) * half(x.m, !swaps);
  set_long(m, op,
           accumulator(m, op) + static_cast<std::uint64_t>(is_sum ? low + high : low - high));
}

/// Division by zero gives 0, or faults with CCR.DIV_0_TRP (§A7.7.127).
bool is_division_refused(Machine& m, std::uint32_t divisor) {
  if (divisor != 0 || !m.system.does_divide_by_zero_trap()) return false;
  m.port.raise(FaultKind::DivByZero);
  return true;
}

void sdiv(Machine& m, std::uint32_t op) {
  const Operands x = operands_of(m, op);
  if (is_division_refused(m, x.m)) return;
  m.set(x.rd, x.m == 0 ? 0 : static_cast<std::uint32_t>(as_signed(x.n) / as_signed(x.m)));
}

void udiv(Machine& m, std::uint32_t op) {
  const Operands x = operands_of(m, op);
  if (is_division_refused(m, x.m)) return;
  m.set(x.rd, x.m == 0 ? 0 : x.n / x.m);
}

constexpr auto v7 = Architecture::ArmV7M;
constexpr auto v7e = Architecture::ArmV7EM;
constexpr std::array encodings = {
    Encoding{0xFFF000F0, 0xFB000000, mla, v7},            // MLA, MUL §A7.7.74
    Encoding{0xFFF000F0, 0xFB000010, mls, v7},            // §A7.7.75
    Encoding{0xFFF000C0, 0xFB100000, smlaxy, v7e},        // §A7.7.136, SMULxy §A7.7.148
    Encoding{0xFFF000E0, 0xFB200000, smlad<true>, v7e},   // §A7.7.137, SMUAD §A7.7.147
    Encoding{0xFFF000E0, 0xFB300000, smlawy, v7e},        // §A7.7.141, SMULWy §A7.7.150
    Encoding{0xFFF000E0, 0xFB400000, smlad<false>, v7e},  // SMLSD §A7.7.142, SMUSD §A7.7.151
    Encoding{0xFFF000E0, 0xFB500000, smmla<true>, v7e},   // §A7.7.144, SMMUL §A7.7.146
    Encoding{0xFFF000E0, 0xFB600000, smmla<false>, v7e},  // SMMLS §A7.7.145
    Encoding{0xFFF000F0, 0xFB700000, usada8, v7e},        // §A7.7.212
    Encoding{0xFFF000F0, 0xFB800000, multiply_long<true, false>, v7},   // SMULL §A7.7.149
    Encoding{0xFFF0F0F0, 0xFB90F0F0, sdiv, v7},                         // §A7.7.127
    Encoding{0xFFF000F0, 0xFBA00000, multiply_long<false, false>, v7},  // UMULL §A7.7.204
    Encoding{0xFFF0F0F0, 0xFBB0F0F0, udiv, v7},                         // §A7.7.195
    Encoding{0xFFF000F0, 0xFBC00000, multiply_long<true, true>, v7},    // SMLAL §A7.7.138
    Encoding{0xFFF000C0, 0xFBC00080, smlalxy, v7e},                     // §A7.7.139
    Encoding{0xFFF000E0, 0xFBC000C0, smlald<true>, v7e},                // §A7.7.140
    Encoding{0xFFF000E0, 0xFBD000C0, smlald<false>, v7e},               // SMLSLD §A7.7.143
    Encoding{0xFFF000F0, 0xFBE00000, multiply_long<false, true>, v7},   // UMLAL §A7.7.203
    Encoding{0xFFF000F0, 0xFBE00060, umaal, v7e},                       // §A7.7.202
};

}  // namespace

std::span<const Encoding> multiply() {
  return encodings;
}

}  // namespace dfurig::cpu
