// 16-bit branches, IT, hints, CPS, SVC and BKPT (DDI 0403E §A5.2.5, §A5.2.6).
#include <array>

#include "cpu/arithmetic.h"
#include "cpu/encodings.h"
#include "cpu/hints.h"

namespace dfurig::cpu {
namespace {

void bx(Machine& m, std::uint32_t op) {
  m.branch_exchange(m.state.r[bits(op, 6, 3)]);
}

void blx(Machine& m, std::uint32_t op) {
  const std::uint32_t target = m.state.r[bits(op, 6, 3)];
  m.state.r[lr] = m.next | 1;
  m.branch_link_exchange(target);
}

template <bool when_zero>
void cbz(Machine& m, std::uint32_t op) {
  const std::uint32_t offset = bits(op, 9, 9) << 6 | bits(op, 7, 3) << 1;
  if ((m.state.r[bits(op, 2, 0)] == 0) == when_zero) m.branch(m.state.r[pc] + offset);
}

void b_conditional(Machine& m, std::uint32_t op) {
  if (!does_condition_hold(m.state, bits(op, 11, 8))) return;
  m.branch(m.state.r[pc] + sign_extend(bits(op, 7, 0) << 1, 9));
}

void b(Machine& m, std::uint32_t op) {
  m.branch(m.state.r[pc] + sign_extend(bits(op, 10, 0) << 1, 12));
}

void svc(Machine& m, std::uint32_t) {
  m.ask(Request::SupervisorCall);
}

void bkpt(Machine& m, std::uint32_t) {
  m.ask(Request::Breakpoint);
}

void it(Machine& m, std::uint32_t op) {
  m.state.it = static_cast<std::uint8_t>(bits(op, 7, 0));
}

/// CPSIE, CPSID; unprivileged ones do nothing (§B5.2.1).
void cps(Machine& m, std::uint32_t op) {
  if (!m.state.is_privileged()) return;
  const bool masks = bit(op, 4);
  if (bit(op, 1)) m.state.primask = masks;
  const bool has_faultmask = m.spec.architecture != Architecture::ArmV6M;
  const bool may_mask = !masks || m.system.execution_priority() > -1;
  if (bit(op, 0) && has_faultmask && may_mask) m.state.faultmask = masks;
  m.system.masks_changed();
  m.port.plan();
}

constexpr auto v7 = Architecture::ArmV7M;
constexpr std::array encodings = {
    Encoding{0xFF87, 0x4700, bx},              // §A7.7.20
    Encoding{0xFF87, 0x4780, blx},             // §A7.7.19
    Encoding{0xFD00, 0xB100, cbz<true>, v7},   // §A7.7.21
    Encoding{0xFD00, 0xB900, cbz<false>, v7},  // §A7.7.21
    Encoding{0xFFEC, 0xB660, cps},             // §B5.2.1
    Encoding{0xFF00, 0xBE00, bkpt},            // §A7.7.17
    Encoding{0xFFFF, 0xBF20, wfe},             // §A7.7.261
    Encoding{0xFFFF, 0xBF30, wfi},             // §A7.7.262
    Encoding{0xFFFF, 0xBF40, sev},             // §A7.7.129
    Encoding{0xFF0F, 0xBF00, nop},             // NOP, YIELD, and hints that are not given out
    Encoding{0xFF00, 0xBF00, it, v7},          // §A7.7.38
    Encoding{0xFF00, 0xDF00, svc},             // §A7.7.178
    Encoding{0xFF00, 0xDE00, nullptr},         // UDF §A7.7.194
    Encoding{0xF000, 0xD000, b_conditional},   // §A7.7.12 T1
    Encoding{0xF800, 0xE000, b},               // §A7.7.12 T2
};

}  // namespace

std::span<const Encoding> control_16() {
  return encodings;
}

}  // namespace dfurig::cpu
