// The tables of encodings, one for each group of the ARM Architecture Reference Manual.
#pragma once

#include <span>

#include "cpu/machine.h"

namespace dfurig::cpu {

// 16-bit, DDI 0403E §A5.2.
std::span<const Encoding> data_processing_16();
std::span<const Encoding> load_store_16();
std::span<const Encoding> control_16();

// 32-bit, §A5.3.
std::span<const Encoding> data_processing_immediate();
std::span<const Encoding> data_processing_register();
std::span<const Encoding> multiply();
std::span<const Encoding> dsp();
std::span<const Encoding> load_store();
std::span<const Encoding> load_store_multiple();
std::span<const Encoding> control_32();

/// What executes an opcode on such a core; an undefined one raises UNDEFINSTR.
Execute find_execute(std::uint32_t opcode, bool is_32_bit, const CoreSpec& spec);

/// §A5.1: a half-word that starts a 32-bit instruction.
constexpr bool is_first_of_two(std::uint32_t half_word) {
  return half_word >> 11 >= 0x1D;
}

}  // namespace dfurig::cpu
