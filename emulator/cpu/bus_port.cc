#include "cpu/bus_port.h"

#include <algorithm>

namespace dfurig::cpu {
namespace {

// DDI 0403E §B3.1: from here on the system region, where only the PPB is.
constexpr std::uint32_t system_region = 0xE0000000;
// DDI 0403E §A3.1, bit-banding (optional): 1 MiB each, of SRAM and of peripherals.
constexpr std::uint32_t bit_band_size = 0x02000000;
constexpr std::uint32_t bit_band_alias = 0x02000000;

}  // namespace

void BusPort::raise(FaultKind kind, std::uint32_t address) {
  fault = Fault{kind, address};
  deadline = 0;
}

bool BusPort::is_aligned(std::uint32_t address, unsigned width) {
  if (address % width == 0) return true;
  raise(FaultKind::Unaligned);
  return false;
}

void BusPort::refresh() {
  traps_unaligned = system_.does_unaligned_trap();
  if (bus_.memory_version() == memory_version_) return;
  memory_version_ = bus_.memory_version();
  views_.fill({});
}

void BusPort::synchronise() {
  const std::uint64_t passed = state_.cycles - synchronised_;
  synchronised_ = state_.cycles;
  if (passed > 0) {
    bus_.advance(passed);
    system_.advance(passed);
  }
  system_.set_interrupt_lines(bus_.interrupt_lines());
}

void BusPort::plan() {
  const bool must_stop = fault || system_.can_take_exception() || bus_.wants_attention() ||
                         system_.is_reset_requested();
  deadline = must_stop ? 0 : end;
  if (must_stop) return;
  if (const auto next = bus_.next_event()) deadline = std::min(deadline, synchronised_ + *next);
  if (const auto next = system_.next_event()) deadline = std::min(deadline, synchronised_ + *next);
}

std::optional<stm32::MemoryView> BusPort::find_code(std::uint32_t address) {
  if (is_execute_never(address)) return std::nullopt;
  return bus_.find_memory(address);
}

/// Keeps the memory around `address` as a view. False: it is none.
bool BusPort::find_view(std::uint32_t address, unsigned width, bool is_store) {
  if (address >= system_region) return false;
  const auto memory = bus_.find_memory(address);
  if (!memory) return false;
  const bool fits = address - memory->base + width <= memory->size;
  if (!fits || (is_store ? memory->writable == nullptr : !memory->is_readable)) return false;
  views_[view_index(address)] = {memory->base, memory->is_readable ? memory->size : 0,
                                 memory->writable != nullptr ? memory->size : 0, memory->content,
                                 memory->writable};
  return true;
}

/// An unaligned access: ARMv6-M faults (DDI 0419 §A3.2.1), ARMv7-M when CCR.UNALIGN_TRP says so.
bool BusPort::is_access_allowed(std::uint32_t address, unsigned width) {
  if (address % width == 0 || !traps_unaligned) return true;
  raise(FaultKind::Unaligned);
  return false;
}

bool BusPort::load_slowly(std::uint32_t address, unsigned width, std::uint32_t& value) {
  if (!is_access_allowed(address, width)) return false;
  if (find_view(address, width, false)) return load(address, width, value);
  if (address % width != 0) {
    raise(FaultKind::Unaligned);  // devices are Device or Strongly-ordered memory (§A3.2.1)
    return false;
  }
  if (const auto word = bit_band_word(address)) return load_bit(address, *word, value);
  return read_bus(address, width, value);
}

bool BusPort::store_slowly(std::uint32_t address, unsigned width, std::uint32_t value) {
  if (!is_access_allowed(address, width)) return false;
  if (find_view(address, width, true)) return store(address, width, value);
  if (address % width != 0) {
    raise(FaultKind::Unaligned);
    return false;
  }
  if (const auto word = bit_band_word(address)) return store_bit(address, *word, value);
  return write_bus(address, width, value);
}

bool BusPort::read_bus(std::uint32_t address, unsigned width, std::uint32_t& value) {
  synchronise();
  bus_.set_pc(pc_of_instruction());
  const auto read =
      SystemControl::contains(address) ? system_.read(address, width) : bus_.read(address, width);
  system_.set_interrupt_lines(bus_.interrupt_lines());
  plan();
  if (!read) {
    raise(FaultKind::PrecisErr, address);
    return false;
  }
  value = *read;
  watch_poll(address, value);
  return true;
}

bool BusPort::write_bus(std::uint32_t address, unsigned width, std::uint32_t value) {
  synchronise();
  bus_.set_pc(pc_of_instruction());
  const bool is_taken = SystemControl::contains(address) ? system_.write(address, width, value)
                                                         : bus_.write(address, width, value);
  poll_ = {};
  const std::uint64_t version_before = memory_version_;
  refresh();
  system_.set_interrupt_lines(bus_.interrupt_lines());
  plan();
  if (memory_version_ != version_before) deadline = 0;  // what was decoded is no longer there
  if (!is_taken) raise(FaultKind::PrecisErr, address);
  return is_taken;
}

std::optional<std::uint32_t> BusPort::read_word(std::uint32_t address) {
  const std::optional<Fault> before = fault;
  std::uint32_t value = 0;
  if (address % 4 == 0 && load(address, 4, value)) return value;
  fault = before;
  return std::nullopt;
}

bool BusPort::write_word(std::uint32_t address, std::uint32_t value) {
  const std::optional<Fault> before = fault;
  if (address % 4 == 0 && store(address, 4, value)) return true;
  fault = before;
  return false;
}

/// The address of the word that a bit-band alias shows a bit of.
std::optional<std::uint32_t> BusPort::bit_band_word(std::uint32_t address) const {
  if (!spec_.has_bit_band) return std::nullopt;
  const std::uint32_t region = address & 0xE0000000;
  if (region != 0x20000000 && region != 0x40000000) return std::nullopt;
  const std::uint32_t offset = address - region - bit_band_alias;
  if (offset >= bit_band_size) return std::nullopt;
  return region + (offset >> 5 & ~3u);
}

bool BusPort::load_bit(std::uint32_t address, std::uint32_t word, std::uint32_t& value) {
  if (!load(word, 4, value)) return false;
  value = value >> (address >> 2 & 31) & 1;
  return true;
}

bool BusPort::store_bit(std::uint32_t address, std::uint32_t word, std::uint32_t value) {
  std::uint32_t content = 0;
  if (!load(word, 4, content)) return false;
  const std::uint32_t bit = 1u << (address >> 2 & 31);
  return store(word, 4, (value & 1) != 0 ? content | bit : content & ~bit);
}

void BusPort::watch_poll(std::uint32_t address, std::uint32_t value) {
  const bool is_same = poll_.reads > 0 && poll_.address == address && poll_.value == value;
  if (!is_same) poll_ = {address, value, pc_of_instruction(), 0};
  ++poll_.reads;
  if (poll_.reads > longest_poll_.reads) longest_poll_ = poll_;
  if (is_poll_stuck()) deadline = 0;
}

}  // namespace dfurig::cpu
