// Hints have a 16-bit and a 32-bit encoding each (DDI 0403E §A5.2.5, §A5.3.4).
#pragma once

#include "cpu/machine.h"

namespace dfurig::cpu {

inline void nop(Machine&, std::uint32_t) {}

inline void wfe(Machine& m, std::uint32_t) {
  m.ask(Request::WaitForEvent);
}

inline void wfi(Machine& m, std::uint32_t) {
  m.ask(Request::WaitForInterrupt);
}

inline void sev(Machine& m, std::uint32_t) {
  m.state.event = true;
}

}  // namespace dfurig::cpu
