#include "cpu/floating_point_arithmetic.h"

#include <utility>

namespace dfurig::cpu {
namespace {

constexpr std::uint32_t infinity = single_precision.infinity();

std::uint32_t with_sign(bool sign, std::uint32_t magnitude) {
  return single_precision.signed_by(sign, magnitude);
}

std::uint32_t invalid(std::uint32_t& fpscr) {
  fpscr |= fpscr::ioc;
  return default_nan;
}

/// The zero that is the sum of a number and its negative.
std::uint32_t exact_zero(std::uint32_t fpscr) {
  return with_sign(rounding_of(fpscr) == Rounding::MinusInfinity, 0);
}

/// Of two Nonzero; absent when they cancel.
std::optional<Unpacked> sum(Unpacked a, Unpacked b) {
  if (a.exponent < b.exponent) std::swap(a, b);
  b.mantissa = shift_right_sticky(b.mantissa, static_cast<unsigned>(a.exponent - b.exponent));
  if (a.sign == b.sign) return normal(a.sign, a.mantissa + b.mantissa, a.exponent);
  if (a.mantissa == b.mantissa) return std::nullopt;
  const bool is_b_larger = a.mantissa < b.mantissa;
  const std::uint64_t difference = is_b_larger ? b.mantissa - a.mantissa : a.mantissa - b.mantissa;
  return normal(is_b_larger ? b.sign : a.sign, difference, a.exponent);
}

/// Of two Nonzero of 24 significant bits.
Unpacked product(const Unpacked& a, const Unpacked& b) {
  constexpr unsigned spare = normal_bit - 23;
  return normal(a.sign != b.sign, (a.mantissa >> spare) * (b.mantissa >> spare),
                a.exponent + b.exponent + 2 * static_cast<int>(spare));
}

/// The sum of two operands that are no NaNs.
std::uint32_t add_numbers(const Unpacked& a, const Unpacked& b, std::uint32_t& fpscr) {
  const bool is_a_infinite = a.type == FpType::Infinity, is_b_infinite = b.type == FpType::Infinity;
  if (is_a_infinite && is_b_infinite && a.sign != b.sign) return invalid(fpscr);
  if (is_a_infinite) return with_sign(a.sign, infinity);
  if (is_b_infinite) return with_sign(b.sign, infinity);
  if (a.type == FpType::Zero && b.type == FpType::Zero) {
    return a.sign == b.sign ? with_sign(a.sign, 0) : exact_zero(fpscr);
  }
  if (a.type == FpType::Zero) return round_single(b, fpscr);
  if (b.type == FpType::Zero) return round_single(a, fpscr);
  const std::optional<Unpacked> result = sum(a, b);
  return result ? round_single(*result, fpscr) : exact_zero(fpscr);
}

/// 32 bits of the square root, the lowest one sticky.
std::uint64_t sticky_root(std::uint64_t square) {
  std::uint64_t root = 0, rest = square;
  for (std::uint64_t bit = std::uint64_t{1} << 62; bit != 0; bit >>= 2) {
    const bool fits = rest >= root + bit;
    if (fits) rest -= root + bit;
    root = (root >> 1) + (fits ? bit : 0);
  }
  return root << 1 | (rest != 0 ? 1 : 0);
}

bool is_less(const Unpacked& a, const Unpacked& b) {
  const auto magnitude = [](const Unpacked& it) {
    const int exponent = it.type == FpType::Infinity ? INT32_MAX
                         : it.type == FpType::Zero   ? INT32_MIN
                                                     : it.exponent;
    return std::pair(exponent, it.mantissa);
  };
  if (a.type == FpType::Zero && b.type == FpType::Zero) return false;
  if (a.sign != b.sign) return a.sign;
  return a.sign ? magnitude(b) < magnitude(a) : magnitude(a) < magnitude(b);
}

/// FPMax(), FPMin(): the chosen operand, flushed as FPUnpack() does.
template <bool is_max>
std::uint32_t choose(std::uint32_t a, std::uint32_t b, std::uint32_t& fpscr) {
  const Unpacked x = unpack_single(a, fpscr), y = unpack_single(b, fpscr);
  if (const auto nan = process_nans(fpscr, NanOperand{x.type, a}, NanOperand{y.type, b})) {
    return *nan;
  }
  if (x.type == FpType::Zero && y.type == FpType::Zero) {
    return with_sign(is_max ? x.sign && y.sign : x.sign || y.sign, 0);
  }
  const bool is_first = is_max ? is_less(y, x) : is_less(x, y);
  const Unpacked& chosen = is_first ? x : y;
  return chosen.type == FpType::Zero ? with_sign(chosen.sign, 0) : (is_first ? a : b);
}

template <bool is_max>
std::uint32_t choose_number(std::uint32_t a, std::uint32_t b, std::uint32_t& fpscr) {
  const std::uint32_t least = with_sign(is_max, infinity);
  const bool is_a_quiet = unpack_single(a, fpscr).type == FpType::QuietNan;
  const bool is_b_quiet = unpack_single(b, fpscr).type == FpType::QuietNan;
  return choose<is_max>(is_a_quiet && !is_b_quiet ? least : a,
                        is_b_quiet && !is_a_quiet ? least : b, fpscr);
}

}  // namespace

std::uint32_t fp_add(std::uint32_t a, std::uint32_t b, std::uint32_t& fpscr) {
  const Unpacked x = unpack_single(a, fpscr), y = unpack_single(b, fpscr);
  const auto nan = process_nans(fpscr, NanOperand{x.type, a}, NanOperand{y.type, b});
  return nan ? *nan : add_numbers(x, y, fpscr);
}

std::uint32_t fp_sub(std::uint32_t a, std::uint32_t b, std::uint32_t& fpscr) {
  const Unpacked x = unpack_single(a, fpscr);
  Unpacked y = unpack_single(b, fpscr);
  const auto nan = process_nans(fpscr, NanOperand{x.type, a}, NanOperand{y.type, b});
  y.sign = !y.sign;
  return nan ? *nan : add_numbers(x, y, fpscr);
}

std::uint32_t fp_mul(std::uint32_t a, std::uint32_t b, std::uint32_t& fpscr) {
  const Unpacked x = unpack_single(a, fpscr), y = unpack_single(b, fpscr);
  if (const auto nan = process_nans(fpscr, NanOperand{x.type, a}, NanOperand{y.type, b})) {
    return *nan;
  }
  const bool is_infinite = x.type == FpType::Infinity || y.type == FpType::Infinity;
  const bool is_zero = x.type == FpType::Zero || y.type == FpType::Zero;
  if (is_infinite && is_zero) return invalid(fpscr);
  if (is_infinite) return with_sign(x.sign != y.sign, infinity);
  if (is_zero) return with_sign(x.sign != y.sign, 0);
  return round_single(product(x, y), fpscr);
}

std::uint32_t fp_div(std::uint32_t a, std::uint32_t b, std::uint32_t& fpscr) {
  const Unpacked x = unpack_single(a, fpscr), y = unpack_single(b, fpscr);
  if (const auto nan = process_nans(fpscr, NanOperand{x.type, a}, NanOperand{y.type, b})) {
    return *nan;
  }
  const bool sign = x.sign != y.sign;
  if (x.type == y.type && x.type != FpType::Nonzero) return invalid(fpscr);
  if (x.type == FpType::Infinity) return with_sign(sign, infinity);
  if (y.type == FpType::Zero) {
    fpscr |= fpscr::dzc;
    return with_sign(sign, infinity);
  }
  if (x.type == FpType::Zero || y.type == FpType::Infinity) return with_sign(sign, 0);
  constexpr unsigned spare = normal_bit - 23;
  const std::uint64_t divisor = y.mantissa >> spare;
  const std::uint64_t quotient = x.mantissa / divisor;
  const bool has_rest = x.mantissa % divisor != 0;
  return round_single(normal(sign, quotient << 1 | (has_rest ? 1 : 0),
                             x.exponent - y.exponent - static_cast<int>(spare) - 1),
                      fpscr);
}

std::uint32_t fp_sqrt(std::uint32_t a, std::uint32_t& fpscr) {
  const Unpacked x = unpack_single(a, fpscr);
  if (x.is_nan()) return process_nan(x.type, a, fpscr);
  if (x.type == FpType::Zero) return with_sign(x.sign, 0);
  if (x.sign) return invalid(fpscr);
  if (x.type == FpType::Infinity) return infinity;
  const bool is_odd = x.exponent % 2 != 0;
  const std::uint64_t square = is_odd ? x.mantissa << 1 : x.mantissa;
  const int exponent = is_odd ? x.exponent - 1 : x.exponent;
  return round_single(normal(false, sticky_root(square), exponent / 2 - 1), fpscr);
}

std::uint32_t fp_mul_add(std::uint32_t addend, std::uint32_t a, std::uint32_t b,
                         std::uint32_t& fpscr) {
  const Unpacked z = unpack_single(addend, fpscr);
  const Unpacked x = unpack_single(a, fpscr), y = unpack_single(b, fpscr);
  const bool is_infinite = x.type == FpType::Infinity || y.type == FpType::Infinity;
  const bool is_zero = x.type == FpType::Zero || y.type == FpType::Zero;
  const bool is_invalid = is_infinite && is_zero;
  const auto nan =
      process_nans(fpscr, NanOperand{z.type, addend}, NanOperand{x.type, a}, NanOperand{y.type, b});
  if (is_invalid && (!nan || z.type == FpType::QuietNan)) return invalid(fpscr);
  if (nan) return *nan;
  const bool sign = x.sign != y.sign;
  Unpacked p{FpType::Zero, sign, 0, 0};
  if (is_infinite) p.type = FpType::Infinity;
  if (!is_infinite && !is_zero) p = product(x, y);
  return add_numbers(z, p, fpscr);
}

std::uint32_t fp_max_num(std::uint32_t a, std::uint32_t b, std::uint32_t& fpscr) {
  return choose_number<true>(a, b, fpscr);
}

std::uint32_t fp_min_num(std::uint32_t a, std::uint32_t b, std::uint32_t& fpscr) {
  return choose_number<false>(a, b, fpscr);
}

unsigned fp_compare(std::uint32_t a, std::uint32_t b, bool is_quiet_nan_invalid,
                    std::uint32_t& fpscr) {
  constexpr unsigned unordered = 0b0011, less = 0b1000, greater = 0b0010, equal = 0b0110;
  const Unpacked x = unpack_single(a, fpscr), y = unpack_single(b, fpscr);
  if (x.is_nan() || y.is_nan()) {
    const bool signals = x.type == FpType::SignallingNan || y.type == FpType::SignallingNan;
    if (signals || is_quiet_nan_invalid) fpscr |= fpscr::ioc;
    return unordered;
  }
  return is_less(x, y) ? less : is_less(y, x) ? greater : equal;
}

}  // namespace dfurig::cpu
