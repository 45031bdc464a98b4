// Arithmetic on single precision numbers as bit patterns, as the pseudo-code of DDI 0403E §A2.5.
// Rounding, flushing and NaNs are as FPSCR says; its cumulative flags are set.
#pragma once

#include <cstdint>

#include "cpu/floating_point_values.h"

namespace dfurig::cpu {

std::uint32_t fp_add(std::uint32_t a, std::uint32_t b, std::uint32_t& fpscr);
std::uint32_t fp_sub(std::uint32_t a, std::uint32_t b, std::uint32_t& fpscr);
std::uint32_t fp_mul(std::uint32_t a, std::uint32_t b, std::uint32_t& fpscr);
std::uint32_t fp_div(std::uint32_t a, std::uint32_t b, std::uint32_t& fpscr);
std::uint32_t fp_sqrt(std::uint32_t a, std::uint32_t& fpscr);
/// addend + a * b, rounded once.
std::uint32_t fp_mul_add(std::uint32_t addend, std::uint32_t a, std::uint32_t b,
                         std::uint32_t& fpscr);
/// FPMaxNum(), FPMinNum(): a number wins over a quiet NaN.
std::uint32_t fp_max_num(std::uint32_t a, std::uint32_t b, std::uint32_t& fpscr);
std::uint32_t fp_min_num(std::uint32_t a, std::uint32_t b, std::uint32_t& fpscr);

/// NZCV, in bits 3 to 0.
unsigned fp_compare(std::uint32_t a, std::uint32_t b, bool is_quiet_nan_invalid,
                    std::uint32_t& fpscr);

/// FPRoundInt()
std::uint32_t fp_round_int(std::uint32_t a, Rounding rounding, bool is_exact, std::uint32_t& fpscr);

/// A fixed-point number in a register.
struct FixedFormat {
  unsigned size;           ///< bits: 16, 32
  unsigned fraction_bits;  ///< at most `size`
  bool is_signed;
};
/// FPToFixed(): saturated, and sign- or zero-extended to 32 bits.
std::uint32_t fp_to_fixed(std::uint32_t a, const FixedFormat& format, Rounding rounding,
                          std::uint32_t& fpscr);
/// FixedToFP() of the low `size` bits.
std::uint32_t fixed_to_fp(std::uint32_t bits, const FixedFormat& format, Rounding rounding,
                          std::uint32_t& fpscr);

std::uint32_t fp_half_to_single(std::uint32_t half, std::uint32_t& fpscr);
std::uint32_t fp_single_to_half(std::uint32_t a, std::uint32_t& fpscr);

}  // namespace dfurig::cpu
