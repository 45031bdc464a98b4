// 32-bit data processing (DDI 0403E §A5.3.1, §A5.3.3, §A5.3.11, §A5.3.12).
#include <array>

#include "cpu/arithmetic.h"
#include "cpu/encodings.h"

namespace dfurig::cpu {
namespace {

std::uint32_t imm12_of(std::uint32_t op) {
  return bits(op, 26, 26) << 11 | bits(op, 14, 12) << 8 | bits(op, 7, 0);
}

/// Rd of 15 with S set only compares: TST, TEQ, CMN, CMP.
template <Operation operation>
void finish(Machine& m, std::uint32_t op, std::uint32_t a, const Shifted& b) {
  const std::uint32_t result = operation(m.state, bit(op, 20), a, b.value, b.carry);
  if (rd_of(op) != pc) m.set(rd_of(op), result);
}

/// MOV and MVN are ORR and ORN with Rn 15: 0 is what they combine with.
template <Operation operation>
std::uint32_t first_operand(const Machine& m, std::uint32_t op) {
  const bool is_move = operation == op_orr || operation == op_orn;
  return is_move && rn_of(op) == pc ? 0 : m.state.r[rn_of(op)];
}

template <Operation operation>
void modified_immediate(Machine& m, std::uint32_t op) {
  finish<operation>(m, op, first_operand<operation>(m, op),
                    expand_immediate(imm12_of(op), m.state.c));
}

template <Operation operation>
void shifted_register(Machine& m, std::uint32_t op) {
  const unsigned amount = bits(op, 14, 12) << 2 | bits(op, 7, 6);
  const Shifted operand =
      shift_by_immediate(m.state.r[rm_of(op)], bits(op, 5, 4), amount, m.state.c);
  finish<operation>(m, op, first_operand<operation>(m, op), operand);
}

template <bool is_add>
void add_plain(Machine& m, std::uint32_t op) {
  const std::uint32_t base = rn_of(op) == pc ? m.state.r[pc] & ~3u : m.state.r[rn_of(op)];
  m.set(rd_of(op), is_add ? base + imm12_of(op) : base - imm12_of(op));
}

void movw(Machine& m, std::uint32_t op) {
  m.set(rd_of(op), rn_of(op) << 12 | imm12_of(op));
}

void movt(Machine& m, std::uint32_t op) {
  std::uint32_t& rd = m.state.r[rd_of(op)];
  rd = (rd & 0xFFFF) | (rn_of(op) << 12 | imm12_of(op)) << 16;
}

unsigned lsb_of(std::uint32_t op) {
  return bits(op, 14, 12) << 2 | bits(op, 7, 6);
}

std::uint32_t ones(unsigned width) {
  return width >= 32 ? UINT32_MAX : (1u << width) - 1;
}

template <bool is_signed>
void bit_field_extract(Machine& m, std::uint32_t op) {
  const unsigned width = bits(op, 4, 0) + 1;
  const std::uint32_t value = m.state.r[rn_of(op)] >> lsb_of(op) & ones(width);
  m.set(rd_of(op), is_signed ? sign_extend(value, width) : value);
}

/// BFI; BFC is the same with Rn 15, which inserts zeros.
void bit_field_insert(Machine& m, std::uint32_t op) {
  const unsigned lsb = lsb_of(op);
  const unsigned msb = bits(op, 4, 0);
  if (msb < lsb) return m.undefined();  // unpredictable
  const std::uint32_t mask = ones(msb - lsb + 1) << lsb;
  const std::uint32_t from = rn_of(op) == pc ? 0 : m.state.r[rn_of(op)];
  m.set(rd_of(op), (m.state.r[rd_of(op)] & ~mask) | (from << lsb & mask));
}

template <bool is_signed>
void saturate(Machine& m, std::uint32_t op) {
  const unsigned width = bits(op, 4, 0) + (is_signed ? 1 : 0);
  const unsigned type = bit(op, 21) ? 2 : 0;
  if (type != 0 && lsb_of(op) == 0) return m.undefined();  // SSAT16, USAT16 of the DSP extension
  const std::uint32_t operand =
      shift_by_immediate(m.state.r[rn_of(op)], type, lsb_of(op), m.state.c).value;
  const auto value = static_cast<std::int64_t>(static_cast<std::int32_t>(operand));
  const Saturated result =
      is_signed ? saturate_signed(value, width) : saturate_unsigned(value, width);
  m.set(rd_of(op), result.value);
  m.state.q = m.state.q || result.has_saturated;
}

template <ShiftType type>
void shift_register(Machine& m, std::uint32_t op) {
  const Shifted result = shift(m.state.r[rn_of(op)], type, m.state.r[rm_of(op)] & 0xFF, m.state.c);
  m.set(rd_of(op), logical(m.state, bit(op, 20), result.value, result.carry));
}

std::uint32_t rotated(const Machine& m, std::uint32_t op) {
  return shift(m.state.r[rm_of(op)], ShiftType::Ror, 8 * bits(op, 5, 4), false).value;
}

/// SXTB, UXTAH and so on: extended, and added to Rn unless that is 15.
template <unsigned width, bool is_signed>
void extend(Machine& m, std::uint32_t op) {
  const std::uint32_t value = rotated(m, op) & ones(width);
  const std::uint32_t base = rn_of(op) == pc ? 0 : m.state.r[rn_of(op)];
  m.set(rd_of(op), base + (is_signed ? sign_extend(value, width) : value));
}

template <bool is_signed>
void extend_16(Machine& m, std::uint32_t op) {
  const std::uint32_t value = rotated(m, op);
  const std::uint32_t base = rn_of(op) == pc ? 0 : m.state.r[rn_of(op)];
  const auto half = [&](unsigned lsb) {
    const std::uint32_t byte = value >> lsb & 0xFF;
    return (base >> lsb) + (is_signed ? sign_extend(byte, 8) : byte);
  };
  m.set(rd_of(op), (half(0) & 0xFFFF) | half(16) << 16);
}

void clz(Machine& m, std::uint32_t op) {
  const std::uint32_t value = m.state.r[rm_of(op)];
  m.set(rd_of(op), value == 0 ? 32 : static_cast<std::uint32_t>(__builtin_clz(value)));
}

void rbit(Machine& m, std::uint32_t op) {
  std::uint32_t value = m.state.r[rm_of(op)];
  std::uint32_t result = 0;
  for (unsigned i = 0; i < 32; ++i, value >>= 1) result = result << 1 | (value & 1);
  m.set(rd_of(op), result);
}

/// REV, REV16, REVSH.
template <unsigned which>
void reverse(Machine& m, std::uint32_t op) {
  const std::uint32_t swapped = __builtin_bswap32(m.state.r[rm_of(op)]);
  const std::uint32_t halves = swapped << 16 | swapped >> 16;
  m.set(rd_of(op), which == 0 ? swapped : which == 1 ? halves : sign_extend(halves & 0xFFFF, 16));
}

constexpr auto v7 = Architecture::ArmV7M;
constexpr auto v7e = Architecture::ArmV7EM;
constexpr std::uint32_t immediate_mask = 0xFBE08000;
constexpr std::uint32_t plain_mask = 0xFBF08000;
constexpr std::uint32_t register_mask = 0xFFE08000;

constexpr std::array immediate_encodings = {
    Encoding{immediate_mask, 0xF0000000, modified_immediate<op_and>, v7},  // AND, TST §A7.7.8
    Encoding{immediate_mask, 0xF0200000, modified_immediate<op_bic>, v7},  // §A7.7.15
    Encoding{immediate_mask, 0xF0400000, modified_immediate<op_orr>, v7},  // ORR, MOV §A7.7.91
    Encoding{immediate_mask, 0xF0600000, modified_immediate<op_orn>, v7},  // ORN, MVN §A7.7.89
    Encoding{immediate_mask, 0xF0800000, modified_immediate<op_eor>, v7},  // EOR, TEQ §A7.7.35
    Encoding{immediate_mask, 0xF1000000, modified_immediate<op_add>, v7},  // ADD, CMN §A7.7.3
    Encoding{immediate_mask, 0xF1400000, modified_immediate<op_adc>, v7},  // §A7.7.1
    Encoding{immediate_mask, 0xF1600000, modified_immediate<op_sbc>, v7},  // §A7.7.124
    Encoding{immediate_mask, 0xF1A00000, modified_immediate<op_sub>, v7},  // SUB, CMP §A7.7.174
    Encoding{immediate_mask, 0xF1C00000, modified_immediate<op_rsb>, v7},  // §A7.7.119
    Encoding{plain_mask, 0xF2000000, add_plain<true>, v7},                 // ADDW, ADR §A7.7.3 T4
    Encoding{plain_mask, 0xF2400000, movw, v7},                            // §A7.7.76 T3
    Encoding{plain_mask, 0xF2A00000, add_plain<false>, v7},          // SUBW, ADR §A7.7.174 T4
    Encoding{plain_mask, 0xF2C00000, movt, v7},                      // §A7.7.79
    Encoding{0xFBD08020, 0xF3000000, saturate<true>, v7},            // SSAT §A7.7.152
    Encoding{plain_mask, 0xF3400000, bit_field_extract<true>, v7},   // SBFX §A7.7.126
    Encoding{plain_mask, 0xF3600000, bit_field_insert, v7},          // BFI, BFC §A7.7.14
    Encoding{0xFBD08020, 0xF3800000, saturate<false>, v7},           // USAT §A7.7.213
    Encoding{plain_mask, 0xF3C00000, bit_field_extract<false>, v7},  // UBFX §A7.7.193
};

constexpr std::array register_encodings = {
    Encoding{register_mask, 0xEA000000, shifted_register<op_and>, v7},  // AND, TST §A7.7.9
    Encoding{register_mask, 0xEA200000, shifted_register<op_bic>, v7},  // §A7.7.16
    Encoding{register_mask, 0xEA400000, shifted_register<op_orr>, v7},  // ORR, MOV, shifts §A7.7.92
    Encoding{register_mask, 0xEA600000, shifted_register<op_orn>, v7},     // ORN, MVN §A7.7.90
    Encoding{register_mask, 0xEA800000, shifted_register<op_eor>, v7},     // EOR, TEQ §A7.7.36
    Encoding{register_mask, 0xEB000000, shifted_register<op_add>, v7},     // ADD, CMN §A7.7.4
    Encoding{register_mask, 0xEB400000, shifted_register<op_adc>, v7},     // §A7.7.2
    Encoding{register_mask, 0xEB600000, shifted_register<op_sbc>, v7},     // §A7.7.125
    Encoding{register_mask, 0xEBA00000, shifted_register<op_sub>, v7},     // SUB, CMP §A7.7.175
    Encoding{register_mask, 0xEBC00000, shifted_register<op_rsb>, v7},     // §A7.7.120
    Encoding{0xFFE0F0F0, 0xFA00F000, shift_register<ShiftType::Lsl>, v7},  // §A7.7.69
    Encoding{0xFFE0F0F0, 0xFA20F000, shift_register<ShiftType::Lsr>, v7},  // §A7.7.71
    Encoding{0xFFE0F0F0, 0xFA40F000, shift_register<ShiftType::Asr>, v7},  // §A7.7.11
    Encoding{0xFFE0F0F0, 0xFA60F000, shift_register<ShiftType::Ror>, v7},  // §A7.7.117
    Encoding{0xFFFFF0C0, 0xFA0FF080, extend<16, true>, v7},                // SXTH §A7.7.184
    Encoding{0xFFFFF0C0, 0xFA1FF080, extend<16, false>, v7},               // UXTH §A7.7.223
    Encoding{0xFFFFF0C0, 0xFA4FF080, extend<8, true>, v7},                 // SXTB §A7.7.182
    Encoding{0xFFFFF0C0, 0xFA5FF080, extend<8, false>, v7},                // UXTB §A7.7.221
    Encoding{0xFFF0F0C0, 0xFA00F080, extend<16, true>, v7e},               // SXTAH §A7.7.181
    Encoding{0xFFF0F0C0, 0xFA10F080, extend<16, false>, v7e},              // UXTAH §A7.7.220
    Encoding{0xFFF0F0C0, 0xFA20F080, extend_16<true>, v7e},                // S(XT)AB16 §A7.7.180
    Encoding{0xFFF0F0C0, 0xFA30F080, extend_16<false>, v7e},               // UXT(A)B16 §A7.7.219
    Encoding{0xFFF0F0C0, 0xFA40F080, extend<8, true>, v7e},                // SXTAB §A7.7.179
    Encoding{0xFFF0F0C0, 0xFA50F080, extend<8, false>, v7e},               // UXTAB §A7.7.218
    Encoding{0xFFF0F0F0, 0xFA90F080, reverse<0>, v7},                      // REV §A7.7.113
    Encoding{0xFFF0F0F0, 0xFA90F090, reverse<1>, v7},                      // REV16 §A7.7.114
    Encoding{0xFFF0F0F0, 0xFA90F0A0, rbit, v7},                            // §A7.7.112
    Encoding{0xFFF0F0F0, 0xFA90F0B0, reverse<2>, v7},                      // REVSH §A7.7.115
    Encoding{0xFFF0F0F0, 0xFAB0F080, clz, v7},                             // §A7.7.24
};

}  // namespace

std::span<const Encoding> data_processing_immediate() {
  return immediate_encodings;
}

std::span<const Encoding> data_processing_register() {
  return register_encodings;
}

}  // namespace dfurig::cpu
