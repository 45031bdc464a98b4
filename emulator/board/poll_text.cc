#include "board/poll_text.h"

#include <bit>

#include "stm32/register_block.h"
#include "support/hex.h"

namespace dfurig::board {
namespace {

// Compilers put what is needed of a loaded word right behind the load.
constexpr unsigned instructions_looked_at = 4;

std::optional<std::uint32_t> half_word(stm32::Bus& bus, std::uint32_t address) {
  const std::optional<stm32::MemoryView> view = bus.find_memory(address);
  if (!view || !view->is_executable || address - view->base + 2 > view->size) return std::nullopt;
  const std::uint8_t* at = view->content + (address - view->base);
  return at[0] | at[1] << 8;
}

bool is_wide(std::uint32_t opcode) {
  return opcode >> 11 >= 0b11101;
}

/// The register a load writes; absent for loads that are not one of LDR, LDRH, LDRB with an
/// immediate or a register offset (DDI 0403E §A7.7.43, §A7.7.44).
std::optional<unsigned> loaded_register(std::uint32_t first, std::uint32_t second) {
  if (is_wide(first)) return second >> 12;
  if (first >> 12 == 5 || first >> 12 == 6 || first >> 12 == 7 || first >> 12 == 8) {
    return first & 7;
  }
  return std::nullopt;
}

/// ThumbExpandImm (DDI 0403E §A5.3.2).
std::uint32_t expand_immediate(std::uint32_t first, std::uint32_t second) {
  const std::uint32_t imm12 = (first >> 10 & 1) << 11 | (second >> 12 & 7) << 8 | (second & 0xFF);
  const std::uint32_t byte = imm12 & 0xFF;
  switch (imm12 >> 8) {
    case 0:
      return byte;
    case 1:
      return byte << 16 | byte;
    case 2:
      return byte << 24 | byte << 8;
    case 3:
      return byte * 0x01010101u;
    default:
      return std::rotr(0x80 | (imm12 & 0x7F), static_cast<int>(imm12 >> 7));
  }
}

/// What one instruction looks at of register `loaded`.
std::optional<std::uint32_t> looked_at(std::uint32_t first, std::uint32_t second, unsigned loaded,
                                       const cpu::State& state) {
  const bool shifts = first >> 11 == 0 && (first >> 3 & 7) == loaded;  // LSLS, its sign decides
  if (shifts && (first >> 6 & 31) != 0) return 0x80000000u >> (first >> 6 & 31);
  const std::uint32_t other = first >> 3 & 7;
  const bool is_tst = first >> 6 == 0x108;
  if (is_tst || first >> 6 == 0x100) {  // TST, ANDS with a register
    if ((first & 7) == loaded) return state.r[other];
    if (other == loaded && is_tst) return state.r[first & 7];
  }
  const bool is_immediate = (first & 0xFBE0) == 0xF000 && (second & 0x8000) == 0;  // AND, TST
  if (is_immediate && (first & 15) == loaded) return expand_immediate(first, second);
  return std::nullopt;
}

std::string register_text(const std::string& name, const stm32::RegisterSpec& spec,
                          std::uint32_t value, std::optional<std::uint32_t> bits) {
  std::string text;
  for (const stm32::FieldSpec& field : spec.fields) {
    const std::uint32_t mask = stm32::field_mask(field);
    if (!bits || (mask & *bits) == 0) continue;
    text += (text.empty() ? "" : ", ") + name + "." + field.name + " = " +
            std::to_string((value & mask) >> field.lsb);
  }
  if (!text.empty()) return text;
  return name + " = " + hex(value) + (bits ? " in bits " + hex(*bits) : "");
}

}  // namespace

std::optional<std::uint32_t> find_polled_bits(const cpu::Poll& poll, const cpu::State& state,
                                              stm32::Bus& bus) {
  std::optional<unsigned> loaded;
  std::uint32_t at = poll.pc;
  for (unsigned i = 0; i <= instructions_looked_at; ++i) {
    const std::optional<std::uint32_t> first = half_word(bus, at);
    if (!first) return std::nullopt;
    const std::uint32_t second = is_wide(*first) ? half_word(bus, at + 2).value_or(0) : 0;
    if (loaded) {
      if (const auto bits = looked_at(*first, second, *loaded, state)) return bits;
    } else {
      loaded = loaded_register(*first, second);
      if (!loaded) return std::nullopt;
    }
    at += is_wide(*first) ? 4 : 2;
  }
  return std::nullopt;
}

std::string poll_text(const cpu::Poll& poll, std::optional<std::uint32_t> bits,
                      const stm32::ChipSpec& chip, const Symbols& symbols) {
  std::string what = hex(poll.address) + " = " + hex(poll.value);
  for (const stm32::BlockSpec& block : chip.blocks) {
    for (const stm32::RegisterSpec& spec : block.registers) {
      if (block.size == 0 || block.base + spec.offset != (poll.address & ~3u)) continue;
      what = register_text(block.name + "." + spec.name, spec, poll.value, bits);
    }
  }
  return "polling " + what + " from " + symbols.text(poll.pc);
}

}  // namespace dfurig::board
