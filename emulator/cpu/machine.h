// What an instruction works on, and the table row that finds it.
#pragma once

#include <cstdint>

#include "cpu/bus_port.h"
#include "cpu/spec.h"
#include "cpu/state.h"
#include "cpu/system_control.h"

namespace dfurig::cpu {

/// What an instruction leaves to the run loop. A fault is in BusPort::fault.
enum class Request { None, SupervisorCall, Breakpoint, WaitForInterrupt, WaitForEvent, Return };

struct Machine {
  Machine(const CoreSpec& core, stm32::Bus& bus)
      : spec(core), system(spec, state, port), port(spec, state, system, bus) {}

  const CoreSpec spec;
  /// While an instruction is executed r[pc] is what reading PC gives: its address + 4.
  State state;
  SystemControl system;
  BusPort port;
  std::uint32_t next = 0;  ///< the address of the instruction that comes next
  bool is_in_it_block = false;
  Request request = Request::None;
  std::uint32_t exc_return = 0;  ///< of Request::Return
  /// The address that LDREX marked (DDI 0403E §A3.4).
  std::optional<std::uint32_t> exclusive;

  /// Leaves the fast loop after this instruction.
  void ask(Request what) {
    request = what;
    port.deadline = 0;
  }
  /// SP has no bits 1 and 0 (§B1.4.1).
  void set(unsigned number, std::uint32_t value) {
    state.r[number] = number == sp ? value & ~3u : value;
  }
  void branch(std::uint32_t target) { next = target & ~1u; }
  /// BXWritePC(): bit 0 becomes EPSR.T; executing with 0 is INVSTATE. In Handler mode 0xFxxxxxxx
  /// returns from the exception.
  void branch_exchange(std::uint32_t target) {
    if (state.is_handler_mode() && target >> 28 == 0xF) {
      exc_return = target;
      return ask(Request::Return);
    }
    branch_link_exchange(target);
  }
  void branch_link_exchange(std::uint32_t target) {
    state.t = (target & 1) != 0;
    if (!state.t) port.deadline = 0;
    branch(target);
  }
  void undefined() { port.raise(FaultKind::UndefInstr); }
  bool does_set_flags() const { return !is_in_it_block; }
};

using Execute = void (*)(Machine& machine, std::uint32_t opcode);

/// An encoding: the instruction whose `mask` bits are `value`. 32-bit ones have their first
/// half-word above the second.
struct Encoding {
  std::uint32_t mask;
  std::uint32_t value;
  Execute execute;
  Architecture since = Architecture::ArmV6M;
};

/// Bits `high` to `low` of an opcode.
constexpr std::uint32_t bits(std::uint32_t opcode, unsigned high, unsigned low) {
  return opcode >> low & ((2u << (high - low)) - 1);
}
constexpr bool bit(std::uint32_t opcode, unsigned number) {
  return (opcode >> number & 1) != 0;
}
/// The low `width` bits as a signed number.
constexpr std::uint32_t sign_extend(std::uint32_t value, unsigned width) {
  const unsigned shift = 32 - width;
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(value << shift) >> shift);
}

// Where 32-bit encodings have their registers.
constexpr unsigned rn_of(std::uint32_t opcode) {
  return bits(opcode, 19, 16);
}
constexpr unsigned rt_of(std::uint32_t opcode) {
  return bits(opcode, 15, 12);
}
constexpr unsigned rd_of(std::uint32_t opcode) {
  return bits(opcode, 11, 8);
}
constexpr unsigned rm_of(std::uint32_t opcode) {
  return bits(opcode, 3, 0);
}

}  // namespace dfurig::cpu
