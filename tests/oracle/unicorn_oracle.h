// Unicorn 2.0.1 with the memory of a TestBus, one instruction at a time.
#pragma once

#include <unicorn/unicorn.h>

#include <cstdint>
#include <vector>

#include "cpu/state.h"
#include "cpu/test_bus.h"

namespace dfurig::cpu {

class UnicornOracle {
 public:
  /// `model`: UC_CPU_ARM_CORTEX_M4… `bus` must outlive it.
  UnicornOracle(int model, TestBus& bus);
  ~UnicornOracle() { uc_close(engine_); }
  UnicornOracle(const UnicornOracle&) = delete;
  UnicornOracle& operator=(const UnicornOracle&) = delete;

  /// Registers, and flash and RAM as they are on the bus.
  void set(const State& state);
  /// False: it did not execute the instruction.
  bool step(std::uint32_t address, const std::uint8_t* bytes, unsigned size);
  /// What became of the last step.
  const char* why() const { return error_; }
  void get(State& state, std::vector<std::uint8_t>& ram);

 private:
  static void on_interrupt(uc_engine* engine, std::uint32_t number, void* self);
  static void on_code(uc_engine*, std::uint64_t, std::uint32_t, void*) {}

  TestBus& bus_;
  uc_engine* engine_ = nullptr;
  bool has_interrupt_ = false;
  const char* error_ = "";
};

}  // namespace dfurig::cpu
