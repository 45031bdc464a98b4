// 32-bit loads and stores of one register (DDI 0403E §A5.3.7 to §A5.3.10).
#include <array>

#include "cpu/encodings.h"
#include "cpu/transfer.h"

namespace dfurig::cpu {
namespace {

template <unsigned width, bool is_signed, bool is_load>
bool transfer(Machine& m, std::uint32_t op, std::uint32_t address) {
  if constexpr (!is_load) return m.port.store(address, width, m.state.r[rt_of(op)]);
  // Byte and half-word loads to PC are hints: PLD, PLI (§A5.3.8, §A5.3.9).
  if (width != 4 && rt_of(op) == pc) return true;
  return load_to<width, is_signed>(m, rt_of(op), address);
}

/// Positive imm12; Rn 15 is a literal, and then bit 23 says which way.
template <unsigned width, bool is_signed, bool is_load>
void immediate_12(Machine& m, std::uint32_t op) {
  const std::uint32_t imm12 = bits(op, 11, 0);
  if (rn_of(op) == pc) {
    if (!is_load) return m.undefined();
    const std::uint32_t base = m.state.r[pc] & ~3u;
    transfer<width, is_signed, is_load>(m, op, bit(op, 23) ? base + imm12 : base - imm12);
    return;
  }
  transfer<width, is_signed, is_load>(m, op, m.state.r[rn_of(op)] + imm12);
}

/// imm8 with P, U, W in bits 10 to 8; 1110 is the unprivileged form. The base is written back once
/// the transfer is done: a faulting one can be executed again.
template <unsigned width, bool is_signed, bool is_load>
void immediate_8(Machine& m, std::uint32_t op) {
  const unsigned rn = rn_of(op);
  if (rn == pc) return immediate_12<width, is_signed, is_load>(m, op);
  const bool is_indexed = bit(op, 10), is_up = bit(op, 9), writes_back = bit(op, 8);
  if (!is_indexed && !writes_back) return m.undefined();
  const std::uint32_t base = m.state.r[rn];
  const std::uint32_t moved = is_up ? base + bits(op, 7, 0) : base - bits(op, 7, 0);
  const std::uint32_t address = is_indexed ? moved : base;
  // A load into PC may return from an exception: the base first, undone when the load faults.
  if (writes_back && is_load) m.set(rn, moved);
  const bool is_done = transfer<width, is_signed, is_load>(m, op, address);
  if (!writes_back) return;
  if (is_done && !is_load) m.set(rn, moved);
  if (!is_done && is_load) m.state.r[rn] = base;
}

template <unsigned width, bool is_signed, bool is_load>
void register_offset(Machine& m, std::uint32_t op) {
  if (rn_of(op) == pc) return immediate_12<width, is_signed, is_load>(m, op);
  const std::uint32_t offset = m.state.r[bits(op, 3, 0)] << bits(op, 5, 4);
  transfer<width, is_signed, is_load>(m, op, m.state.r[rn_of(op)] + offset);
}

constexpr auto v7 = Architecture::ArmV7M;
constexpr std::uint32_t literal_mask = 0xFF7F0000;

template <unsigned width, bool is_signed, bool is_load>
constexpr std::array<Encoding, 4> rows(std::uint32_t first) {
  const std::uint32_t literal = is_load ? 0x000F0000 : 0xFFFFFFFF;  // stores have none
  return {Encoding{literal_mask, first | literal, immediate_12<width, is_signed, is_load>, v7},
          Encoding{0xFFF00000, first | 0x00800000, immediate_12<width, is_signed, is_load>, v7},
          Encoding{0xFFF00800, first | 0x00000800, immediate_8<width, is_signed, is_load>, v7},
          Encoding{0xFFF00FC0, first, register_offset<width, is_signed, is_load>, v7}};
}

template <std::size_t... sizes>
constexpr auto join(const std::array<Encoding, sizes>&... tables) {
  std::array<Encoding, (sizes + ...)> all{};
  std::size_t at = 0;
  const auto append = [&](const auto& table) {
    for (const Encoding& it : table) all[at++] = it;
  };
  (append(tables), ...);
  return all;
}

constexpr auto encodings = join(rows<1, false, false>(0xF8000000),  // STRB §A7.7.163
                                rows<1, false, true>(0xF8100000),   // LDRB §A7.7.46
                                rows<2, false, false>(0xF8200000),  // STRH §A7.7.170
                                rows<2, false, true>(0xF8300000),   // LDRH §A7.7.55
                                rows<4, false, false>(0xF8400000),  // STR §A7.7.161
                                rows<4, false, true>(0xF8500000),   // LDR §A7.7.43
                                rows<1, true, true>(0xF9100000),    // LDRSB §A7.7.59
                                rows<2, true, true>(0xF9300000));   // LDRSH §A7.7.63

}  // namespace

std::span<const Encoding> load_store() {
  return encodings;
}

}  // namespace dfurig::cpu
