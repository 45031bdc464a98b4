// Where this core and Unicorn 2.0.1 differ, and why that is no fault of this core.
#pragma once

#include <cstdint>
#include <string>

#include "cpu/spec.h"
#include "cpu/state.h"

namespace dfurig::cpu {

/// One instruction that came out differently.
struct Difference {
  std::uint32_t opcode;
  bool is_long;
  const CoreSpec& spec;
  const State& before;
  const State& ours;
  const State& theirs;
  bool is_ours;  ///< it was executed here
  bool is_theirs;
  bool has_other_ram;
  bool is_at_register;  ///< it loaded or stored outside of memory
};

/// The reason; empty when there is none.
std::string explain(const Difference& difference);

}  // namespace dfurig::cpu
