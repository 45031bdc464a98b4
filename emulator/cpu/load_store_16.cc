// 16-bit loads and stores (DDI 0403E §A5.2.4, and PUSH, POP, LDM, STM).
#include <array>
#include <bit>

#include "cpu/encodings.h"
#include "cpu/transfer.h"

namespace dfurig::cpu {
namespace {

template <unsigned width, bool is_signed>
void load_register(Machine& m, std::uint32_t op) {
  const std::uint32_t address = m.state.r[bits(op, 5, 3)] + m.state.r[bits(op, 8, 6)];
  load_to<width, is_signed>(m, bits(op, 2, 0), address);
}

template <unsigned width>
void store_register(Machine& m, std::uint32_t op) {
  const std::uint32_t address = m.state.r[bits(op, 5, 3)] + m.state.r[bits(op, 8, 6)];
  m.port.store(address, width, m.state.r[bits(op, 2, 0)]);
}

template <unsigned width>
void load_immediate(Machine& m, std::uint32_t op) {
  load_to<width, false>(m, bits(op, 2, 0), m.state.r[bits(op, 5, 3)] + width * bits(op, 10, 6));
}

template <unsigned width>
void store_immediate(Machine& m, std::uint32_t op) {
  m.port.store(m.state.r[bits(op, 5, 3)] + width * bits(op, 10, 6), width,
               m.state.r[bits(op, 2, 0)]);
}

void load_literal(Machine& m, std::uint32_t op) {
  load_to<4, false>(m, bits(op, 10, 8), (m.state.r[pc] & ~3u) + 4 * bits(op, 7, 0));
}

void load_from_sp(Machine& m, std::uint32_t op) {
  load_to<4, false>(m, bits(op, 10, 8), m.state.r[sp] + 4 * bits(op, 7, 0));
}

void store_to_sp(Machine& m, std::uint32_t op) {
  m.port.store(m.state.r[sp] + 4 * bits(op, 7, 0), 4, m.state.r[bits(op, 10, 8)]);
}

void push(Machine& m, std::uint32_t op) {
  const std::uint32_t list = bits(op, 7, 0) | bits(op, 8, 8) << lr;
  const std::uint32_t start = m.state.r[sp] - 4u * static_cast<unsigned>(std::popcount(list));
  if (store_list(m, list, start)) m.state.r[sp] = start;
}

void pop(Machine& m, std::uint32_t op) {
  const std::uint32_t list = bits(op, 7, 0) | bits(op, 8, 8) << pc;
  const std::uint32_t end = m.state.r[sp] + 4u * static_cast<unsigned>(std::popcount(list));
  load_list(m, list, m.state.r[sp], {{sp, end}});
}

void stm(Machine& m, std::uint32_t op) {
  const unsigned rn = bits(op, 10, 8);
  const std::uint32_t list = bits(op, 7, 0);
  const std::uint32_t start = m.state.r[rn];
  if (!store_list(m, list, start)) return;
  m.state.r[rn] = start + 4u * static_cast<unsigned>(std::popcount(list));
}

/// The base is written back unless it is loaded (§A7.7.41).
void ldm(Machine& m, std::uint32_t op) {
  const unsigned rn = bits(op, 10, 8);
  const std::uint32_t list = bits(op, 7, 0);
  const std::uint32_t start = m.state.r[rn];
  const std::uint32_t end = start + 4u * static_cast<unsigned>(std::popcount(list));
  load_list(m, list, start,
            bit(list, rn) ? std::nullopt : std::optional<WriteBack>(WriteBack{rn, end}));
}

constexpr std::array encodings = {
    Encoding{0xF800, 0x4800, load_literal},             // §A7.7.44
    Encoding{0xFE00, 0x5000, store_register<4>},        // §A7.7.162
    Encoding{0xFE00, 0x5200, store_register<2>},        // §A7.7.171
    Encoding{0xFE00, 0x5400, store_register<1>},        // §A7.7.164
    Encoding{0xFE00, 0x5600, load_register<1, true>},   // §A7.7.61
    Encoding{0xFE00, 0x5800, load_register<4, false>},  // §A7.7.45
    Encoding{0xFE00, 0x5A00, load_register<2, false>},  // §A7.7.57
    Encoding{0xFE00, 0x5C00, load_register<1, false>},  // §A7.7.48
    Encoding{0xFE00, 0x5E00, load_register<2, true>},   // §A7.7.65
    Encoding{0xF800, 0x6000, store_immediate<4>},       // §A7.7.161
    Encoding{0xF800, 0x6800, load_immediate<4>},        // §A7.7.43
    Encoding{0xF800, 0x7000, store_immediate<1>},       // §A7.7.163
    Encoding{0xF800, 0x7800, load_immediate<1>},        // §A7.7.46
    Encoding{0xF800, 0x8000, store_immediate<2>},       // §A7.7.170
    Encoding{0xF800, 0x8800, load_immediate<2>},        // §A7.7.55
    Encoding{0xF800, 0x9000, store_to_sp},              // §A7.7.161 T2
    Encoding{0xF800, 0x9800, load_from_sp},             // §A7.7.43 T2
    Encoding{0xFE00, 0xB400, push},                     // §A7.7.101
    Encoding{0xFE00, 0xBC00, pop},                      // §A7.7.99
    Encoding{0xF800, 0xC000, stm},                      // §A7.7.159
    Encoding{0xF800, 0xC800, ldm},                      // §A7.7.41
};

}  // namespace

std::span<const Encoding> load_store_16() {
  return encodings;
}

}  // namespace dfurig::cpu
