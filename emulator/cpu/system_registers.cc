// The registers at 0xE0000000 to 0xE003FFFF (DDI 0403E §B3.2 to §B3.4, §C1.8; DDI 0419 §B3.2).
#include <algorithm>
#include <array>
#include <cassert>

#include "cpu/system_control.h"
#include "support/hex.h"

namespace dfurig::cpu {
namespace {

constexpr std::uint32_t dwt_ctrl = 0xE0001000, dwt_cyccnt = 0xE0001004;
constexpr std::uint32_t itm_ports_end = 0xE0000080;
constexpr std::uint32_t ictr = 0xE000E004;
constexpr std::uint32_t syst_csr = 0xE000E010, syst_rvr = 0xE000E014, syst_cvr = 0xE000E018,
                        syst_calib = 0xE000E01C;
constexpr std::uint32_t nvic_begin = 0xE000E100, nvic_bits_end = 0xE000E340,
                        nvic_priorities = 0xE000E400, nvic_priorities_end = 0xE000E4F0;
constexpr std::uint32_t cpuid = 0xE000ED00, icsr_address = 0xE000ED04, vtor = 0xE000ED08,
                        aircr = 0xE000ED0C, scr = 0xE000ED10, ccr = 0xE000ED14, shpr1 = 0xE000ED18,
                        shpr3_end = 0xE000ED24, shcsr_address = 0xE000ED24, cfsr = 0xE000ED28,
                        hfsr = 0xE000ED2C, dfsr = 0xE000ED30, mmfar = 0xE000ED34, bfar = 0xE000ED38,
                        afsr = 0xE000ED3C, cpacr = 0xE000ED88, stir = 0xE000EF00,
                        fpccr = 0xE000EF34, fpcar = 0xE000EF38, fpdscr = 0xE000EF3C,
                        demcr = 0xE000EDFC;

constexpr std::uint32_t trcena = 1u << 24;
constexpr std::uint32_t cyccntena = 1u << 0;
constexpr std::uint32_t ccr_v6m = 0x208;  // STKALIGN and UNALIGN_TRP, DDI 0419 §B3.2.8
constexpr std::uint32_t scr_sevonpend = 1u << 4;

std::uint32_t lane_mask(std::uint32_t address, unsigned width) {
  const std::uint32_t ones = width == 4 ? UINT32_MAX : (1u << 8 * width) - 1;
  return ones << 8 * (address & 3);
}

}  // namespace

/// Which cores have a register that is only stored.
enum class In { All, V7M, FloatingPoint };

/// What is stored as written, within `writable`; bits in `clears` are cleared by writing 1.
struct SystemControl::Register {
  std::uint32_t address;
  std::uint32_t writable;
  std::uint32_t reset;
  std::uint32_t clears;
  In in;
};

const SystemControl::Register* SystemControl::find_register(std::uint32_t address) const {
  static constexpr std::array registers = {
      Register{dwt_ctrl, 0x0FFFFFFF, 0x40000000, 0, In::V7M},  // §C1.8.7; four comparators
      Register{scr, 0x16, 0, 0, In::All},
      Register{ccr, 0x0007031B, 0x200, 0, In::All},
      Register{cfsr, 0, 0, UINT32_MAX, In::V7M},
      Register{hfsr, 0, 0, UINT32_MAX, In::V7M},
      Register{dfsr, 0, 0, UINT32_MAX, In::All},
      Register{mmfar, UINT32_MAX, 0, 0, In::V7M},
      Register{bfar, UINT32_MAX, 0, 0, In::V7M},
      Register{afsr, 0, 0, UINT32_MAX, In::V7M},
      Register{cpacr, 0x00F00000, 0, 0, In::FloatingPoint},
      Register{fpccr, 0xC0000000, 0xC0000000, 0, In::FloatingPoint},
      Register{fpcar, 0xFFFFFFF8, 0, 0, In::FloatingPoint},
      Register{fpdscr, 0x07C00000, 0, 0, In::FloatingPoint},
      Register{demcr, 0x010F07F1, 0, 0, In::V7M},
      Register{vtor, UINT32_MAX, 0, 0, In::All},
  };
  const auto found = std::ranges::find(registers, address, &Register::address);
  if (found == registers.end() || (found->in != In::All && is_v6m())) return nullptr;
  const bool needs_fpu = found->in == In::FloatingPoint;
  return needs_fpu && spec_.floating_point == FloatingPoint::None ? nullptr : &*found;
}

std::uint32_t& SystemControl::stored(std::uint32_t address) {
  const Register* known = find_register(address);
  assert(known != nullptr && "a register of the table");
  return registers_.try_emplace(address, known->reset).first->second;
}

void SystemControl::count(const std::string& what, std::uint32_t address) {
  ++not_emulated_["core register " + hex(address) + " " + what + " (PC " + hex(state_.r[pc]) + ")"];
}

/// §B3.2.1: halfwords and bytes reach only what is said to allow it (IPR, SHPR, CFSR); here all do,
/// but ARMv6-M takes words alone (DDI 0419 §B3.2.1). Unprivileged code reaches nothing.
std::optional<std::uint32_t> SystemControl::read(std::uint32_t address, unsigned width) {
  if (!state_.is_privileged() || address % width != 0) return std::nullopt;
  if (is_v6m() && width != 4) return std::nullopt;
  const std::uint32_t word = read_word_at(address & ~3u, false);
  return (word & lane_mask(address, width)) >> 8 * (address & 3);
}

bool SystemControl::write(std::uint32_t address, unsigned width, std::uint32_t value) {
  const bool is_stir_open = address == stir && (*peek(ccr) & 2) != 0;
  if ((!state_.is_privileged() && !is_stir_open) || address % width != 0) return false;
  if (is_v6m() && width != 4) return false;
  const std::uint32_t lanes = lane_mask(address, width);
  write_word_at(address & ~3u, value << 8 * (address & 3) & lanes, lanes, false);
  return true;
}

std::optional<std::uint32_t> SystemControl::peek(std::uint32_t address) const {
  if (!contains(address)) return std::nullopt;
  return const_cast<SystemControl*>(this)->read_word_at(address & ~3u, true);
}

bool SystemControl::poke(std::uint32_t address, std::uint32_t value) {
  if (!contains(address)) return false;
  write_word_at(address & ~3u, value, UINT32_MAX, true);
  return true;
}

std::uint32_t SystemControl::read_word_at(std::uint32_t address, bool is_peek) {
  if (address >= nvic_begin && address < nvic_bits_end) return read_interrupt_bits(address);
  const bool is_ipr = address >= nvic_priorities && address < nvic_priorities_end;
  if (is_ipr || (address >= shpr1 && address < shpr3_end)) return read_priorities(address);
  if (address < itm_ports_end) return 1;  // §C1.7.3: a stimulus port that takes data
  switch (address) {
    case syst_csr:
      return is_peek ? systick_.csr() : systick_.read_csr();
    case syst_rvr:
      return systick_.rvr();
    case syst_cvr:
      return systick_.cvr();
    case syst_calib:
      return 0;
    case dwt_cyccnt:
      if (is_v6m()) break;
      return cyccnt_;
    case cpuid:
      return spec_.cpuid;
    case ictr:  // §B3.4.2: how many words of ISER there are, less one; ARMv6-M has none
      if (is_v6m()) break;
      return (spec_.interrupts + 31) / 32 - 1;
    case ccr:
      if (is_v6m()) return ccr_v6m;
      break;
    case icsr_address:
      return icsr();
    case aircr:
      return 0xFA050000 | exceptions_.prigroup() << 8;
    case shcsr_address:
      return shcsr();
    default:
      break;
  }
  const Register* known = find_register(address);
  if (known != nullptr) {
    const auto found = registers_.find(address);
    return found == registers_.end() ? known->reset : found->second;
  }
  if (!is_peek) count("read", address);
  return 0;
}

void SystemControl::write_word_at(std::uint32_t address, std::uint32_t value, std::uint32_t lanes,
                                  bool is_poke) {
  if (address >= nvic_begin && address < nvic_bits_end) {
    return write_interrupt_bits(address, value, is_poke);
  }
  const bool is_ipr = address >= nvic_priorities && address < nvic_priorities_end;
  if (is_ipr || (address >= shpr1 && address < shpr3_end)) {
    return write_priorities(address, value, lanes);
  }
  if (address < itm_ports_end) return;
  switch (address) {
    case syst_csr:
      return systick_.write_csr(value);
    case syst_rvr:
      return systick_.write_rvr(value);
    case syst_cvr:
      return is_poke ? systick_.set_cvr(value) : systick_.write_cvr();
    case dwt_cyccnt:
      if (is_v6m()) break;
      cyccnt_ = value;
      return;
    case icsr_address:
      return write_icsr(value);
    case aircr:
      return write_aircr(value, is_poke);
    case shcsr_address:
      return write_shcsr(value);
    case stir:
      if (is_v6m()) return is_poke ? void() : count("written", address);
      if ((value & 0x1FF) < spec_.interrupts) pend(FirstInterrupt + (value & 0x1FF));
      return;
    case cpuid:
    case ictr:
    case syst_calib:
      return;
    case ccr:
      if (is_v6m()) return;
      break;
    default:
      break;
  }
  const Register* known = find_register(address);
  if (known == nullptr) return is_poke ? void() : count("written", address);
  const std::uint32_t writable = (address == vtor ? spec_.vtor_mask : known->writable) & lanes;
  std::uint32_t& content = stored(address);
  if (is_poke)
    content = value & (known->clears | writable | known->reset);
  else
    content = ((content & ~writable) | (value & writable)) & ~(value & lanes & known->clears);
  if (address == scr) exceptions_.set_sevonpend((content & scr_sevonpend) != 0);
}

/// The exceptions whose byte of IPR or SHPR is there: ARMv6-M has no configurable faults.
bool SystemControl::has_priority(unsigned exception) const {
  if (exception >= FirstInterrupt) return exception < exceptions_.count();
  static constexpr std::array both = {SvCall, PendSv, SysTick};
  static constexpr std::array v7m = {MemManage, BusFault, UsageFault, DebugMonitor};
  return std::ranges::find(both, exception) != both.end() ||
         (!is_v6m() && std::ranges::find(v7m, exception) != v7m.end());
}

/// Four bytes of IPR, or of SHPR, whose byte n is the priority of exception 4 + n.
std::uint32_t SystemControl::read_priorities(std::uint32_t address) const {
  const unsigned first =
      address >= shpr1 ? 4 + (address - shpr1) : FirstInterrupt + (address - nvic_priorities);
  std::uint32_t word = 0;
  for (unsigned i = 0; i < 4; ++i) {
    if (has_priority(first + i)) word |= exceptions_.priority(first + i) << 8 * i;
  }
  return word;
}

void SystemControl::write_priorities(std::uint32_t address, std::uint32_t value,
                                     std::uint32_t lanes) {
  const unsigned first =
      address >= shpr1 ? 4 + (address - shpr1) : FirstInterrupt + (address - nvic_priorities);
  for (unsigned i = 0; i < 4; ++i) {
    if ((lanes >> 8 * i & 0xFF) == 0 || !has_priority(first + i)) continue;
    exceptions_.set_priority(first + i, static_cast<std::uint8_t>(value >> 8 * i));
  }
}

namespace {

/// ISER, ICER, ISPR, ICPR, IABR: which of them, and the first interrupt of the word.
struct InterruptWord {
  enum class Kind { Enable, Disable, Pend, Unpend, Active } kind;
  unsigned first;
};

InterruptWord interrupt_word(std::uint32_t address) {
  const std::uint32_t offset = address - nvic_begin;
  return {static_cast<InterruptWord::Kind>(offset / 0x80), FirstInterrupt + offset % 0x80 * 8};
}

}  // namespace

std::uint32_t SystemControl::read_interrupt_bits(std::uint32_t address) const {
  const InterruptWord word = interrupt_word(address);
  if (word.kind == InterruptWord::Kind::Active && is_v6m()) return 0;
  std::uint32_t bits = 0;
  for (unsigned i = 0; i < 32 && word.first + i < exceptions_.count(); ++i) {
    const unsigned number = word.first + i;
    const bool bit = word.kind <= InterruptWord::Kind::Disable  ? exceptions_.is_enabled(number)
                     : word.kind <= InterruptWord::Kind::Unpend ? exceptions_.is_pending(number)
                                                                : exceptions_.is_active(number);
    if (bit) bits |= 1u << i;
  }
  return bits;
}

/// A poke sets the whole word, with 0 as well; software's 0 does nothing.
void SystemControl::write_interrupt_bits(std::uint32_t address, std::uint32_t value, bool is_poke) {
  const InterruptWord word = interrupt_word(address);
  using Kind = InterruptWord::Kind;
  for (unsigned i = 0; i < 32 && word.first + i < exceptions_.count(); ++i) {
    const bool bit = (value >> i & 1) != 0;
    if (!bit && !is_poke) continue;
    const unsigned number = word.first + i;
    if (is_poke && (word.kind == Kind::Disable || word.kind == Kind::Unpend)) continue;
    if (word.kind == Kind::Enable) exceptions_.set_enabled(number, bit);
    if (word.kind == Kind::Disable) exceptions_.set_enabled(number, false);
    if (word.kind == Kind::Pend) exceptions_.set_pending(number, bit);
    if (word.kind == Kind::Unpend) exceptions_.clear_pending(number);
    if (word.kind == Kind::Active && is_poke) exceptions_.set_active(number, bit);
  }
}

/// §B3.2.4; ARMv6-M has no RETTOBASE (DDI 0419 §B3.2.4).
std::uint32_t SystemControl::icsr() const {
  const unsigned pending = exceptions_.find_pending().value_or(0);
  const auto bit = [&](unsigned number, unsigned lsb) {
    return exceptions_.is_pending(number) ? 1u << lsb : 0u;
  };
  const bool returns_to_base = !is_v6m() && exceptions_.active_count() <= 1;
  return bit(Nmi, 31) | bit(PendSv, 28) | bit(SysTick, 26) |
         (exceptions_.is_interrupt_pending() ? 1u << 22 : 0) | pending << 12 |
         (returns_to_base ? 1u << 11 : 0) | state_.ipsr;
}

void SystemControl::write_icsr(std::uint32_t value) {
  const auto has = [&](unsigned lsb) { return (value >> lsb & 1) != 0; };
  if (has(31)) exceptions_.set_pending(Nmi, true);
  if (has(28)) exceptions_.set_pending(PendSv, true);
  if (has(27)) exceptions_.set_pending(PendSv, false);
  if (has(26)) exceptions_.set_pending(SysTick, true);
  if (has(25)) exceptions_.set_pending(SysTick, false);
}

/// §B3.2.6: without the key nothing is written.
void SystemControl::write_aircr(std::uint32_t value, bool is_poke) {
  constexpr std::uint32_t vectkey = 0x05FA;
  if (value >> 16 != vectkey && !is_poke) return;
  if (!is_v6m()) exceptions_.set_prigroup(value >> 8 & 7);
  if (value >> 16 == vectkey && (value & 4) != 0) is_reset_requested_ = true;
}

namespace {

/// §B3.2.13: which exceptions SHCSR shows, by bit.
struct HandlerBit {
  unsigned lsb;
  unsigned exception;
  enum { Active, Pending, Enabled } what;
};
constexpr std::array handler_bits = {
    HandlerBit{0, MemManage, HandlerBit::Active},
    HandlerBit{1, BusFault, HandlerBit::Active},
    HandlerBit{3, UsageFault, HandlerBit::Active},
    HandlerBit{7, SvCall, HandlerBit::Active},
    HandlerBit{8, DebugMonitor, HandlerBit::Active},
    HandlerBit{10, PendSv, HandlerBit::Active},
    HandlerBit{11, SysTick, HandlerBit::Active},
    HandlerBit{12, UsageFault, HandlerBit::Pending},
    HandlerBit{13, MemManage, HandlerBit::Pending},
    HandlerBit{14, BusFault, HandlerBit::Pending},
    HandlerBit{15, SvCall, HandlerBit::Pending},
    HandlerBit{16, MemManage, HandlerBit::Enabled},
    HandlerBit{17, BusFault, HandlerBit::Enabled},
    HandlerBit{18, UsageFault, HandlerBit::Enabled},
};

}  // namespace

std::uint32_t SystemControl::shcsr() const {
  std::uint32_t word = 0;
  for (const HandlerBit& it : handler_bits) {
    const bool bit = it.what == HandlerBit::Active    ? exceptions_.is_active(it.exception)
                     : it.what == HandlerBit::Pending ? exceptions_.is_pending(it.exception)
                                                      : exceptions_.is_enabled(it.exception);
    const bool is_there = !is_v6m() || it.lsb == 15;  // DDI 0419 §B3.2.10
    if (bit && is_there) word |= 1u << it.lsb;
  }
  return word;
}

void SystemControl::write_shcsr(std::uint32_t value) {
  for (const HandlerBit& it : handler_bits) {
    const bool bit = (value >> it.lsb & 1) != 0;
    if (is_v6m() && it.lsb != 15) continue;
    if (it.what == HandlerBit::Active) exceptions_.set_active(it.exception, bit);
    if (it.what == HandlerBit::Pending) exceptions_.set_pending(it.exception, bit);
    if (it.what == HandlerBit::Enabled) exceptions_.set_enabled(it.exception, bit);
  }
}

void SystemControl::advance(std::uint64_t cycles) {
  if (systick_.advance(cycles)) exceptions_.set_pending(SysTick, true);
  const bool counts = (*peek(demcr) & trcena) != 0 && (*peek(dwt_ctrl) & cyccntena) != 0;
  if (counts) cyccnt_ += static_cast<std::uint32_t>(cycles);
}

std::optional<std::uint64_t> SystemControl::next_event() const {
  return systick_.next_event();
}

}  // namespace dfurig::cpu
