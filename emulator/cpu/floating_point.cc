// Arithmetic, comparison and the additions of FPv5 (DDI 0403E §A6.4).
#include "cpu/floating_point.h"

#include <array>

#include "cpu/arithmetic.h"
#include "cpu/floating_point_arithmetic.h"

namespace dfurig::cpu {

bool may_use_floating_point(Machine& m) {
  const auto fault = m.system.use_floating_point();
  if (fault) m.port.raise(fault->kind);
  return !fault;
}

namespace {

std::uint32_t negated(std::uint32_t value) {
  return value ^ single_sign;
}

std::uint32_t fp_nmul(std::uint32_t a, std::uint32_t b, std::uint32_t& fpscr) {
  return negated(fp_mul(a, b, fpscr));
}

using Binary = std::uint32_t (*)(std::uint32_t a, std::uint32_t b, std::uint32_t& fpscr);

template <Binary operation>
void binary(Machine& m, std::uint32_t op) {
  State& s = m.state;
  s.s[sd_of(op)] = operation(s.s[sn_of(op)], s.s[sm_of(op)], s.fpscr);
}

/// VMLA and its like: the product is rounded before it is added.
template <bool negates_addend, bool negates_product>
void multiply_add(Machine& m, std::uint32_t op) {
  State& s = m.state;
  const std::uint32_t product = fp_mul(s.s[sn_of(op)], s.s[sm_of(op)], s.fpscr);
  const std::uint32_t addend = s.s[sd_of(op)];
  s.s[sd_of(op)] = fp_add(negates_addend ? negated(addend) : addend,
                          negates_product ? negated(product) : product, s.fpscr);
}

template <bool negates_addend, bool negates_operand>
void fused_multiply_add(Machine& m, std::uint32_t op) {
  State& s = m.state;
  const std::uint32_t addend = s.s[sd_of(op)], a = s.s[sn_of(op)];
  s.s[sd_of(op)] = fp_mul_add(negates_addend ? negated(addend) : addend,
                              negates_operand ? negated(a) : a, s.s[sm_of(op)], s.fpscr);
}

/// VFPExpandImm() (§A6.4.1)
void vmov_immediate(Machine& m, std::uint32_t op) {
  const std::uint32_t b = bits(op, 18, 18);
  const std::uint32_t exponent = (b ^ 1) << 7 | (b != 0 ? 0x7Cu : 0) | bits(op, 17, 16);
  m.state.s[sd_of(op)] = bits(op, 19, 19) << 31 | exponent << 23 | bits(op, 3, 0) << 19;
}

void vmov(Machine& m, std::uint32_t op) {
  m.state.s[sd_of(op)] = m.state.s[sm_of(op)];
}

void vabs(Machine& m, std::uint32_t op) {
  m.state.s[sd_of(op)] = m.state.s[sm_of(op)] & ~single_sign;
}

void vneg(Machine& m, std::uint32_t op) {
  m.state.s[sd_of(op)] = negated(m.state.s[sm_of(op)]);
}

void vsqrt(Machine& m, std::uint32_t op) {
  m.state.s[sd_of(op)] = fp_sqrt(m.state.s[sm_of(op)], m.state.fpscr);
}

template <bool is_with_zero>
void vcmp(Machine& m, std::uint32_t op) {
  State& s = m.state;
  const std::uint32_t other = is_with_zero ? 0 : s.s[sm_of(op)];
  const unsigned nzcv = fp_compare(s.s[sd_of(op)], other, bit(op, 7), s.fpscr);
  s.fpscr = (s.fpscr & 0x0FFFFFFF) | nzcv << 28;
}

/// The condition is cc:(cc<1> EOR cc<0>):'0': EQ, VS, GE, GT.
void vsel(Machine& m, std::uint32_t op) {
  const unsigned cc = bits(op, 21, 20);
  const unsigned condition = cc << 2 | ((cc >> 1 ^ cc) & 1) << 1;
  const bool holds = does_condition_hold(m.state, condition);
  m.state.s[sd_of(op)] = m.state.s[holds ? sn_of(op) : sm_of(op)];
}

template <Execute body>
constexpr Execute fp = floating_point<body>;

constexpr std::array arithmetic_rows = {
    Encoding{0xFFB00F50, 0xEE000A00, fp<multiply_add<false, false>>},        // VMLA §A7.7.238
    Encoding{0xFFB00F50, 0xEE000A40, fp<multiply_add<false, true>>},         // VMLS §A7.7.238
    Encoding{0xFFB00F50, 0xEE100A00, fp<multiply_add<true, false>>},         // VNMLS §A7.7.250
    Encoding{0xFFB00F50, 0xEE100A40, fp<multiply_add<true, true>>},          // VNMLA §A7.7.250
    Encoding{0xFFB00F50, 0xEE200A00, fp<binary<fp_mul>>},                    // VMUL §A7.7.248
    Encoding{0xFFB00F50, 0xEE200A40, fp<binary<fp_nmul>>},                   // VNMUL §A7.7.250
    Encoding{0xFFB00F50, 0xEE300A00, fp<binary<fp_add>>},                    // VADD §A7.7.225
    Encoding{0xFFB00F50, 0xEE300A40, fp<binary<fp_sub>>},                    // VSUB §A7.7.260
    Encoding{0xFFB00F50, 0xEE800A00, fp<binary<fp_div>>},                    // VDIV §A7.7.232
    Encoding{0xFFB00F50, 0xEE900A00, fp<fused_multiply_add<true, false>>},   // VFNMS §A7.7.234
    Encoding{0xFFB00F50, 0xEE900A40, fp<fused_multiply_add<true, true>>},    // VFNMA §A7.7.234
    Encoding{0xFFB00F50, 0xEEA00A00, fp<fused_multiply_add<false, false>>},  // VFMA §A7.7.233
    Encoding{0xFFB00F50, 0xEEA00A40, fp<fused_multiply_add<false, true>>},   // VFMS §A7.7.233
    Encoding{0xFFB00FF0, 0xEEB00A00, fp<vmov_immediate>},                    // §A7.7.239
    Encoding{0xFFBF0FD0, 0xEEB00A40, fp<vmov>},                              // §A7.7.240
    Encoding{0xFFBF0FD0, 0xEEB00AC0, fp<vabs>},                              // §A7.7.224
    Encoding{0xFFBF0FD0, 0xEEB10A40, fp<vneg>},                              // §A7.7.249
    Encoding{0xFFBF0FD0, 0xEEB10AC0, fp<vsqrt>},                             // §A7.7.257
    Encoding{0xFFBF0F50, 0xEEB40A40, fp<vcmp<false>>},                       // §A7.7.226
    Encoding{0xFFBF0F7F, 0xEEB50A40, fp<vcmp<true>>},                        // §A7.7.226
};

}  // namespace

std::span<const Encoding> floating_point_arithmetic() {
  return arithmetic_rows;
}

namespace {

/// VRINTA, VRINTN, VRINTP, VRINTM and VCVTA… by RM in bits 17 and 16.
Rounding rounding_by_opcode(std::uint32_t op) {
  constexpr std::array by_rm = {Rounding::NearestAway, Rounding::Nearest, Rounding::PlusInfinity,
                                Rounding::MinusInfinity};
  return by_rm[bits(op, 17, 16)];
}

void round_int(Machine& m, std::uint32_t op, Rounding rounding, bool is_exact) {
  m.state.s[sd_of(op)] = fp_round_int(m.state.s[sm_of(op)], rounding, is_exact, m.state.fpscr);
}

void vrint_directed(Machine& m, std::uint32_t op) {
  round_int(m, op, rounding_by_opcode(op), false);
}

void vrintx(Machine& m, std::uint32_t op) {
  round_int(m, op, rounding_of(m.state.fpscr), true);
}

void vrintr(Machine& m, std::uint32_t op) {
  round_int(m, op, rounding_of(m.state.fpscr), false);
}

void vrintz(Machine& m, std::uint32_t op) {
  round_int(m, op, Rounding::Zero, false);
}

void vcvt_directed(Machine& m, std::uint32_t op) {
  State& s = m.state;
  s.s[sd_of(op)] =
      fp_to_fixed(s.s[sm_of(op)], {32, 0, bit(op, 7)}, rounding_by_opcode(op), s.fpscr);
}

constexpr std::array v5_rows = {
    Encoding{0xFF800F50, 0xFE000A00, fp<vsel>},                // §A7.7.256
    Encoding{0xFFB00F50, 0xFE800A00, fp<binary<fp_max_num>>},  // VMAXNM §A7.7.237
    Encoding{0xFFB00F50, 0xFE800A40, fp<binary<fp_min_num>>},  // VMINNM §A7.7.237
    Encoding{0xFFBC0FD0, 0xFEB80A40, fp<vrint_directed>},      // §A7.7.253
    Encoding{0xFFBC0F50, 0xFEBC0A40, fp<vcvt_directed>},       // §A7.7.227
    Encoding{0xFFBF0FD0, 0xEEB70A40, fp<vrintx>},              // §A7.7.254
    Encoding{0xFFBF0FD0, 0xEEB60A40, fp<vrintr>},              // §A7.7.255
    Encoding{0xFFBF0FD0, 0xEEB60AC0, fp<vrintz>},              // §A7.7.255
};

}  // namespace

std::span<const Encoding> floating_point_v5() {
  return v5_rows;
}

namespace {

void vcvt_to_integer(Machine& m, std::uint32_t op) {
  State& s = m.state;
  const Rounding rounding = bit(op, 7) ? Rounding::Zero : rounding_of(s.fpscr);
  s.s[sd_of(op)] = fp_to_fixed(s.s[sm_of(op)], {32, 0, bit(op, 16)}, rounding, s.fpscr);
}

void vcvt_from_integer(Machine& m, std::uint32_t op) {
  State& s = m.state;
  s.s[sd_of(op)] = fixed_to_fp(s.s[sm_of(op)], {32, 0, bit(op, 7)}, rounding_of(s.fpscr), s.fpscr);
}

/// sx in bit 7, U in bit 16, imm4:i. More fraction bits than there are bits is UNPREDICTABLE.
template <bool is_to_fixed>
void vcvt_fixed(Machine& m, std::uint32_t op) {
  State& s = m.state;
  const unsigned size = bit(op, 7) ? 32 : 16;
  const unsigned integer_bits = bits(op, 3, 0) << 1 | bits(op, 5, 5);
  if (integer_bits > size) return m.undefined();
  const FixedFormat format{size, size - integer_bits, !bit(op, 16)};
  std::uint32_t& sd = s.s[sd_of(op)];
  sd = is_to_fixed ? fp_to_fixed(sd, format, Rounding::Zero, s.fpscr)
                   : fixed_to_fp(sd, format, Rounding::Nearest, s.fpscr);
}

/// VCVTB and VCVTT: the half of a register is the high one when bit 7 is set.
void vcvt_from_half(Machine& m, std::uint32_t op) {
  State& s = m.state;
  const std::uint32_t both = s.s[sm_of(op)];
  s.s[sd_of(op)] = fp_half_to_single((bit(op, 7) ? both >> 16 : both) & 0xFFFF, s.fpscr);
}

void vcvt_to_half(Machine& m, std::uint32_t op) {
  State& s = m.state;
  const std::uint32_t half = fp_single_to_half(s.s[sm_of(op)], s.fpscr);
  std::uint32_t& sd = s.s[sd_of(op)];
  sd = bit(op, 7) ? (sd & 0xFFFF) | half << 16 : (sd & 0xFFFF0000) | half;
}

constexpr std::array conversion_rows = {
    Encoding{0xFFBF0F50, 0xEEB20A40, fp<vcvt_from_half>},     // §A7.7.231
    Encoding{0xFFBF0F50, 0xEEB30A40, fp<vcvt_to_half>},       // §A7.7.231
    Encoding{0xFFBF0F50, 0xEEB80A40, fp<vcvt_from_integer>},  // §A7.7.228
    Encoding{0xFFBE0F50, 0xEEBC0A40, fp<vcvt_to_integer>},    // §A7.7.228
    Encoding{0xFFBE0F50, 0xEEBA0A40, fp<vcvt_fixed<false>>},  // §A7.7.229
    Encoding{0xFFBE0F50, 0xEEBE0A40, fp<vcvt_fixed<true>>},   // §A7.7.229
};

}  // namespace

std::span<const Encoding> floating_point_conversion() {
  return conversion_rows;
}

}  // namespace dfurig::cpu
