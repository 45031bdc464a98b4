// LDM, STM, LDRD, STRD, exclusives and table branches (DDI 0403E §A5.3.5, §A5.3.6).
#include <array>
#include <bit>

#include "cpu/encodings.h"
#include "cpu/transfer.h"

namespace dfurig::cpu {

bool store_list(Machine& m, std::uint32_t list, std::uint32_t address) {
  if (!m.port.is_aligned(address)) return false;
  for (unsigned i = 0; i < 16; ++i) {
    if (!bit(list, i)) continue;
    if (!m.port.store(address, 4, m.state.r[i])) return false;
    address += 4;
  }
  return true;
}

bool load_list(Machine& m, std::uint32_t list, std::uint32_t address,
               std::optional<WriteBack> write_back) {
  if (!m.port.is_aligned(address)) return false;
  std::array<std::uint32_t, 16> loaded{};
  for (unsigned i = 0; i < 16; ++i) {
    if (!bit(list, i)) continue;
    if (!m.port.load(address, 4, loaded[i])) return false;
    address += 4;
  }
  if (write_back) m.set(write_back->rn, write_back->value);
  for (unsigned i = 0; i < pc; ++i) {
    if (bit(list, i)) m.set(i, loaded[i]);
  }
  if (bit(list, pc)) m.branch_exchange(loaded[pc]);
  return true;
}

namespace {

std::uint32_t size_of(std::uint32_t list) {
  return 4u * static_cast<unsigned>(std::popcount(list));
}

/// Bit 21 writes back, bit 24 is 1 for the decrementing form.
void stm(Machine& m, std::uint32_t op) {
  const std::uint32_t list = bits(op, 15, 0);
  const std::uint32_t base = m.state.r[rn_of(op)];
  const bool is_down = bit(op, 24);
  if (!store_list(m, list, is_down ? base - size_of(list) : base) || !bit(op, 21)) return;
  m.set(rn_of(op), is_down ? base - size_of(list) : base + size_of(list));
}

void ldm(Machine& m, std::uint32_t op) {
  const std::uint32_t list = bits(op, 15, 0);
  const unsigned rn = rn_of(op);
  const std::uint32_t base = m.state.r[rn];
  const bool is_down = bit(op, 24);
  const std::uint32_t end = is_down ? base - size_of(list) : base + size_of(list);
  const bool writes_back = bit(op, 21) && !bit(list, rn);
  load_list(m, list, is_down ? end : base,
            writes_back ? std::optional<WriteBack>(WriteBack{rn, end}) : std::nullopt);
}

/// LDRD, STRD: P in bit 24, U in 23, W in 21; literal with Rn 15.
template <bool is_load>
void dual(Machine& m, std::uint32_t op) {
  const unsigned rn = rn_of(op), rt = rt_of(op), rt2 = bits(op, 11, 8);
  const std::uint32_t base = rn == pc ? m.state.r[pc] & ~3u : m.state.r[rn];
  const std::uint32_t offset = 4 * bits(op, 7, 0);
  const std::uint32_t moved = bit(op, 23) ? base + offset : base - offset;
  const std::uint32_t address = bit(op, 24) ? moved : base;
  if (!m.port.is_aligned(address)) return;
  if (is_load) {
    std::uint32_t low = 0, high = 0;
    if (!m.port.load(address, 4, low) || !m.port.load(address + 4, 4, high)) return;
    m.set(rt, low);
    m.set(rt2, high);
  } else if (!m.port.store(address, 4, m.state.r[rt]) ||
             !m.port.store(address + 4, 4, m.state.r[rt2])) {
    return;
  }
  if (bit(op, 21) && rn != pc) m.set(rn, moved);
}

/// The local monitor (§A3.4.1): what was marked, until an exception, a CLREX or a store exclusive.
template <unsigned width>
void load_exclusive(Machine& m, std::uint32_t op) {
  const std::uint32_t address = m.state.r[rn_of(op)] + (width == 4 ? 4 * bits(op, 7, 0) : 0);
  if (!m.port.is_aligned(address, width)) return;
  if (load_to<width, false>(m, rt_of(op), address)) m.exclusive = address;
}

template <unsigned width>
void store_exclusive(Machine& m, std::uint32_t op) {
  const unsigned rd = width == 4 ? bits(op, 11, 8) : bits(op, 3, 0);
  const std::uint32_t address = m.state.r[rn_of(op)] + (width == 4 ? 4 * bits(op, 7, 0) : 0);
  if (!m.port.is_aligned(address, width)) return;
  const bool is_marked = m.exclusive == address;
  if (is_marked && !m.port.store(address, width, m.state.r[rt_of(op)])) return;
  m.exclusive.reset();
  m.set(rd, is_marked ? 0 : 1);
}

/// TBB, TBH (§A7.7.185).
template <unsigned width>
void table_branch(Machine& m, std::uint32_t op) {
  std::uint32_t half_words = 0;
  const std::uint32_t address = m.state.r[rn_of(op)] + m.state.r[bits(op, 3, 0)] * width;
  if (m.port.load(address, width, half_words)) m.branch(m.state.r[pc] + 2 * half_words);
}

constexpr auto v7 = Architecture::ArmV7M;
constexpr std::array encodings = {
    Encoding{0xFFD00000, 0xE8800000, stm, v7},                 // STMIA §A7.7.159
    Encoding{0xFFD00000, 0xE8900000, ldm, v7},                 // LDMIA, POP §A7.7.41
    Encoding{0xFFD00000, 0xE9000000, stm, v7},                 // STMDB, PUSH §A7.7.160
    Encoding{0xFFD00000, 0xE9100000, ldm, v7},                 // LDMDB §A7.7.42
    Encoding{0xFFF00000, 0xE8400000, store_exclusive<4>, v7},  // §A7.7.167
    Encoding{0xFFF00F00, 0xE8500F00, load_exclusive<4>, v7},   // §A7.7.52
    Encoding{0xFFF00FF0, 0xE8C00F40, store_exclusive<1>, v7},  // §A7.7.168
    Encoding{0xFFF00FF0, 0xE8C00F50, store_exclusive<2>, v7},  // §A7.7.169
    Encoding{0xFFF0FFF0, 0xE8D0F000, table_branch<1>, v7},     // §A7.7.185
    Encoding{0xFFF0FFF0, 0xE8D0F010, table_branch<2>, v7},     // §A7.7.185
    Encoding{0xFFF00FFF, 0xE8D00F4F, load_exclusive<1>, v7},   // §A7.7.53
    Encoding{0xFFF00FFF, 0xE8D00F5F, load_exclusive<2>, v7},   // §A7.7.54
    Encoding{0xFF700000, 0xE8600000, dual<false>, v7},         // STRD post-indexed §A7.7.166
    Encoding{0xFF700000, 0xE8700000, dual<true>, v7},          // LDRD post-indexed §A7.7.50
    Encoding{0xFF500000, 0xE9400000, dual<false>, v7},         // STRD
    Encoding{0xFF500000, 0xE9500000, dual<true>, v7},          // LDRD, and literal §A7.7.51
};

}  // namespace

std::span<const Encoding> load_store_multiple() {
  return encodings;
}

}  // namespace dfurig::cpu
