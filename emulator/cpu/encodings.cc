#include "cpu/encodings.h"

#include <array>

#include "cpu/floating_point.h"

namespace dfurig::cpu {
namespace {

void undefined(Machine& machine, std::uint32_t) {
  machine.undefined();
}

Execute find_in(std::span<const Encoding> table, std::uint32_t opcode, Architecture architecture) {
  for (const Encoding& it : table) {
    if ((opcode & it.mask) == it.value && architecture >= it.since) return it.execute;
  }
  return nullptr;
}

}  // namespace

Execute find_execute(std::uint32_t opcode, bool is_32_bit, const CoreSpec& spec) {
  constexpr std::span<const Encoding> none;
  const bool has_fp = spec.floating_point != FloatingPoint::None;
  const bool has_v5 = has_fp && spec.floating_point != FloatingPoint::FpV4Sp;
  const std::array short_tables = {data_processing_16(), load_store_16(), control_16()};
  const std::array long_tables = {dsp(),
                                  data_processing_immediate(),
                                  multiply(),
                                  data_processing_register(),
                                  load_store(),
                                  load_store_multiple(),
                                  control_32(),
                                  has_fp ? floating_point_transfer() : none,
                                  has_fp ? floating_point_arithmetic() : none,
                                  has_fp ? floating_point_conversion() : none,
                                  has_v5 ? floating_point_v5() : none,
                                  coprocessor()};
  const auto look = [&](const auto& tables) -> Execute {
    for (const std::span<const Encoding> table : tables) {
      if (const Execute found = find_in(table, opcode, spec.architecture)) return found;
    }
    return undefined;
  };
  return is_32_bit ? look(long_tables) : look(short_tables);
}

}  // namespace dfurig::cpu
