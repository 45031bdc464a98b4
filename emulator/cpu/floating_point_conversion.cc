// Conversions: integers, fixed point, half precision, and to integral floating-point numbers.
#include <algorithm>

#include "cpu/floating_point_arithmetic.h"

namespace dfurig::cpu {
namespace {

/// To an integer; what is far beyond 32 bits stays so.
RoundedInteger to_integer(const Unpacked& value, unsigned fraction_bits, Rounding rounding) {
  const int exponent = value.exponent + static_cast<int>(fraction_bits);
  if (exponent >= 0) return {value.mantissa, false};
  return round_right(value.mantissa, static_cast<unsigned>(-exponent), value.sign, rounding);
}

/// SatQ(); IOC where it saturates, else IXC where it is not exact.
std::uint32_t saturate(bool sign, const RoundedInteger& magnitude, const FixedFormat& format,
                       std::uint32_t& fpscr) {
  const unsigned value_bits = format.is_signed ? format.size - 1 : format.size;
  const std::int64_t max = (std::int64_t{1} << value_bits) - 1;
  const std::int64_t min = format.is_signed ? -max - 1 : 0;
  const auto value = static_cast<std::int64_t>(magnitude.value);
  const std::int64_t integer = sign ? -value : value;
  const std::int64_t clamped = std::clamp(integer, min, max);
  if (clamped != integer) {
    fpscr |= fpscr::ioc;
  } else if (magnitude.is_inexact) {
    fpscr |= fpscr::ixc;
  }
  return static_cast<std::uint32_t>(clamped);
}

}  // namespace

std::uint32_t fp_to_fixed(std::uint32_t a, const FixedFormat& format, Rounding rounding,
                          std::uint32_t& fpscr) {
  const Unpacked value = unpack_single(a, fpscr);
  if (value.is_nan()) {
    fpscr |= fpscr::ioc;
    return 0;
  }
  if (value.type == FpType::Zero) return 0;
  if (value.type == FpType::Infinity) {
    constexpr std::uint64_t beyond = std::uint64_t{1} << normal_bit;
    return saturate(value.sign, {beyond, false}, format, fpscr);
  }
  return saturate(value.sign, to_integer(value, format.fraction_bits, rounding), format, fpscr);
}

std::uint32_t fixed_to_fp(std::uint32_t bits, const FixedFormat& format, Rounding rounding,
                          std::uint32_t& fpscr) {
  const unsigned unused = 32 - format.size;
  const std::uint32_t high = bits << unused;
  const bool sign = format.is_signed && high >> 31 != 0;
  const std::uint64_t magnitude = (sign ? 0 - high : high) >> unused;
  if (magnitude == 0) return 0;
  return round_to(single_precision,
                  normal(sign, magnitude, -static_cast<int>(format.fraction_bits)), fpscr,
                  rounding);
}

std::uint32_t fp_round_int(std::uint32_t a, Rounding rounding, bool is_exact,
                           std::uint32_t& fpscr) {
  const Unpacked value = unpack_single(a, fpscr);
  if (value.is_nan()) return process_nan(value.type, a, fpscr);
  if (value.type == FpType::Zero) return a & single_sign;
  if (value.type == FpType::Infinity || value.exponent >= 0) return a;
  const RoundedInteger integer = to_integer(value, 0, rounding);
  if (is_exact && integer.is_inexact) fpscr |= fpscr::ixc;
  if (integer.value == 0) return a & single_sign;
  return round_single(normal(value.sign, integer.value, 0), fpscr);
}

std::uint32_t fp_half_to_single(std::uint32_t half, std::uint32_t& fpscr) {
  const Unpacked value = unpack(half_precision, half, fpscr);
  if (value.is_nan()) {
    if (value.type == FpType::SignallingNan) fpscr |= fpscr::ioc;
    if ((fpscr & fpscr::dn) != 0) return default_nan;
    return single_precision.signed_by(value.sign, default_nan | (half & 0x1FF) << 13);
  }
  if (value.type == FpType::Infinity) {
    return single_precision.signed_by(value.sign, single_precision.infinity());
  }
  if (value.type == FpType::Zero) return single_precision.signed_by(value.sign, 0);
  return round_single(value, fpscr);
}

std::uint32_t fp_single_to_half(std::uint32_t a, std::uint32_t& fpscr) {
  constexpr std::uint32_t half_default_nan = 0x7E00;
  const Unpacked value = unpack_single(a, fpscr);
  const bool is_alternative = (fpscr & fpscr::ahp) != 0;
  const auto with_sign = [&](std::uint32_t rest) {
    return half_precision.signed_by(value.sign, rest);
  };
  if (value.is_nan()) {
    if (is_alternative || value.type == FpType::SignallingNan) fpscr |= fpscr::ioc;
    if (is_alternative) return with_sign(0);
    if ((fpscr & fpscr::dn) != 0) return half_default_nan;
    return with_sign(half_default_nan | (a >> 13 & 0x1FF));
  }
  if (value.type == FpType::Infinity) {
    if (!is_alternative) return with_sign(half_precision.infinity());
    fpscr |= fpscr::ioc;
    return with_sign(half_precision.sign_bit() - 1);
  }
  if (value.type == FpType::Zero) return with_sign(0);
  return round_to(half_precision, value, fpscr, rounding_of(fpscr));
}

}  // namespace dfurig::cpu
