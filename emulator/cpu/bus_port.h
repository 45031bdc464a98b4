// The core's port to the chip: loads and stores, and the time that passes between them.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

#include "cpu/core.h"
#include "cpu/fault.h"
#include "cpu/spec.h"
#include "cpu/state.h"
#include "cpu/system_control.h"
#include "stm32/bus.h"

namespace dfurig::cpu {

/// DDI 0403E §B3.1, table B3-1: the regions instructions are never fetched from.
constexpr bool is_execute_never(std::uint32_t address) {
  return (address >= 0x40000000 && address < 0x60000000) || address >= 0xA0000000;
}

class BusPort : public WordAccess {
 public:
  /// All must outlive it; `system` may still be under construction.
  BusPort(const CoreSpec& spec, State& state, SystemControl& system, stm32::Bus& bus)
      : spec_(spec), state_(state), system_(system), bus_(bus) {}

  // --- Loads and stores of 1, 2 or 4 bytes. False: `fault` tells why, and nothing happened. ---

  bool load(std::uint32_t address, unsigned width, std::uint32_t& value) {
    const View& view = views_[view_index(address)];
    const std::uint32_t offset = address - view.base;
    if (offset < view.readable && width <= view.readable - offset &&
        (!traps_unaligned || address % width == 0)) [[likely]] {
      value = 0;
      std::memcpy(&value, view.content + offset, width);
      return true;
    }
    return load_slowly(address, width, value);
  }
  bool store(std::uint32_t address, unsigned width, std::uint32_t value) {
    const View& view = views_[view_index(address)];
    const std::uint32_t offset = address - view.base;
    if (offset < view.writable_size && width <= view.writable_size - offset &&
        (!traps_unaligned || address % width == 0)) [[likely]] {
      std::memcpy(view.writable + offset, &value, width);
      return true;
    }
    return store_slowly(address, width, value);
  }
  std::optional<std::uint32_t> read_word(std::uint32_t address) override;
  bool write_word(std::uint32_t address, std::uint32_t value) override;

  /// LDM, LDRD, LDREX and their like fault when not aligned (DDI 0403E §A3.2.1).
  bool is_aligned(std::uint32_t address, unsigned width = 4);
  void raise(FaultKind kind, std::uint32_t address = 0);
  /// Why the instruction could not be executed. The run loop clears it.
  std::optional<Fault> fault;

  /// The memory `address` is in, for fetching; absent where there is none, or none for code.
  std::optional<stm32::MemoryView> find_code(std::uint32_t address);

  // --- Time. ---

  /// State::cycles at which the run loop must look up; 0 makes it do so after this instruction.
  std::uint64_t deadline = 0;
  /// Where the run ends.
  std::uint64_t end = 0;
  /// Lets the chip catch up with State::cycles, and looks at its interrupt lines.
  void synchronise();
  /// Finds the deadline anew.
  void plan();

  /// The instruction being executed, for "not emulated" and for polls.
  std::uint32_t pc_of_instruction() const { return state_.r[pc] - 4; }

  // --- Polls. ---

  std::uint64_t stuck_poll_reads = 1'000'000;
  const Poll& longest_poll() const { return longest_poll_; }
  const Poll& poll() const { return poll_; }
  bool is_poll_stuck() const { return stuck_poll_reads != 0 && poll_.reads >= stuck_poll_reads; }
  void forget_poll() { poll_ = {}; }

  /// The memory map may have changed, or CCR.
  void refresh();
  bool traps_unaligned = false;

 private:
  static constexpr unsigned views_kept = 64;
  /// Code, RAM and a stack in some other RAM seldom meet in one place.
  static constexpr unsigned view_index(std::uint32_t address) {
    return (address >> 14 ^ address >> 25) % views_kept;
  }
  struct View {
    std::uint32_t base = 0;
    std::uint32_t readable = 0;
    std::uint32_t writable_size = 0;
    const std::uint8_t* content = nullptr;
    std::uint8_t* writable = nullptr;
  };

  bool load_slowly(std::uint32_t address, unsigned width, std::uint32_t& value);
  bool store_slowly(std::uint32_t address, unsigned width, std::uint32_t value);
  bool find_view(std::uint32_t address, unsigned width, bool is_store);
  bool read_bus(std::uint32_t address, unsigned width, std::uint32_t& value);
  bool write_bus(std::uint32_t address, unsigned width, std::uint32_t value);
  std::optional<std::uint32_t> bit_band_word(std::uint32_t address) const;
  bool load_bit(std::uint32_t address, std::uint32_t word, std::uint32_t& value);
  bool store_bit(std::uint32_t address, std::uint32_t word, std::uint32_t value);
  void watch_poll(std::uint32_t address, std::uint32_t value);
  bool is_access_allowed(std::uint32_t address, unsigned width);

  const CoreSpec& spec_;
  State& state_;
  SystemControl& system_;
  stm32::Bus& bus_;
  std::array<View, views_kept> views_{};  ///< by view_index of any address inside
  std::uint64_t memory_version_ = 0;
  std::uint64_t synchronised_ = 0;  ///< State::cycles the chip has seen
  Poll poll_;
  Poll longest_poll_;
};

}  // namespace dfurig::cpu
