// Why an instruction could not be executed, and what became of it.
#pragma once

#include <cstdint>
#include <string>

namespace dfurig::cpu {

/// By the CFSR bit each sets (DDI 0403E §B3.2.15). On ARMv6-M all are HardFault.
enum class FaultKind : std::uint32_t {
  None = 0,            ///< SVC where its exception may not preempt: HardFault without a bit
  IaccViol = 1u << 0,  ///< fetch from an execute-never region (0xA0000000 to 0xFFFFFFFF…)
  DaccViol = 1u << 1,
  MUnstkErr = 1u << 3,
  MStkErr = 1u << 4,
  IbusErr = 1u << 8,    ///< fetch where nothing is
  PrecisErr = 1u << 9,  ///< load or store where nothing is
  UnstkErr = 1u << 11,
  StkErr = 1u << 12,
  UndefInstr = 1u << 16,
  InvState = 1u << 17,  ///< Thumb bit clear
  InvPc = 1u << 18,     ///< bad EXC_RETURN
  NoCp = 1u << 19,      ///< coprocessor or FPU off
  Unaligned = 1u << 24,
  DivByZero = 1u << 25,
};

struct Fault {
  FaultKind kind = FaultKind::UndefInstr;
  std::uint32_t address = 0;  ///< for MMFAR, BFAR; of data faults only
  bool operator==(const Fault&) const = default;
};

/// A fault that was taken, for the report.
struct FaultRecord {
  unsigned exception = 0;  ///< where it went: HardFault, BusFault…
  std::uint32_t cfsr = 0;  ///< as it was after the fault; 0 on ARMv6-M, which has none
  std::uint32_t hfsr = 0;
  Fault fault;               ///< the cause, on ARMv6-M as well
  std::uint32_t pc = 0;      ///< of the instruction
  std::uint64_t cycles = 0;  ///< State::cycles then
  bool is_lockup = false;    ///< nothing could handle it
  bool operator==(const FaultRecord&) const = default;
};

/// "UNDEFINSTR", "PRECISERR"…: the manual's name of a CFSR bit.
std::string to_string(FaultKind kind);
/// "PRECISERR BFARVALID", for CFSR; "FORCED", for HFSR.
std::string cfsr_text(std::uint32_t cfsr);
std::string hfsr_text(std::uint32_t hfsr);

}  // namespace dfurig::cpu
