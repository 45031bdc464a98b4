// Floating-point numbers in pieces, and their rounding (DDI 0403E §A2.5): integers only, so that
// results and flags are the architecture's and not the host's.
#pragma once

#include <cstdint>
#include <optional>

namespace dfurig::cpu {

/// FPSCR (DDI 0403E §A2.5.3): cumulative flags and control bits.
namespace fpscr {
constexpr std::uint32_t ioc = 1u << 0;  ///< invalid operation
constexpr std::uint32_t dzc = 1u << 1;  ///< division by zero
constexpr std::uint32_t ofc = 1u << 2;  ///< overflow
constexpr std::uint32_t ufc = 1u << 3;  ///< underflow
constexpr std::uint32_t ixc = 1u << 4;  ///< inexact
constexpr std::uint32_t idc = 1u << 7;  ///< input denormal
constexpr unsigned rmode_lsb = 22;
constexpr std::uint32_t fz = 1u << 24;
constexpr std::uint32_t dn = 1u << 25;
constexpr std::uint32_t ahp = 1u << 26;
constexpr std::uint32_t writable = 0xF7C0009F;
}  // namespace fpscr

/// The first four are FPSCR.RMode; NearestAway is FPv5's alone.
enum class Rounding { Nearest, PlusInfinity, MinusInfinity, Zero, NearestAway };
inline Rounding rounding_of(std::uint32_t fpscr) {
  return static_cast<Rounding>(fpscr >> fpscr::rmode_lsb & 3);
}

/// IEEE 754 binary formats: single precision and half precision.
struct FloatFormat {
  unsigned exponent_bits;
  unsigned fraction_bits;
  constexpr int exponent_min() const { return 2 - (1 << (exponent_bits - 1)); }
  constexpr std::uint32_t exponent_ones() const { return (1u << exponent_bits) - 1; }
  constexpr std::uint32_t infinity() const { return exponent_ones() << fraction_bits; }
  constexpr std::uint32_t sign_bit() const { return 1u << (exponent_bits + fraction_bits); }
  constexpr std::uint32_t signed_by(bool sign, std::uint32_t rest) const {
    return (sign ? sign_bit() : 0) | rest;
  }
};
constexpr FloatFormat single_precision{8, 23};
constexpr FloatFormat half_precision{5, 10};

constexpr std::uint32_t default_nan = 0x7FC00000;
constexpr std::uint32_t quiet_bit = 1u << 22;
constexpr std::uint32_t single_sign = 1u << 31;

enum class FpType { Nonzero, Zero, Infinity, QuietNan, SignallingNan };

/// The value is mantissa * 2^exponent. The mantissa of a Nonzero has its highest bit at
/// `normal_bit`.
struct Unpacked {
  FpType type = FpType::Zero;
  bool sign = false;
  std::uint64_t mantissa = 0;
  int exponent = 0;
  bool is_nan() const { return type == FpType::QuietNan || type == FpType::SignallingNan; }
};
constexpr unsigned normal_bit = 62;

/// FPUnpack(); sets IDC where it flushes.
Unpacked unpack(const FloatFormat& format, std::uint32_t bits, std::uint32_t& fpscr);
inline Unpacked unpack_single(std::uint32_t bits, std::uint32_t& fpscr) {
  return unpack(single_precision, bits, fpscr);
}

/// A nonzero value of any mantissa, made normal.
Unpacked normal(bool sign, std::uint64_t mantissa, int exponent);
/// `value` >> `amount`; a lost bit is kept in bit 0.
std::uint64_t shift_right_sticky(std::uint64_t value, unsigned amount);

struct RoundedInteger {
  std::uint64_t value;
  bool is_inexact;
};
/// `magnitude` * 2^-`amount` to an integer.
RoundedInteger round_right(std::uint64_t magnitude, unsigned amount, bool sign, Rounding rounding);

/// FPRound() of a Nonzero.
std::uint32_t round_to(const FloatFormat& format, const Unpacked& value, std::uint32_t& fpscr,
                       Rounding rounding);
inline std::uint32_t round_single(const Unpacked& value, std::uint32_t& fpscr) {
  return round_to(single_precision, value, fpscr, rounding_of(fpscr));
}

/// FPProcessNaN(): quiet, or the default NaN; IOC for a signalling one.
std::uint32_t process_nan(FpType type, std::uint32_t bits, std::uint32_t& fpscr);

struct NanOperand {
  FpType type;
  std::uint32_t bits;
};
/// FPProcessNaNs(), FPProcessNaNs3(): signalling ones first, then in order; absent when none is.
template <typename... Operands>
std::optional<std::uint32_t> process_nans(std::uint32_t& fpscr, const Operands&... operands) {
  for (const FpType type : {FpType::SignallingNan, FpType::QuietNan}) {
    for (const NanOperand& it : {operands...}) {
      if (it.type == type) return process_nan(type, it.bits, fpscr);
    }
  }
  return std::nullopt;
}

}  // namespace dfurig::cpu
