// SystemControl without a core around it: a table of vectors, RAM, and nothing between them.
#pragma once

#include <gtest/gtest.h>

#include <map>

#include "cpu/system_control.h"
#include "cpu/test_bus.h"

namespace dfurig::cpu {

/// Vectors at 0: exception n starts at 0x1000 + 0x10 n, and the stack at `stack`. RAM is there from
/// 0x20000000 to 0x20001000.
class TestMemory : public WordAccess {
 public:
  static constexpr std::uint32_t stack = 0x20001000;
  std::map<std::uint32_t, std::uint32_t> words;

  TestMemory() {
    words[0] = stack;
    for (unsigned i = 1; i < exceptions_max; ++i) words[4 * i] = start_of(i) | 1;
  }
  static std::uint32_t start_of(unsigned exception) { return 0x1000 + 0x10 * exception; }
  std::optional<std::uint32_t> read_word(std::uint32_t address) override {
    const auto found = words.find(address);
    if (found != words.end()) return found->second;
    return is_ram(address) ? std::optional(0u) : std::nullopt;
  }
  bool write_word(std::uint32_t address, std::uint32_t value) override {
    if (is_ram(address)) words[address] = value;
    return is_ram(address);
  }

 private:
  static bool is_ram(std::uint32_t address) { return address >> 12 == 0x20000; }
};

/// Behind reset, in Thread mode at 0x8000.
struct SystemRig {
  explicit SystemRig(const CoreSpec& core = cortex_m4f()) : spec(core) {
    EXPECT_TRUE(system.reset(0));
    state.r[pc] = 0x8000;
  }
  void write(std::uint32_t address, std::uint32_t value) {
    EXPECT_TRUE(system.write(address, 4, value)) << std::hex << address;
  }
  std::uint32_t read(std::uint32_t address) { return system.read(address, 4).value_or(0xBAD); }
  /// An interrupt that is enabled and has this priority.
  void enable(unsigned interrupt, std::uint8_t priority) {
    write(0xE000E100 + interrupt / 32 * 4, 1u << interrupt % 32);
    const std::uint32_t ipr = 0xE000E400 + (interrupt & ~3u);
    const unsigned lsb = 8 * (interrupt & 3);
    write(ipr, (read(ipr) & ~(0xFFu << lsb)) | std::uint32_t{priority} << lsb);
  }
  void raise(unsigned interrupt) { system.pend(FirstInterrupt + interrupt); }

  CoreSpec spec;
  State state;
  TestMemory memory;
  SystemControl system{spec, state, memory};
};

}  // namespace dfurig::cpu
