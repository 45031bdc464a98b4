#include "cpu/floating_point_values.h"

#include <algorithm>
#include <bit>

namespace dfurig::cpu {

std::uint64_t shift_right_sticky(std::uint64_t value, unsigned amount) {
  if (amount == 0) return value;
  if (amount > 63) return value != 0 ? 1 : 0;
  return value >> amount | ((value << (64 - amount)) != 0 ? 1 : 0);
}

Unpacked normal(bool sign, std::uint64_t mantissa, int exponent) {
  const int shift = std::countl_zero(mantissa) - static_cast<int>(63 - normal_bit);
  const std::uint64_t moved =
      shift >= 0 ? mantissa << shift : shift_right_sticky(mantissa, static_cast<unsigned>(-shift));
  return {FpType::Nonzero, sign, moved, exponent - shift};
}

Unpacked unpack(const FloatFormat& format, std::uint32_t bits, std::uint32_t& fpscr) {
  const bool sign = (bits & format.sign_bit()) != 0;
  const std::uint32_t exponent = bits >> format.fraction_bits & format.exponent_ones();
  const std::uint32_t fraction = bits & ((1u << format.fraction_bits) - 1);
  const bool is_half = format.fraction_bits == half_precision.fraction_bits;
  const int lsb = format.exponent_min() - static_cast<int>(format.fraction_bits);
  if (exponent == 0) {
    if (fraction == 0) return {FpType::Zero, sign, 0, 0};
    if (!is_half && (fpscr & fpscr::fz) != 0) {
      fpscr |= fpscr::idc;
      return {FpType::Zero, sign, 0, 0};
    }
    return normal(sign, fraction, lsb);
  }
  const bool has_no_infinity = is_half && (fpscr & fpscr::ahp) != 0;
  if (exponent == format.exponent_ones() && !has_no_infinity) {
    if (fraction == 0) return {FpType::Infinity, sign, 0, 0};
    const bool is_quiet = (fraction >> (format.fraction_bits - 1)) != 0;
    return {is_quiet ? FpType::QuietNan : FpType::SignallingNan, sign, 0, 0};
  }
  return normal(sign, fraction | 1u << format.fraction_bits, lsb + static_cast<int>(exponent) - 1);
}

RoundedInteger round_right(std::uint64_t magnitude, unsigned amount, bool sign, Rounding rounding) {
  if (amount == 0) return {magnitude, false};
  if (amount > 63) {
    magnitude = magnitude != 0 ? 1 : 0;  // far below a half
    amount = 63;
  }
  const std::uint64_t down = magnitude >> amount;
  const std::uint64_t error = magnitude - (down << amount);
  const std::uint64_t half = std::uint64_t{1} << (amount - 1);
  bool is_up = false;
  switch (rounding) {
    case Rounding::Nearest:
      is_up = error > half || (error == half && (down & 1) != 0);
      break;
    case Rounding::NearestAway:
      is_up = error >= half;
      break;
    case Rounding::PlusInfinity:
      is_up = error != 0 && !sign;
      break;
    case Rounding::MinusInfinity:
      is_up = error != 0 && sign;
      break;
    case Rounding::Zero:
      break;
  }
  return {down + (is_up ? 1 : 0), error != 0};
}

namespace {

bool does_overflow_to_infinity(bool sign, Rounding rounding) {
  return rounding == Rounding::Nearest || (rounding == Rounding::PlusInfinity && !sign) ||
         (rounding == Rounding::MinusInfinity && sign);
}

std::uint32_t overflow(const FloatFormat& format, bool sign, std::uint32_t& fpscr,
                       Rounding rounding) {
  fpscr |= fpscr::ofc | fpscr::ixc;
  const bool is_infinite = does_overflow_to_infinity(sign, rounding);
  return format.signed_by(sign, format.infinity() - (is_infinite ? 0 : 1));
}

}  // namespace

std::uint32_t round_to(const FloatFormat& format, const Unpacked& value, std::uint32_t& fpscr,
                       Rounding rounding) {
  const bool is_half = format.fraction_bits == half_precision.fraction_bits;
  const int exponent = value.exponent + static_cast<int>(normal_bit);
  const int below = format.exponent_min() - exponent;
  if (below > 0 && !is_half && (fpscr & fpscr::fz) != 0) {
    fpscr |= fpscr::ufc;
    return format.signed_by(value.sign, 0);
  }
  const unsigned denormal_shift = static_cast<unsigned>(std::max(below, 0));
  const auto [mantissa, is_inexact] =
      round_right(shift_right_sticky(value.mantissa, denormal_shift),
                  normal_bit - format.fraction_bits, value.sign, rounding);
  // Tininess is seen before rounding.
  if (below > 0 && is_inexact) fpscr |= fpscr::ufc;
  // The highest bit of a normal mantissa, and a carry out of rounding, count the exponent up.
  const std::uint64_t biased = below > 0 ? 0 : static_cast<unsigned>(-below);
  const std::uint64_t bits = (biased << format.fraction_bits) + mantissa;
  if (is_half && (fpscr & fpscr::ahp) != 0) {
    if (bits >= format.sign_bit()) {
      fpscr |= fpscr::ioc;
      return format.signed_by(value.sign, format.sign_bit() - 1);
    }
  } else if (bits >= format.infinity()) {
    return overflow(format, value.sign, fpscr, rounding);
  }
  if (is_inexact) fpscr |= fpscr::ixc;
  return format.signed_by(value.sign, static_cast<std::uint32_t>(bits));
}

std::uint32_t process_nan(FpType type, std::uint32_t bits, std::uint32_t& fpscr) {
  if (type == FpType::SignallingNan) fpscr |= fpscr::ioc;
  return (fpscr & fpscr::dn) != 0 ? default_nan : bits | quiet_bit;
}

}  // namespace dfurig::cpu
