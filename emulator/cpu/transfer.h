// What loads and stores have in common.
#pragma once

#include <cstdint>
#include <optional>

#include "cpu/machine.h"

namespace dfurig::cpu {

/// Loads into a register; a word into PC branches (LoadWritePC). False: the load faulted.
template <unsigned width, bool is_signed>
bool load_to(Machine& m, unsigned rt, std::uint32_t address) {
  std::uint32_t value = 0;
  if (!m.port.load(address, width, value)) return false;
  if constexpr (is_signed) value = sign_extend(value, 8 * width);
  if (rt == pc) {
    m.branch_exchange(value);
  } else {
    m.set(rt, value);
  }
  return true;
}

struct WriteBack {
  unsigned rn;
  std::uint32_t value;
};

/// Stores the registers of a list at `address` upwards. False: a store faulted.
bool store_list(Machine& machine, std::uint32_t list, std::uint32_t address);
/// Loads them; nothing is changed when a load faults, so that the instruction can be executed
/// again.
bool load_list(Machine& machine, std::uint32_t list, std::uint32_t address,
               std::optional<WriteBack> write_back);

}  // namespace dfurig::cpu
