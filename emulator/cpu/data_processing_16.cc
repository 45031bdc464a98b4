// 16-bit data processing (DDI 0403E §A5.2.1 to §A5.2.3, and what §A5.2.5 has of it).
#include <array>

#include "cpu/arithmetic.h"
#include "cpu/encodings.h"

namespace dfurig::cpu {
namespace {

template <unsigned type>
void shift_immediate(Machine& m, std::uint32_t op) {
  State& s = m.state;
  const Shifted result = shift_by_immediate(s.r[bits(op, 5, 3)], type, bits(op, 10, 6), s.c);
  s.r[bits(op, 2, 0)] = logical(s, m.does_set_flags(), result.value, result.carry);
}

template <Operation operation>
void add_register(Machine& m, std::uint32_t op) {
  State& s = m.state;
  s.r[bits(op, 2, 0)] =
      operation(s, m.does_set_flags(), s.r[bits(op, 5, 3)], s.r[bits(op, 8, 6)], false);
}

template <Operation operation>
void add_immediate_3(Machine& m, std::uint32_t op) {
  State& s = m.state;
  s.r[bits(op, 2, 0)] =
      operation(s, m.does_set_flags(), s.r[bits(op, 5, 3)], bits(op, 8, 6), false);
}

template <Operation operation>
void immediate_8(Machine& m, std::uint32_t op) {
  State& s = m.state;
  std::uint32_t& rdn = s.r[bits(op, 10, 8)];
  rdn = operation(s, m.does_set_flags(), rdn, bits(op, 7, 0), s.c);
}

void cmp_immediate(Machine& m, std::uint32_t op) {
  op_sub(m.state, true, m.state.r[bits(op, 10, 8)], bits(op, 7, 0), false);
}

template <Operation operation>
void on_registers(Machine& m, std::uint32_t op) {
  State& s = m.state;
  std::uint32_t& rdn = s.r[bits(op, 2, 0)];
  rdn = operation(s, m.does_set_flags(), rdn, s.r[bits(op, 5, 3)], s.c);
}

/// TST, CMP, CMN: flags only, in an IT block too.
template <Operation operation>
void compare_registers(Machine& m, std::uint32_t op) {
  State& s = m.state;
  operation(s, true, s.r[bits(op, 2, 0)], s.r[bits(op, 5, 3)], s.c);
}

template <ShiftType type>
void shift_register(Machine& m, std::uint32_t op) {
  State& s = m.state;
  std::uint32_t& rdn = s.r[bits(op, 2, 0)];
  const Shifted result = shift(rdn, type, s.r[bits(op, 5, 3)] & 0xFF, s.c);
  rdn = logical(s, m.does_set_flags(), result.value, result.carry);
}

void rsb_zero(Machine& m, std::uint32_t op) {
  State& s = m.state;
  s.r[bits(op, 2, 0)] = op_rsb(s, m.does_set_flags(), s.r[bits(op, 5, 3)], 0, false);
}

void mul(Machine& m, std::uint32_t op) {
  State& s = m.state;
  std::uint32_t& rdm = s.r[bits(op, 2, 0)];
  rdm *= s.r[bits(op, 5, 3)];
  if (m.does_set_flags()) set_nz(s, rdm);
}

unsigned high_register(std::uint32_t op) {
  return bits(op, 7, 7) << 3 | bits(op, 2, 0);
}

void add_high(Machine& m, std::uint32_t op) {
  const unsigned rdn = high_register(op);
  const std::uint32_t result = m.state.r[rdn] + m.state.r[bits(op, 6, 3)];
  rdn == pc ? m.branch(result) : m.set(rdn, result);
}

void cmp_high(Machine& m, std::uint32_t op) {
  op_sub(m.state, true, m.state.r[high_register(op)], m.state.r[bits(op, 6, 3)], false);
}

void mov_high(Machine& m, std::uint32_t op) {
  const unsigned rd = high_register(op);
  const std::uint32_t value = m.state.r[bits(op, 6, 3)];
  rd == pc ? m.branch(value) : m.set(rd, value);
}

void adr(Machine& m, std::uint32_t op) {
  m.state.r[bits(op, 10, 8)] = (m.state.r[pc] & ~3u) + 4 * bits(op, 7, 0);
}

void add_sp_to_register(Machine& m, std::uint32_t op) {
  m.state.r[bits(op, 10, 8)] = m.state.r[sp] + 4 * bits(op, 7, 0);
}

void add_sp(Machine& m, std::uint32_t op) {
  m.state.r[sp] += 4 * bits(op, 6, 0);
}

void sub_sp(Machine& m, std::uint32_t op) {
  m.state.r[sp] -= 4 * bits(op, 6, 0);
}

std::uint32_t sxth(std::uint32_t value) {
  return sign_extend(value, 16);
}
std::uint32_t sxtb(std::uint32_t value) {
  return sign_extend(value, 8);
}
std::uint32_t uxth(std::uint32_t value) {
  return value & 0xFFFF;
}
std::uint32_t uxtb(std::uint32_t value) {
  return value & 0xFF;
}
std::uint32_t rev(std::uint32_t value) {
  return __builtin_bswap32(value);
}
std::uint32_t rev16(std::uint32_t value) {
  const std::uint32_t swapped = __builtin_bswap32(value);
  return swapped << 16 | swapped >> 16;
}
std::uint32_t revsh(std::uint32_t value) {
  return sign_extend(rev16(value), 16);
}

template <std::uint32_t (*function)(std::uint32_t)>
void of_one(Machine& m, std::uint32_t op) {
  m.state.r[bits(op, 2, 0)] = function(m.state.r[bits(op, 5, 3)]);
}

constexpr std::array encodings = {
    Encoding{0xF800, 0x0000, shift_immediate<0>},       // LSL, and MOV register T2; §A7.7.68
    Encoding{0xF800, 0x0800, shift_immediate<1>},       // LSR §A7.7.70
    Encoding{0xF800, 0x1000, shift_immediate<2>},       // ASR §A7.7.10
    Encoding{0xFE00, 0x1800, add_register<op_add>},     // §A7.7.4
    Encoding{0xFE00, 0x1A00, add_register<op_sub>},     // §A7.7.175
    Encoding{0xFE00, 0x1C00, add_immediate_3<op_add>},  // §A7.7.3
    Encoding{0xFE00, 0x1E00, add_immediate_3<op_sub>},  // §A7.7.174
    Encoding{0xF800, 0x2000, immediate_8<op_mov>},      // §A7.7.76
    Encoding{0xF800, 0x2800, cmp_immediate},            // §A7.7.27
    Encoding{0xF800, 0x3000, immediate_8<op_add>},      // §A7.7.3
    Encoding{0xF800, 0x3800, immediate_8<op_sub>},      // §A7.7.174
    Encoding{0xFFC0, 0x4000, on_registers<op_and>},     // §A7.7.9
    Encoding{0xFFC0, 0x4040, on_registers<op_eor>},     // §A7.7.36
    Encoding{0xFFC0, 0x4080, shift_register<ShiftType::Lsl>},  // §A7.7.69
    Encoding{0xFFC0, 0x40C0, shift_register<ShiftType::Lsr>},  // §A7.7.71
    Encoding{0xFFC0, 0x4100, shift_register<ShiftType::Asr>},  // §A7.7.11
    Encoding{0xFFC0, 0x4140, on_registers<op_adc>},            // §A7.7.2
    Encoding{0xFFC0, 0x4180, on_registers<op_sbc>},            // §A7.7.125
    Encoding{0xFFC0, 0x41C0, shift_register<ShiftType::Ror>},  // §A7.7.117
    Encoding{0xFFC0, 0x4200, compare_registers<op_and>},       // TST §A7.7.189
    Encoding{0xFFC0, 0x4240, rsb_zero},                        // §A7.7.119
    Encoding{0xFFC0, 0x4280, compare_registers<op_sub>},       // CMP §A7.7.28
    Encoding{0xFFC0, 0x42C0, compare_registers<op_add>},       // CMN §A7.7.26
    Encoding{0xFFC0, 0x4300, on_registers<op_orr>},            // §A7.7.92
    Encoding{0xFFC0, 0x4340, mul},                             // §A7.7.84
    Encoding{0xFFC0, 0x4380, on_registers<op_bic>},            // §A7.7.16
    Encoding{0xFFC0, 0x43C0, on_registers<op_mvn>},            // §A7.7.86
    Encoding{0xFF00, 0x4400, add_high},                        // §A7.7.4 T2
    Encoding{0xFF00, 0x4500, cmp_high},                        // §A7.7.28 T2
    Encoding{0xFF00, 0x4600, mov_high},                        // §A7.7.77 T1
    Encoding{0xF800, 0xA000, adr},                             // §A7.7.7
    Encoding{0xF800, 0xA800, add_sp_to_register},              // §A7.7.5 T1
    Encoding{0xFF80, 0xB000, add_sp},                          // §A7.7.5 T2
    Encoding{0xFF80, 0xB080, sub_sp},                          // §A7.7.176
    Encoding{0xFFC0, 0xB200, of_one<sxth>},                    // §A7.7.184
    Encoding{0xFFC0, 0xB240, of_one<sxtb>},                    // §A7.7.182
    Encoding{0xFFC0, 0xB280, of_one<uxth>},                    // §A7.7.223
    Encoding{0xFFC0, 0xB2C0, of_one<uxtb>},                    // §A7.7.221
    Encoding{0xFFC0, 0xBA00, of_one<rev>},                     // §A7.7.113
    Encoding{0xFFC0, 0xBA40, of_one<rev16>},                   // §A7.7.114
    Encoding{0xFFC0, 0xBAC0, of_one<revsh>},                   // §A7.7.115
};

}  // namespace

std::span<const Encoding> data_processing_16() {
  return encodings;
}

}  // namespace dfurig::cpu
