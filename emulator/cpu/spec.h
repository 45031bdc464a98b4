// What a Cortex-M is made of, as plain values; `model` fills it from models/cores.
#pragma once

#include <cstdint>
#include <string>

namespace dfurig::cpu {

enum class Architecture {
  ArmV6M,   ///< Cortex-M0, M0+
  ArmV7M,   ///< Cortex-M3
  ArmV7EM,  ///< Cortex-M4, M7: with the DSP extension
};

enum class FloatingPoint { None, FpV4Sp, FpV5Sp, FpV5Dp };

struct CoreSpec {
  std::string name;  ///< "Cortex-M4F"
  Architecture architecture = Architecture::ArmV7EM;
  FloatingPoint floating_point = FloatingPoint::None;
  std::uint32_t cpuid = 0;
  unsigned priority_bits = 4;            ///< of a byte of IPR and SHPR, the high ones: 2 on ARMv6-M
  std::uint32_t vtor_mask = 0xFFFFFF80;  ///< writable bits of VTOR; 0: there is none (Cortex-M0)
  unsigned interrupts = 240;             ///< lines into the NVIC; 32 on ARMv6-M
  bool has_bit_band = false;             ///< Cortex-M3 and M4
  bool operator==(const CoreSpec&) const = default;
};

}  // namespace dfurig::cpu
