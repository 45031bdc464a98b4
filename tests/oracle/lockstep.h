// A core and Unicorn side by side on one chip.
#pragma once

#include <unicorn/unicorn.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "cpu/core.h"
#include "stm32/chip.h"

namespace dfurig::cpu {

/// Passes everything on to a chip, and remembers the last access to a register.
class SpyBus : public stm32::Bus {
 public:
  struct Access {
    std::uint32_t address = 0;
    std::uint32_t value = 0;
    bool is_write = false;
  };

  explicit SpyBus(stm32::Chip& chip) : chip_(chip) {}

  std::optional<stm32::MemoryView> find_memory(std::uint32_t address) override {
    return chip_.find_memory(address);
  }
  std::uint64_t memory_version() const override { return chip_.memory_version(); }
  std::optional<std::uint32_t> read(std::uint32_t address, unsigned width) override {
    const auto value = chip_.read(address, width);
    last = Access{address, value.value_or(0), false};
    return value;
  }
  bool write(std::uint32_t address, unsigned width, std::uint32_t value) override {
    last = Access{address, value, true};
    return chip_.write(address, width, value);
  }
  void set_pc(std::uint32_t address) override { chip_.set_pc(address); }
  void advance(std::uint64_t cycles) override { chip_.advance(cycles); }
  std::optional<std::uint64_t> next_event() const override { return chip_.next_event(); }
  const stm32::InterruptLines& interrupt_lines() const override { return chip_.interrupt_lines(); }
  bool wants_attention() const override { return chip_.wants_attention(); }

  std::optional<Access> last;

 private:
  stm32::Chip& chip_;
};

class Lockstep {
 public:
  /// `chip` must outlive it; its flash holds the firmware.
  Lockstep(const CoreSpec& spec, stm32::Chip& chip);
  ~Lockstep();
  Lockstep(const Lockstep&) = delete;
  Lockstep& operator=(const Lockstep&) = delete;

  /// Compares up to `count` instructions, until one differs or the firmware ends.
  void run(std::uint64_t count);
  /// Instructions both executed, with the same result.
  std::uint64_t compared() const { return compared_; }
  /// How often Unicorn was given the core's state.
  std::uint64_t given() const { return given_; }
  /// The first difference; empty when there was none.
  const std::string& difference() const { return difference_; }

 private:
  void map_memory();
  bool step();
  std::uint64_t cycles_to_event() const;
  bool is_for_unicorn(const State& before, const TraceEntry& executed, std::size_t faults) const;
  void give();
  void execute_there(const State& before);
  void compare(const State& before);
  void compare_memory();
  std::uint64_t answer_read(std::uint32_t address);
  void check_write(std::uint32_t address, std::uint32_t value);
  static std::uint64_t on_read(uc_engine*, std::uint64_t offset, unsigned size, void* self);
  static void on_write(uc_engine*, std::uint64_t offset, unsigned size, std::uint64_t value,
                       void* self);
  static std::uint64_t on_system_read(uc_engine*, std::uint64_t offset, unsigned size, void* self);
  static void on_system_write(uc_engine*, std::uint64_t, unsigned, std::uint64_t, void*) {}

  stm32::Chip& chip_;
  SpyBus bus_;
  std::unique_ptr<Core> core_;
  uc_engine* engine_ = nullptr;
  bool has_fp_ = false;
  std::uint64_t compared_ = 0, given_ = 0;
  std::string difference_;
};

}  // namespace dfurig::cpu
