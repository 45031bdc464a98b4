// The registers of a Cortex-M (DDI 0403E §B1.4), as plain values.
#pragma once

#include <array>
#include <cstdint>

namespace dfurig::cpu {

constexpr unsigned sp = 13;
constexpr unsigned lr = 14;
constexpr unsigned pc = 15;

/// Exception numbers (DDI 0403E §B1.5.2).
enum Exception : unsigned {
  Thread = 0,
  Reset = 1,
  Nmi = 2,
  HardFault = 3,
  MemManage = 4,
  BusFault = 5,
  UsageFault = 6,
  SvCall = 11,
  DebugMonitor = 12,
  PendSv = 14,
  SysTick = 15,
  FirstInterrupt = 16,
};

struct State {
  /// r[13] is the stack pointer in use. r[15] is the address of the next instruction, bit 0 clear:
  /// an instruction that reads PC adds 4 itself.
  std::array<std::uint32_t, 16> r{};
  std::uint32_t other_sp = 0;  ///< PSP while MSP is in use, MSP while PSP is

  bool n = false;
  bool z = false;
  bool c = false;
  bool v = false;
  bool q = false;
  std::uint8_t ge = 0;     ///< APSR.GE[3:0]
  std::uint8_t it = 0;     ///< EPSR.IT, as ITSTATE[7:0] of the pseudo-code
  bool t = true;           ///< EPSR.T; executing with 0 is INVSTATE
  unsigned ipsr = Thread;  ///< the exception being handled; Handler mode when not 0

  bool primask = false;
  bool faultmask = false;
  std::uint8_t basepri = 0;
  bool npriv = false;  ///< CONTROL.nPRIV
  bool spsel = false;  ///< CONTROL.SPSEL; r[13] follows it in Thread mode
  bool fpca = false;   ///< CONTROL.FPCA

  std::array<std::uint32_t, 32> s{};  ///< S0 to S31; D0 to D15 are pairs of them
  std::uint32_t fpscr = 0;

  bool event = false;        ///< the event register of WFE
  std::uint64_t cycles = 0;  ///< since the state was made: one for each instruction, and sleep

  bool is_handler_mode() const { return ipsr != Thread; }
  bool is_psp_in_use() const { return spsel && !is_handler_mode(); }
  bool is_privileged() const { return !npriv || is_handler_mode(); }
  std::uint32_t msp() const { return is_psp_in_use() ? other_sp : r[sp]; }
  std::uint32_t psp() const { return is_psp_in_use() ? r[sp] : other_sp; }
  bool operator==(const State&) const = default;
};

/// XPSR as MRS, stacking and debuggers see it (DDI 0403E §B1.4.2).
std::uint32_t xpsr(const State& state);
/// Flags, GE, IT, T and IPSR from a stacked word. SP banking does not follow: see select_stack.
void set_xpsr(State& state, std::uint32_t value);
/// Sets CONTROL.SPSEL and IPSR together and swaps the stack pointers when another one is then in
/// use: the only way these two change.
void select_stack(State& state, bool spsel, unsigned ipsr);

}  // namespace dfurig::cpu
