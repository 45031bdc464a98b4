// The pseudo-code functions instructions are made of (DDI 0403E §A2.2.1, §A7.4.2, §A5.3.2).
#pragma once

#include <algorithm>
#include <cstdint>

#include "cpu/state.h"

namespace dfurig::cpu {

inline void set_nz(State& state, std::uint32_t result) {
  state.n = result >> 31 != 0;
  state.z = result == 0;
}

/// AddWithCarry()
inline std::uint32_t add_with_carry(State& state, bool sets, std::uint32_t a, std::uint32_t b,
                                    bool carry) {
  const std::uint64_t sum = std::uint64_t{a} + b + (carry ? 1 : 0);
  const auto result = static_cast<std::uint32_t>(sum);
  if (sets) {
    set_nz(state, result);
    state.c = sum >> 32 != 0;
    state.v = ((a ^ result) & (b ^ result)) >> 31 != 0;
  }
  return result;
}

inline std::uint32_t logical(State& state, bool sets, std::uint32_t result, bool carry) {
  if (sets) {
    set_nz(state, result);
    state.c = carry;
  }
  return result;
}

struct Shifted {
  std::uint32_t value;
  bool carry;
};

enum class ShiftType { Lsl, Lsr, Asr, Ror, Rrx };

/// Shift_C(); any amount.
inline Shifted shift(std::uint32_t value, ShiftType type, unsigned amount, bool carry) {
  if (type == ShiftType::Rrx) return {value >> 1 | (carry ? 1u << 31 : 0), (value & 1) != 0};
  if (amount == 0) return {value, carry};
  switch (type) {
    case ShiftType::Lsl:
      if (amount > 32) return {0, false};
      return {amount == 32 ? 0 : value << amount, (value >> (32 - amount) & 1) != 0};
    case ShiftType::Lsr:
      if (amount > 32) return {0, false};
      return {amount == 32 ? 0 : value >> amount, (value >> (amount - 1) & 1) != 0};
    case ShiftType::Asr: {
      const unsigned by = std::min(amount, 32u);
      const auto wide = static_cast<std::int64_t>(static_cast<std::int32_t>(value));
      return {static_cast<std::uint32_t>(wide >> by), (wide >> (by - 1) & 1) != 0};
    }
    default: {
      const unsigned by = amount % 32;
      const std::uint32_t result = by == 0 ? value : value >> by | value << (32 - by);
      return {result, result >> 31 != 0};
    }
  }
}

/// DecodeImmShift() and the shift itself.
inline Shifted shift_by_immediate(std::uint32_t value, unsigned type, unsigned amount, bool carry) {
  const auto kind = static_cast<ShiftType>(type);
  if (kind == ShiftType::Ror && amount == 0) return shift(value, ShiftType::Rrx, 1, carry);
  const bool is_32 = amount == 0 && (kind == ShiftType::Lsr || kind == ShiftType::Asr);
  return shift(value, kind, is_32 ? 32 : amount, carry);
}

/// ThumbExpandImm_C(): twelve bits, i:imm3:imm8.
inline Shifted expand_immediate(std::uint32_t imm12, bool carry) {
  const std::uint32_t imm8 = imm12 & 0xFF;
  switch (imm12 >> 8 & 0xF) {
    case 0:
      return {imm8, carry};
    case 1:
      return {imm8 << 16 | imm8, carry};
    case 2:
      return {imm8 << 24 | imm8 << 8, carry};
    case 3:
      return {imm8 * 0x01010101u, carry};
    default:
      return shift(0x80 | (imm12 & 0x7F), ShiftType::Ror, imm12 >> 7 & 0x1F, carry);
  }
}

/// ConditionPassed()
inline bool does_condition_hold(const State& state, unsigned condition) {
  bool holds = true;
  switch (condition >> 1) {
    case 0:
      holds = state.z;
      break;
    case 1:
      holds = state.c;
      break;
    case 2:
      holds = state.n;
      break;
    case 3:
      holds = state.v;
      break;
    case 4:
      holds = state.c && !state.z;
      break;
    case 5:
      holds = state.n == state.v;
      break;
    case 6:
      holds = state.n == state.v && !state.z;
      break;
    default:
      return true;
  }
  return (condition & 1) != 0 ? !holds : holds;
}

// The operations of data processing: `carry` is the shifter's.
using Operation = std::uint32_t (*)(State& state, bool sets, std::uint32_t a, std::uint32_t b,
                                    bool carry);

inline std::uint32_t op_and(State& s, bool sets, std::uint32_t a, std::uint32_t b, bool carry) {
  return logical(s, sets, a & b, carry);
}
inline std::uint32_t op_bic(State& s, bool sets, std::uint32_t a, std::uint32_t b, bool carry) {
  return logical(s, sets, a & ~b, carry);
}
inline std::uint32_t op_orr(State& s, bool sets, std::uint32_t a, std::uint32_t b, bool carry) {
  return logical(s, sets, a | b, carry);
}
inline std::uint32_t op_orn(State& s, bool sets, std::uint32_t a, std::uint32_t b, bool carry) {
  return logical(s, sets, a | ~b, carry);
}
inline std::uint32_t op_eor(State& s, bool sets, std::uint32_t a, std::uint32_t b, bool carry) {
  return logical(s, sets, a ^ b, carry);
}
inline std::uint32_t op_mov(State& s, bool sets, std::uint32_t, std::uint32_t b, bool carry) {
  return logical(s, sets, b, carry);
}
inline std::uint32_t op_mvn(State& s, bool sets, std::uint32_t, std::uint32_t b, bool carry) {
  return logical(s, sets, ~b, carry);
}
inline std::uint32_t op_add(State& s, bool sets, std::uint32_t a, std::uint32_t b, bool) {
  return add_with_carry(s, sets, a, b, false);
}
inline std::uint32_t op_adc(State& s, bool sets, std::uint32_t a, std::uint32_t b, bool) {
  return add_with_carry(s, sets, a, b, s.c);
}
inline std::uint32_t op_sub(State& s, bool sets, std::uint32_t a, std::uint32_t b, bool) {
  return add_with_carry(s, sets, a, ~b, true);
}
inline std::uint32_t op_sbc(State& s, bool sets, std::uint32_t a, std::uint32_t b, bool) {
  return add_with_carry(s, sets, a, ~b, s.c);
}
inline std::uint32_t op_rsb(State& s, bool sets, std::uint32_t a, std::uint32_t b, bool) {
  return add_with_carry(s, sets, ~a, b, true);
}

/// SatQ(): `bits` wide, signed or not; sets Q where the caller says.
struct Saturated {
  std::uint32_t value;
  bool has_saturated;
};
inline Saturated saturate_signed(std::int64_t value, unsigned width) {
  const std::int64_t max = (std::int64_t{1} << (width - 1)) - 1;
  const std::int64_t clamped = std::clamp(value, -max - 1, max);
  return {static_cast<std::uint32_t>(clamped), clamped != value};
}
inline Saturated saturate_unsigned(std::int64_t value, unsigned width) {
  const std::int64_t max = (std::int64_t{1} << width) - 1;
  const std::int64_t clamped = std::clamp(value, std::int64_t{0}, max);
  return {static_cast<std::uint32_t>(clamped), clamped != value};
}

}  // namespace dfurig::cpu
