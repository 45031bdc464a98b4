// 32-bit branches, barriers, hints, MRS and MSR (DDI 0403E §A5.3.4).
#include <array>

#include "cpu/arithmetic.h"
#include "cpu/encodings.h"
#include "cpu/hints.h"
#include "cpu/special_registers.h"

namespace dfurig::cpu {
namespace {

/// S:J1:J2:imm10:imm11 of BL and B T4: I1 = NOT(J1 EOR S).
std::uint32_t long_offset(std::uint32_t op) {
  const std::uint32_t s = bits(op, 26, 26);
  const std::uint32_t i1 = ~(bits(op, 13, 13) ^ s) & 1;
  const std::uint32_t i2 = ~(bits(op, 11, 11) ^ s) & 1;
  const std::uint32_t offset =
      s << 24 | i1 << 23 | i2 << 22 | bits(op, 25, 16) << 12 | bits(op, 10, 0) << 1;
  return sign_extend(offset, 25);
}

void b_conditional(Machine& m, std::uint32_t op) {
  if (!does_condition_hold(m.state, bits(op, 25, 22))) return;
  const std::uint32_t offset = bits(op, 26, 26) << 20 | bits(op, 11, 11) << 19 |
                               bits(op, 13, 13) << 18 | bits(op, 21, 16) << 12 |
                               bits(op, 10, 0) << 1;
  m.branch(m.state.r[pc] + sign_extend(offset, 21));
}

void b(Machine& m, std::uint32_t op) {
  m.branch(m.state.r[pc] + long_offset(op));
}

void bl(Machine& m, std::uint32_t op) {
  m.state.r[lr] = m.next | 1;
  m.branch(m.state.r[pc] + long_offset(op));
}

void msr(Machine& m, std::uint32_t op) {
  write_special(m, bits(op, 7, 0), bits(op, 11, 10), m.state.r[bits(op, 19, 16)]);
}

void mrs(Machine& m, std::uint32_t op) {
  m.set(bits(op, 11, 8), read_special(m, bits(op, 7, 0)));
}

/// Memory is in order here, and self-modified code is decoded anew: barriers have nothing to do.
void barrier(Machine&, std::uint32_t) {}

void clrex(Machine& m, std::uint32_t) {
  m.exclusive.reset();
}

constexpr auto v6 = Architecture::ArmV6M;
constexpr auto v7 = Architecture::ArmV7M;
constexpr std::array encodings = {
    Encoding{0xF800D000, 0xF000D000, bl, v6},             // §A7.7.18
    Encoding{0xFFE0D000, 0xF3808000, msr, v6},            // §B5.2.3
    Encoding{0xFFE0D000, 0xF3E08000, mrs, v6},            // §B5.2.2
    Encoding{0xFFF0D0F0, 0xF3B08040, barrier, v6},        // DSB §A7.7.34
    Encoding{0xFFF0D0F0, 0xF3B08050, barrier, v6},        // DMB §A7.7.33
    Encoding{0xFFF0D0F0, 0xF3B08060, barrier, v6},        // ISB §A7.7.37
    Encoding{0xFFF0D0F0, 0xF3B08020, clrex, v7},          // §A7.7.23
    Encoding{0xFFF0D7FF, 0xF3A08002, wfe, v7},            // §A7.7.261
    Encoding{0xFFF0D7FF, 0xF3A08003, wfi, v7},            // §A7.7.262
    Encoding{0xFFF0D7FF, 0xF3A08004, sev, v7},            // §A7.7.129
    Encoding{0xFFF0D700, 0xF3A08000, nop, v7},            // NOP and hints that are not given out
    Encoding{0xF800D000, 0xF0009000, b, v7},              // B T4 §A7.7.12
    Encoding{0xFB80D000, 0xF3808000, nullptr, v7},        // what is left there is undefined
    Encoding{0xF800D000, 0xF0008000, b_conditional, v7},  // B T3
};

}  // namespace

std::span<const Encoding> control_32() {
  return encodings;
}

}  // namespace dfurig::cpu
