#include "oracle/unicorn_oracle.h"

#include <cstdio>
#include <cstdlib>

namespace dfurig::cpu {
namespace {

constexpr int registers[] = {UC_ARM_REG_R0,  UC_ARM_REG_R1, UC_ARM_REG_R2,  UC_ARM_REG_R3,
                             UC_ARM_REG_R4,  UC_ARM_REG_R5, UC_ARM_REG_R6,  UC_ARM_REG_R7,
                             UC_ARM_REG_R8,  UC_ARM_REG_R9, UC_ARM_REG_R10, UC_ARM_REG_R11,
                             UC_ARM_REG_R12, UC_ARM_REG_SP, UC_ARM_REG_LR,  UC_ARM_REG_PC};

void check(uc_err error) {
  if (error == UC_ERR_OK) return;
  std::fprintf(stderr, "unicorn: %s\n", uc_strerror(error));
  std::exit(2);
}

}  // namespace

UnicornOracle::UnicornOracle(int model, TestBus& bus) : bus_(bus) {
  // UC_MODE_MCLASS would make it a Cortex-M33.
  check(uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &engine_));
  check(uc_ctl_set_cpu_model(engine_, model));
  check(uc_mem_map(engine_, TestBus::flash_base, bus.flash.size(), UC_PROT_ALL));
  check(uc_mem_map(engine_, TestBus::ram_base, bus.ram.size(), UC_PROT_ALL));
  uc_hook hook = 0;
  check(
      uc_hook_add(engine_, &hook, UC_HOOK_INTR, reinterpret_cast<void*>(on_interrupt), this, 1, 0));
  // Without one PC is exact to a block only.
  check(uc_hook_add(engine_, &hook, UC_HOOK_CODE, reinterpret_cast<void*>(on_code), this, 1, 0));
}

void UnicornOracle::set(const State& state) {
  for (unsigned i = 0; i < 16; ++i) {
    const std::uint32_t value = i == pc ? state.r[pc] | 1 : state.r[i];
    check(uc_reg_write(engine_, registers[i], &value));
  }
  // Unicorn 2.0.1 takes GE by the A profile's name alone.
  std::uint32_t cpsr = 0;
  check(uc_reg_read(engine_, UC_ARM_REG_CPSR, &cpsr));
  cpsr = (cpsr & ~0x000F0000u) | static_cast<std::uint32_t>(state.ge) << 16;
  check(uc_reg_write(engine_, UC_ARM_REG_CPSR, &cpsr));
  const std::uint32_t psr = xpsr(state);
  check(uc_reg_write(engine_, UC_ARM_REG_XPSR, &psr));
  if (state.fpca) {
    // CONTROL.FPCA, else the first floating-point instruction would take FPDSCR.
    const std::uint32_t control = 4;
    check(uc_reg_write(engine_, UC_ARM_REG_CONTROL, &control));
    check(uc_reg_write(engine_, UC_ARM_REG_FPSCR, &state.fpscr));
    for (unsigned i = 0; i < 32; ++i) {
      check(uc_reg_write(engine_, UC_ARM_REG_S0 + static_cast<int>(i), &state.s[i]));
    }
  }
  check(uc_mem_write(engine_, TestBus::ram_base, bus_.ram.data(), bus_.ram.size()));
  check(uc_mem_write(engine_, TestBus::flash_base, bus_.flash.data(), bus_.flash.size()));
}

bool UnicornOracle::step(std::uint32_t address, const std::uint8_t* bytes, unsigned size) {
  check(uc_mem_write(engine_, address, bytes, size));
  check(uc_ctl_remove_cache(engine_, address, address + 8));
  has_interrupt_ = false;
  const uc_err error = uc_emu_start(engine_, address | 1, 0xFFFFFFF0, 0, 1);
  // A branch to where nothing is: the instruction was executed, the next one cannot be fetched.
  error_ = has_interrupt_ ? "refused (interrupt)" : uc_strerror(error);
  const bool is_executed = error == UC_ERR_OK || error == UC_ERR_FETCH_UNMAPPED;
  return is_executed && !has_interrupt_;
}

void UnicornOracle::get(State& state, std::vector<std::uint8_t>& ram) {
  for (unsigned i = 0; i < 16; ++i) check(uc_reg_read(engine_, registers[i], &state.r[i]));
  state.r[pc] &= ~1u;
  std::uint32_t psr = 0;
  check(uc_reg_read(engine_, UC_ARM_REG_XPSR, &psr));
  set_xpsr(state, psr);
  if (state.fpca) {
    check(uc_reg_read(engine_, UC_ARM_REG_FPSCR, &state.fpscr));
    for (unsigned i = 0; i < 32; ++i) {
      check(uc_reg_read(engine_, UC_ARM_REG_S0 + static_cast<int>(i), &state.s[i]));
    }
  }
  check(uc_mem_read(engine_, TestBus::ram_base, ram.data(), ram.size()));
}

void UnicornOracle::on_interrupt(uc_engine* engine, std::uint32_t, void* self) {
  static_cast<UnicornOracle*>(self)->has_interrupt_ = true;
  uc_emu_stop(engine);
}

}  // namespace dfurig::cpu
