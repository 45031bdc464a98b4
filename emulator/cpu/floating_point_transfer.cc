// Loads, stores and moves of the extension's registers, and FPSCR (DDI 0403E §A6.5 to §A6.7).
#include <array>

#include "cpu/floating_point.h"
#include "cpu/floating_point_values.h"

namespace dfurig::cpu {
namespace {

constexpr unsigned registers_max = 32;

std::uint32_t base_of(const Machine& m, std::uint32_t op) {
  return rn_of(op) == pc ? m.state.r[pc] & ~3u : m.state.r[rn_of(op)];
}

/// Registers one after the other, as the words of S registers.
struct Words {
  unsigned first;
  unsigned count;
};

/// Loads change nothing when one faults, so that the instruction can be executed again.
bool load_words(Machine& m, std::uint32_t address, const Words& words) {
  if (!m.port.is_aligned(address)) return false;
  std::array<std::uint32_t, registers_max> loaded{};
  for (unsigned i = 0; i < words.count; ++i) {
    if (!m.port.load(address + 4 * i, 4, loaded[i])) return false;
  }
  for (unsigned i = 0; i < words.count; ++i) m.state.s[words.first + i] = loaded[i];
  return true;
}

bool store_words(Machine& m, std::uint32_t address, const Words& words) {
  if (!m.port.is_aligned(address)) return false;
  for (unsigned i = 0; i < words.count; ++i) {
    if (!m.port.store(address + 4 * i, 4, m.state.s[words.first + i])) return false;
  }
  return true;
}

template <bool is_load>
bool move_words(Machine& m, std::uint32_t address, const Words& words) {
  return is_load ? load_words(m, address, words) : store_words(m, address, words);
}

/// D registers have bit 8 set, and there are 16 of them.
bool is_double(std::uint32_t op) {
  return bit(op, 8);
}
unsigned first_of(std::uint32_t op) {
  return is_double(op) ? bits(op, 15, 12) << 1 : sd_of(op);
}
bool is_beyond_d15(std::uint32_t op) {
  return is_double(op) && bit(op, 22);
}

template <bool is_load>
void load_store_one(Machine& m, std::uint32_t op) {
  if (is_beyond_d15(op)) return m.undefined();
  const std::uint32_t offset = 4 * bits(op, 7, 0);
  const std::uint32_t address = bit(op, 23) ? base_of(m, op) + offset : base_of(m, op) - offset;
  move_words<is_load>(m, address, {first_of(op), is_double(op) ? 2u : 1u});
}

/// No register, too many of them, or a base of PC are UNPREDICTABLE. An odd imm8 of D registers
/// leaves out its last word (FLDMX, FSTMX).
template <bool is_load>
void load_store_multiple(Machine& m, std::uint32_t op) {
  const std::uint32_t imm8 = bits(op, 7, 0);
  const Words words{first_of(op), is_double(op) ? imm8 & ~1u : imm8};
  const bool is_unpredictable =
      words.count == 0 || words.first + words.count > registers_max || rn_of(op) == pc;
  if (is_beyond_d15(op) || is_unpredictable) return m.undefined();
  const bool is_down = bit(op, 24);
  const std::uint32_t base = base_of(m, op);
  const std::uint32_t end = is_down ? base - 4 * imm8 : base + 4 * imm8;
  if (!move_words<is_load>(m, is_down ? end : base, words)) return;
  if (bit(op, 21)) m.set(rn_of(op), end);
}

/// Between a core register and an S register, or a half of a D register (bit 21). PC is
/// UNPREDICTABLE.
unsigned one_of(std::uint32_t op) {
  return is_double(op) ? bits(op, 19, 16) << 1 | bits(op, 21, 21) : sn_of(op);
}
void vmov_from_core(Machine& m, std::uint32_t op) {
  if (rt_of(op) == pc) return m.undefined();
  m.state.s[one_of(op)] = m.state.r[rt_of(op)];
}
void vmov_to_core(Machine& m, std::uint32_t op) {
  if (rt_of(op) == pc) return m.undefined();
  m.set(rt_of(op), m.state.s[one_of(op)]);
}

/// Between two core registers and two S registers or a D register. A second one after S31, SP and
/// PC are UNPREDICTABLE.
template <bool is_to_core>
void vmov_two(Machine& m, std::uint32_t op) {
  const unsigned first = is_double(op) ? bits(op, 3, 0) << 1 : sm_of(op);
  const unsigned rt = rt_of(op), rt2 = rn_of(op);
  if (first + 1 == registers_max || rt == pc || rt2 == pc) return m.undefined();
  State& s = m.state;
  if (is_to_core) {
    m.set(rt, s.s[first]);
    m.set(rt2, s.s[first + 1]);
  } else {
    s.s[first] = s.r[rt];
    s.s[first + 1] = s.r[rt2];
  }
}

/// With PC the flags go to APSR.
void vmrs(Machine& m, std::uint32_t op) {
  State& s = m.state;
  if (rt_of(op) != pc) return m.set(rt_of(op), s.fpscr);
  s.n = bit(s.fpscr, 31);
  s.z = bit(s.fpscr, 30);
  s.c = bit(s.fpscr, 29);
  s.v = bit(s.fpscr, 28);
}

void vmsr(Machine& m, std::uint32_t op) {
  if (rt_of(op) == pc) return m.undefined();
  m.state.fpscr = m.state.r[rt_of(op)] & fpscr::writable;
}

/// CP10 and CP11 are the floating-point extension's; no other coprocessor is there (§A5.3.18).
void no_coprocessor(Machine& m, std::uint32_t op) {
  const bool is_floating_point = bits(op, 11, 9) == 0b101;
  if (!is_floating_point) return m.port.raise(FaultKind::NoCp);
  if (may_use_floating_point(m)) m.undefined();
}

template <Execute body>
constexpr Execute fp = floating_point<body>;

constexpr std::array transfer_rows = {
    Encoding{0xFFF00FD0, 0xEC400A10, fp<vmov_two<false>>},             // §A7.7.244
    Encoding{0xFFF00FD0, 0xEC500A10, fp<vmov_two<true>>},              // §A7.7.244
    Encoding{0xFFF00FF0, 0xEC400B10, fp<vmov_two<false>>},             // §A7.7.245
    Encoding{0xFFF00FF0, 0xEC500B10, fp<vmov_two<true>>},              // §A7.7.245
    Encoding{0xFF300E00, 0xED000A00, fp<load_store_one<false>>},       // VSTR §A7.7.259
    Encoding{0xFF300E00, 0xED100A00, fp<load_store_one<true>>},        // VLDR §A7.7.236
    Encoding{0xFF900E00, 0xEC800A00, fp<load_store_multiple<false>>},  // VSTMIA §A7.7.258
    Encoding{0xFF900E00, 0xEC900A00, fp<load_store_multiple<true>>},   // VLDMIA, VPOP §A7.7.235
    Encoding{0xFFB00E00, 0xED200A00, fp<load_store_multiple<false>>},  // VSTMDB, VPUSH §A7.7.258
    Encoding{0xFFB00E00, 0xED300A00, fp<load_store_multiple<true>>},   // VLDMDB §A7.7.235
    Encoding{0xFFF00F7F, 0xEE000A10, fp<vmov_from_core>},              // §A7.7.243
    Encoding{0xFFF00F7F, 0xEE100A10, fp<vmov_to_core>},                // §A7.7.243
    Encoding{0xFFD00FFF, 0xEE000B10, fp<vmov_from_core>},              // §A7.7.241
    Encoding{0xFFD00FFF, 0xEE100B10, fp<vmov_to_core>},                // §A7.7.242
    Encoding{0xFFFF0FFF, 0xEEE10A10, fp<vmsr>},                        // §A7.7.247
    Encoding{0xFFFF0FFF, 0xEEF10A10, fp<vmrs>},                        // §A7.7.246
};

constexpr std::array coprocessor_rows = {
    Encoding{0xEE000000, 0xEC000000, no_coprocessor, Architecture::ArmV7M},
    Encoding{0xEF000000, 0xEE000000, no_coprocessor, Architecture::ArmV7M},
};

}  // namespace

std::span<const Encoding> floating_point_transfer() {
  return transfer_rows;
}

std::span<const Encoding> coprocessor() {
  return coprocessor_rows;
}

}  // namespace dfurig::cpu
