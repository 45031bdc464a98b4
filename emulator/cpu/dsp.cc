// The DSP extension's parallel and saturating arithmetic (DDI 0403E §A5.3.13 to §A5.3.15).
#include <array>

#include "cpu/arithmetic.h"
#include "cpu/encodings.h"

namespace dfurig::cpu {
namespace {

/// What becomes of a lane's sum: as it is, saturated, or halved.
enum class Lane { Modulo, Saturating, Halving };

struct LaneResult {
  std::uint32_t value;
  bool ge;  ///< what GE gets for this lane, with Modulo
};

template <Lane kind, bool is_signed, unsigned width>
LaneResult lane(std::int32_t a, std::int32_t b, bool is_sum) {
  const std::int32_t result = is_sum ? a + b : a - b;
  const bool carries = is_sum && !is_signed ? result >= 1 << width : result >= 0;
  switch (kind) {
    case Lane::Saturating:
      return {(is_signed ? saturate_signed(result, width) : saturate_unsigned(result, width)).value,
              false};
    case Lane::Halving:
      return {static_cast<std::uint32_t>(result >> 1), false};
    default:
      return {static_cast<std::uint32_t>(result), carries};
  }
}

template <bool is_signed, unsigned width>
std::int32_t lane_of(std::uint32_t word, unsigned lsb) {
  const std::uint32_t value = word >> lsb & ((1u << width) - 1);
  return static_cast<std::int32_t>(is_signed ? sign_extend(value, width) : value);
}

/// SADD16, UQSUB8, SHASX and so on. ASX and SAX exchange the halves of Rm; the upper lane of ASX
/// and the lower one of SAX are sums.
template <Lane kind, bool is_signed, unsigned width>
void parallel(Machine& m, std::uint32_t op) {
  const std::uint32_t n = m.state.r[rn_of(op)];
  std::uint32_t operand = m.state.r[rm_of(op)];
  const unsigned which = bits(op, 22, 20);
  constexpr unsigned asx = 2, sax = 6;
  if (which == 3 || which == 7) return m.undefined();
  const bool is_exchange = which == asx || which == sax;
  if (is_exchange) operand = operand << 16 | operand >> 16;
  std::uint32_t result = 0;
  std::uint8_t ge = 0;
  for (unsigned lsb = 0; lsb < 32; lsb += width) {
    const bool is_upper = lsb != 0;
    const bool is_sum = is_exchange ? (which == asx) == is_upper : which < 4;
    const LaneResult out = lane<kind, is_signed, width>(
        lane_of<is_signed, width>(n, lsb), lane_of<is_signed, width>(operand, lsb), is_sum);
    result |= (out.value & ((1u << width) - 1)) << lsb;
    const unsigned lanes = (1u << width / 8) - 1;
    if (out.ge) ge = static_cast<std::uint8_t>(ge | lanes << lsb / 8);
  }
  if (kind == Lane::Modulo) m.state.ge = ge;
  m.set(rd_of(op), result);
}

/// QADD, QDADD, QSUB, QDSUB.
template <bool doubles, bool is_sum>
void saturating(Machine& m, std::uint32_t op) {
  const auto as_signed = [](std::uint32_t value) {
    return static_cast<std::int64_t>(static_cast<std::int32_t>(value));
  };
  std::int64_t n = as_signed(m.state.r[rn_of(op)]);
  if (doubles) {
    const Saturated doubled = saturate_signed(2 * n, 32);
    m.state.q = m.state.q || doubled.has_saturated;
    n = as_signed(doubled.value);
  }
  const std::int64_t operand = as_signed(m.state.r[rm_of(op)]);
  const Saturated result = saturate_signed(is_sum ? operand + n : operand - n, 32);
  m.state.q = m.state.q || result.has_saturated;
  m.set(rd_of(op), result.value);
}

void sel(Machine& m, std::uint32_t op) {
  std::uint32_t mask = 0;
  for (unsigned i = 0; i < 4; ++i) {
    if ((m.state.ge >> i & 1) != 0) mask |= 0xFFu << 8 * i;
  }
  m.set(rd_of(op), (m.state.r[rn_of(op)] & mask) | (m.state.r[rm_of(op)] & ~mask));
}

void pkh(Machine& m, std::uint32_t op) {
  const unsigned amount = bits(op, 14, 12) << 2 | bits(op, 7, 6);
  const bool is_tb = bit(op, 5);
  const std::uint32_t operand =
      shift_by_immediate(m.state.r[rm_of(op)], is_tb ? 2 : 0, amount, false).value;
  const std::uint32_t n = m.state.r[rn_of(op)];
  m.set(rd_of(op),
        is_tb ? (n & 0xFFFF0000) | (operand & 0xFFFF) : (operand & 0xFFFF0000) | (n & 0xFFFF));
}

template <bool is_signed>
void saturate_16(Machine& m, std::uint32_t op) {
  const unsigned width = bits(op, 3, 0) + (is_signed ? 1 : 0);
  const std::uint32_t n = m.state.r[rn_of(op)];
  std::uint32_t result = 0;
  for (unsigned lsb = 0; lsb < 32; lsb += 16) {
    const std::int32_t value = lane_of<true, 16>(n, lsb);
    const Saturated half =
        is_signed ? saturate_signed(value, width) : saturate_unsigned(value, width);
    m.state.q = m.state.q || half.has_saturated;
    result |= (half.value & 0xFFFF) << lsb;
  }
  m.set(rd_of(op), result);
}

constexpr auto v7e = Architecture::ArmV7EM;
// Bits 22:20 of the first half-word say what is done, bits 6:4 of the second to which lanes.
constexpr std::uint32_t bytes = 0xFFB0F0F0;   // ADD8 000, SUB8 100
constexpr std::uint32_t halves = 0xFF80F0F0;  // ADD16 001, ASX 010, SUB16 101, SAX 110

template <Lane kind, bool is_signed>
constexpr Encoding byte_row(std::uint32_t lanes) {
  return {bytes, 0xFA80F000 | lanes << 4, parallel<kind, is_signed, 8>, v7e};
}
template <Lane kind, bool is_signed>
constexpr Encoding half_row(std::uint32_t lanes) {
  return {halves, 0xFA80F000 | lanes << 4, parallel<kind, is_signed, 16>, v7e};
}

constexpr std::array encodings = {
    byte_row<Lane::Modulo, true>(0),       // SADD8 §A7.7.122, SSUB8 §A7.7.157
    byte_row<Lane::Saturating, true>(1),   // QADD8 §A7.7.104, QSUB8 §A7.7.111
    byte_row<Lane::Halving, true>(2),      // SHADD8 §A7.7.131, SHSUB8 §A7.7.135
    byte_row<Lane::Modulo, false>(4),      // UADD8 §A7.7.191, USUB8 §A7.7.217
    byte_row<Lane::Saturating, false>(5),  // UQADD8 §A7.7.206, UQSUB8 §A7.7.210
    byte_row<Lane::Halving, false>(6),     // UHADD8 §A7.7.197, UHSUB8 §A7.7.201
    half_row<Lane::Modulo, true>(0),       // SADD16, SASX, SSUB16, SSAX
    half_row<Lane::Saturating, true>(1),   // QADD16, QASX, QSUB16, QSAX
    half_row<Lane::Halving, true>(2),      // SHADD16, SHASX, SHSUB16, SHSAX
    half_row<Lane::Modulo, false>(4),      // UADD16, UASX, USUB16, USAX
    half_row<Lane::Saturating, false>(5),  // UQADD16, UQASX, UQSUB16, UQSAX
    half_row<Lane::Halving, false>(6),     // UHADD16, UHASX, UHSUB16, UHSAX
    Encoding{0xFFF0F0F0, 0xFA80F080, saturating<false, true>, v7e},   // QADD §A7.7.102
    Encoding{0xFFF0F0F0, 0xFA80F090, saturating<true, true>, v7e},    // QDADD §A7.7.106
    Encoding{0xFFF0F0F0, 0xFA80F0A0, saturating<false, false>, v7e},  // QSUB §A7.7.109
    Encoding{0xFFF0F0F0, 0xFA80F0B0, saturating<true, false>, v7e},   // QDSUB §A7.7.107
    Encoding{0xFFF0F0F0, 0xFAA0F080, sel, v7e},                       // §A7.7.128
    Encoding{0xFFF08010, 0xEAC00000, pkh, v7e},                       // §A7.7.93
    Encoding{0xFFF0F0F0, 0xF3200000, saturate_16<true>, v7e},         // SSAT16 §A7.7.153
    Encoding{0xFFF0F0F0, 0xF3A00000, saturate_16<false>, v7e},        // USAT16 §A7.7.214
};

}  // namespace

std::span<const Encoding> dsp() {
  return encodings;
}

}  // namespace dfurig::cpu
