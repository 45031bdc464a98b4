// The floating-point extension (DDI 0403E chapter A6): FPv4-SP, and of FPv5 what works on single
// precision. Double precision arithmetic is not there and raises UNDEFINSTR; D registers are moved,
// loaded and stored.
#pragma once

#include <span>

#include "cpu/machine.h"

namespace dfurig::cpu {

/// ExecuteFPCheck() (§B1.4.7). False: NOCP was raised.
bool may_use_floating_point(Machine& machine);

/// An instruction that is executed only when the extension may be used.
template <Execute body>
void floating_point(Machine& machine, std::uint32_t opcode) {
  if (may_use_floating_point(machine)) body(machine, opcode);
}

// DDI 0403E §A6.4 (data processing), and §A6.5 to §A6.7 (loads, stores, transfers).
std::span<const Encoding> floating_point_arithmetic();
std::span<const Encoding> floating_point_conversion();
std::span<const Encoding> floating_point_v5();
std::span<const Encoding> floating_point_transfer();

/// What no row has of the coprocessor space (§A5.3.18): NOCP while the coprocessor is not there or
/// off, else UNDEFINSTR.
std::span<const Encoding> coprocessor();

// The numbers of registers: Vd:D, Vn:N, Vm:M of single precision.
constexpr unsigned sd_of(std::uint32_t op) {
  return bits(op, 15, 12) << 1 | bits(op, 22, 22);
}
constexpr unsigned sn_of(std::uint32_t op) {
  return bits(op, 19, 16) << 1 | bits(op, 7, 7);
}
constexpr unsigned sm_of(std::uint32_t op) {
  return bits(op, 3, 0) << 1 | bits(op, 5, 5);
}

}  // namespace dfurig::cpu
