#include "cpu/special_registers.h"

namespace dfurig::cpu {
namespace {

// SYSm, §B5.1.1.
enum Special : unsigned {
  Msp = 8,
  Psp = 9,
  Primask = 16,
  Basepri = 17,
  BasepriMax = 18,
  Faultmask = 19,
  Control = 20,
};

constexpr std::uint32_t flags_mask = 0xF8000000;
constexpr std::uint32_t ge_mask = 0x000F0000;
constexpr std::uint32_t ipsr_mask = 0x1FF;

bool is_v6m(const Machine& m) {
  return m.spec.architecture == Architecture::ArmV6M;
}

/// APSR, IAPSR, EAPSR, XPSR, IPSR, EPSR, IEPSR are 0 to 7: bit 0 adds IPSR, bit 2 leaves out APSR.
/// EPSR reads 0.
std::uint32_t read_psr(const State& state, unsigned sysm) {
  std::uint32_t value = 0;
  if ((sysm & 1) != 0) value |= state.ipsr & ipsr_mask;
  if ((sysm & 4) == 0) value |= xpsr(state) & (flags_mask | ge_mask);
  return value;
}

void write_apsr(Machine& m, unsigned mask, std::uint32_t value) {
  State& s = m.state;
  if ((mask & 2) != 0) {
    s.n = bit(value, 31);
    s.z = bit(value, 30);
    s.c = bit(value, 29);
    s.v = bit(value, 28);
    if (!is_v6m(m)) s.q = bit(value, 27);
  }
  if ((mask & 1) != 0 && m.spec.architecture == Architecture::ArmV7EM) {
    s.ge = static_cast<std::uint8_t>(bits(value, 19, 16));
  }
}

void write_stack_pointer(State& s, bool is_psp, std::uint32_t value) {
  (s.is_psp_in_use() == is_psp ? s.r[sp] : s.other_sp) = value & ~3u;
}

void write_control(Machine& m, std::uint32_t value) {
  State& s = m.state;
  const bool has_npriv = !is_v6m(m) || m.spec.vtor_mask != 0;  // Cortex-M0 has no privilege levels
  if (has_npriv) s.npriv = bit(value, 0);
  if (!s.is_handler_mode()) select_stack(s, bit(value, 1), s.ipsr);
  if (m.spec.floating_point != FloatingPoint::None) s.fpca = bit(value, 2);
}

/// BASEPRI_MAX only raises the priority: a lower value, or any where there was 0.
void write_basepri(Machine& m, std::uint32_t value, bool only_raises) {
  const unsigned absent = 8 - m.spec.priority_bits;
  const auto given = static_cast<std::uint8_t>((value & 0xFF) >> absent << absent);
  const bool is_raise = given != 0 && (m.state.basepri == 0 || given < m.state.basepri);
  if (!only_raises || is_raise) m.state.basepri = given;
}

}  // namespace

std::uint32_t read_special(const Machine& m, unsigned sysm) {
  const State& s = m.state;
  if (sysm < 8) return read_psr(s, sysm);
  if (sysm == Control) {
    return (s.npriv ? 1u : 0u) | (s.spsel ? 2u : 0u) | (s.fpca ? 4u : 0u);
  }
  if (!s.is_privileged()) return 0;
  switch (sysm) {
    case Msp:
      return s.msp();
    case Psp:
      return s.psp();
    case Primask:
      return s.primask ? 1 : 0;
    case Basepri:
    case BasepriMax:
      return s.basepri;
    case Faultmask:
      return s.faultmask ? 1 : 0;
    default:
      return 0;
  }
}

void write_special(Machine& m, unsigned sysm, unsigned mask, std::uint32_t value) {
  if (sysm < 4) return write_apsr(m, mask, value);
  if (!m.state.is_privileged()) return;
  switch (sysm) {
    case Msp:
    case Psp:
      write_stack_pointer(m.state, sysm == Psp, value);
      break;
    case Primask:
      m.state.primask = bit(value, 0);
      break;
    case Basepri:
    case BasepriMax:
      if (!is_v6m(m)) write_basepri(m, value, sysm == BasepriMax);
      break;
    case Faultmask:
      if (!is_v6m(m) && m.system.execution_priority() > -1) m.state.faultmask = bit(value, 0);
      break;
    case Control:
      write_control(m, value);
      break;
    default:
      break;
  }
  m.system.masks_changed();
  m.port.plan();
}

}  // namespace dfurig::cpu
