#include "oracle/lockstep.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "cpu/machine.h"
#include "support/hex.h"

namespace dfurig::cpu {
namespace {

constexpr std::uint32_t peripherals = 0x40000000, peripherals_size = 0x20000000;
constexpr std::uint32_t system_space = 0xE0000000, system_size = 0x00100000;
constexpr std::uint32_t page = 0x1000;
constexpr std::uint64_t memory_compared_every = 1000;
constexpr std::uint64_t asleep_max = 10'000;  ///< cycles, before it is looked at again
constexpr std::uint64_t given_max = 300;
constexpr std::uint32_t syst_csr = 0xE000E010, syst_cvr = 0xE000E018;

constexpr int registers[] = {UC_ARM_REG_R0,  UC_ARM_REG_R1, UC_ARM_REG_R2,  UC_ARM_REG_R3,
                             UC_ARM_REG_R4,  UC_ARM_REG_R5, UC_ARM_REG_R6,  UC_ARM_REG_R7,
                             UC_ARM_REG_R8,  UC_ARM_REG_R9, UC_ARM_REG_R10, UC_ARM_REG_R11,
                             UC_ARM_REG_R12, UC_ARM_REG_SP, UC_ARM_REG_LR,  UC_ARM_REG_PC};
constexpr std::uint32_t ipsr_bits = 0x1FF;

void check(uc_err error) {
  if (error == UC_ERR_OK) return;
  std::fprintf(stderr, "unicorn: %s\n", uc_strerror(error));
  std::exit(2);
}

int model_of(const CoreSpec& spec) {
  if (spec.architecture == Architecture::ArmV6M) return UC_CPU_ARM_CORTEX_M0;
  if (spec.architecture == Architecture::ArmV7M) return UC_CPU_ARM_CORTEX_M3;
  return spec.has_bit_band ? UC_CPU_ARM_CORTEX_M4 : UC_CPU_ARM_CORTEX_M7;
}

/// DDI 0403E §A3.1: aliases that Unicorn does not have.
bool is_bit_band(const State& before, const CoreSpec& spec) {
  constexpr std::uint32_t size = 0x02000000;
  if (!spec.has_bit_band) return false;
  for (unsigned i = 0; i < sp; ++i) {
    const std::uint32_t in_region = (before.r[i] & 0x1FFFFFFF) - size;
    const std::uint32_t region = before.r[i] >> 29;
    if ((region == 1 || region == 2) && in_region < size) return true;
  }
  return false;
}

bool is_it(const TraceEntry& it) {
  return it.size == 2 && it.opcode >> 8 == 0xBF && (it.opcode & 0xF) != 0;
}
/// CPS, MRS, MSR, and the hints: they work on what Unicorn does not have.
bool is_of_the_system(const TraceEntry& it) {
  if (it.size == 2) return (it.opcode & 0xFFE8) == 0xB660 || (it.opcode & 0xFF0F) == 0xBF00;
  return (it.opcode & 0xFFC0D000) == 0xF3808000 || (it.opcode & 0xFFE0D000) == 0xF3E08000;
}

}  // namespace

Lockstep::Lockstep(const CoreSpec& spec, stm32::Chip& chip)
    : chip_(chip), bus_(chip), core_(make_core(spec, bus_)) {
  has_fp_ = spec.floating_point != FloatingPoint::None;
  check(uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &engine_));
  check(uc_ctl_set_cpu_model(engine_, model_of(spec)));
  map_memory();
  core_->keep_trace(1);
  core_->reset(chip.spec().flash.base);
  give();
  given_ = 0;
}

Lockstep::~Lockstep() {
  uc_close(engine_);
}

void Lockstep::map_memory() {
  const auto map = [&](std::uint32_t base, std::uint32_t size) {
    const std::uint32_t end = (base + size + page - 1) & ~(page - 1);
    for (std::uint32_t at = base & ~(page - 1); at != end; at += page) {
      static_cast<void>(uc_mem_map(engine_, at, page, UC_PROT_ALL));  // neighbours share a page
    }
  };
  map(chip_.spec().flash.base, chip_.spec().flash.size());
  for (const stm32::MemorySpec& it : chip_.spec().memories) map(it.base, it.size);
  check(uc_mmio_map(engine_, peripherals, peripherals_size, on_read, this, on_write, this));
  check(
      uc_mmio_map(engine_, system_space, system_size, on_system_read, this, on_system_write, this));
  uc_hook hook = 0;
  const auto on_code = +[](uc_engine*, std::uint64_t, std::uint32_t, void*) {};
  check(uc_hook_add(engine_, &hook, UC_HOOK_CODE, reinterpret_cast<void*>(on_code), this, 1, 0));
}

/// Registers and memory as the core has them. Unicorn stays in Thread mode.
void Lockstep::give() {
  ++given_;
  const State& state = core_->state();
  const std::uint32_t psr = xpsr(state) & ~ipsr_bits;
  check(uc_reg_write(engine_, UC_ARM_REG_XPSR, &psr));
  for (unsigned i = 0; i < 16; ++i) {
    const std::uint32_t value = i == pc ? state.r[pc] | 1 : state.r[i];
    check(uc_reg_write(engine_, registers[i], &value));
  }
  if (has_fp_) {
    const std::uint32_t fpca = 4;
    check(uc_reg_write(engine_, UC_ARM_REG_CONTROL, &fpca));
    check(uc_reg_write(engine_, UC_ARM_REG_FPSCR, &state.fpscr));
    for (unsigned i = 0; i < 32; ++i) {
      check(uc_reg_write(engine_, UC_ARM_REG_S0 + static_cast<int>(i), &state.s[i]));
    }
  }
  const stm32::FlashSpec& flash = chip_.spec().flash;
  if (given_ == 1 || (bus_.last && bus_.last->address < peripherals)) {
    check(uc_mem_write(engine_, flash.base, chip_.flash().content().data(), flash.size()));
  }
  for (const stm32::MemorySpec& it : chip_.spec().memories) {
    const auto view = chip_.find_memory(it.base);
    if (view && (view->writable != nullptr || given_ == 1)) {
      check(uc_mem_write(engine_, it.base, view->content, it.size));
    }
  }
}

/// False: Unicorn cannot do what happened.
bool Lockstep::is_for_unicorn(const State& before, const TraceEntry& executed,
                              std::size_t faults) const {
  const State& now = core_->state();
  const bool is_flash_written =
      bus_.last && bus_.last->is_write && bus_.last->address < peripherals;
  return executed.pc == before.r[pc] && now.ipsr == before.ipsr &&
         core_->faults().size() == faults && !is_of_the_system(executed) && !is_flash_written &&
         now.t && !is_bit_band(before, core_->spec());
}

/// So that what wakes the core is executed here again one by one.
std::uint64_t Lockstep::cycles_to_event() const {
  std::uint64_t cycles = chip_.next_event().value_or(asleep_max);
  constexpr std::uint32_t enable_and_tickint = 3;
  const bool counts = (*core_->peek_system(syst_csr) & enable_and_tickint) == enable_and_tickint;
  if (counts) cycles = std::min<std::uint64_t>(cycles, *core_->peek_system(syst_cvr));
  return std::max<std::uint64_t>(cycles, 1);
}

bool Lockstep::step() {
  const State before = core_->state();
  const std::size_t faults = core_->faults().size();
  bus_.last.reset();
  Stop stop = core_->run({1, {}});
  if (stop.reason == StopReason::Attention) chip_.take_attention();
  const auto trace = core_->trace();
  if (trace.empty() || core_->state().cycles == before.cycles) {
    // Clocks that changed stop a run before its first instruction.
    return stop.reason == StopReason::Attention && !chip_.take_reset_request();
  }
  const TraceEntry executed = trace.back();
  if (executed.cycles < before.cycles) {
    stop = core_->run({cycles_to_event(), {}});
    give();
    return stop.reason == StopReason::BudgetSpent;
  }
  if (is_it(executed)) {
    // Unicorn takes an IT and its block for one instruction.
    const auto block = 4u - static_cast<unsigned>(std::countr_zero(executed.opcode & 0xF));
    for (unsigned i = 0; i < block; ++i) stop = core_->run({1, {}});
    give();
    return stop.reason == StopReason::BudgetSpent;
  }
  if (is_for_unicorn(before, executed, faults)) {
    execute_there(before);
  } else {
    give();
  }
  const bool goes_on = stop.reason == StopReason::BudgetSpent ||
                       stop.reason == StopReason::Asleep || stop.reason == StopReason::Attention;
  return goes_on && difference_.empty();
}

void Lockstep::execute_there(const State& before) {
  const uc_err error = uc_emu_start(engine_, before.r[pc] | 1, 0xFFFFFFF0, 0, 1);
  if (!difference_.empty()) return;
  if (error != UC_ERR_OK) {
    difference_ = hex(before.r[pc]) + ": Unicorn says " + uc_strerror(error);
    return;
  }
  compare(before);
  ++compared_;
  if (compared_ % memory_compared_every == 0) compare_memory();
}

void Lockstep::compare(const State& before) {
  const State& ours = core_->state();
  const auto look = [&](const std::string& name, std::uint32_t our, std::uint32_t their) {
    if (our == their || !difference_.empty()) return;
    difference_ =
        hex(before.r[pc]) + ": " + name + " is " + hex(our) + ", in Unicorn " + hex(their);
  };
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 16; ++i) {
    check(uc_reg_read(engine_, registers[i], &value));
    look("r" + std::to_string(i), ours.r[i], i == pc ? value & ~1u : value);
  }
  check(uc_reg_read(engine_, UC_ARM_REG_XPSR, &value));
  look("xPSR", xpsr(ours) & ~ipsr_bits, value & ~ipsr_bits);
  if (!ours.fpca) return;
  check(uc_reg_read(engine_, UC_ARM_REG_FPSCR, &value));
  look("FPSCR", ours.fpscr, value);
  for (unsigned i = 0; i < 32; ++i) {
    check(uc_reg_read(engine_, UC_ARM_REG_S0 + static_cast<int>(i), &value));
    look("s" + std::to_string(i), ours.s[i], value);
  }
}

void Lockstep::compare_memory() {
  for (const stm32::MemorySpec& it : chip_.spec().memories) {
    const auto view = chip_.find_memory(it.base);
    if (!view || view->writable == nullptr) continue;
    std::vector<std::uint8_t> theirs(it.size);
    check(uc_mem_read(engine_, it.base, theirs.data(), theirs.size()));
    for (std::size_t i = 0; i < theirs.size() && difference_.empty(); ++i) {
      if (theirs[i] == view->content[i]) continue;
      difference_ = it.name + " differs at " + hex(it.base + static_cast<std::uint32_t>(i));
    }
  }
}

std::uint64_t Lockstep::answer_read(std::uint32_t address) {
  if (!bus_.last || bus_.last->is_write || bus_.last->address != address) {
    difference_ = "Unicorn reads " + hex(address) + ", this core does not";
    return 0;
  }
  return bus_.last->value;
}

void Lockstep::check_write(std::uint32_t address, std::uint32_t value) {
  if (bus_.last && bus_.last->is_write && bus_.last->address == address &&
      bus_.last->value == value) {
    return;
  }
  difference_ = "Unicorn writes " + hex(value) + " to " + hex(address) + ", this core does not";
}

std::uint64_t Lockstep::on_read(uc_engine*, std::uint64_t offset, unsigned, void* self) {
  return static_cast<Lockstep*>(self)->answer_read(peripherals +
                                                   static_cast<std::uint32_t>(offset));
}

void Lockstep::on_write(uc_engine*, std::uint64_t offset, unsigned size, std::uint64_t value,
                        void* self) {
  const std::uint64_t mask = size == 4 ? UINT32_MAX : (1ull << 8 * size) - 1;
  static_cast<Lockstep*>(self)->check_write(peripherals + static_cast<std::uint32_t>(offset),
                                            static_cast<std::uint32_t>(value & mask));
}

std::uint64_t Lockstep::on_system_read(uc_engine*, std::uint64_t offset, unsigned, void* self) {
  const std::uint32_t address = system_space + static_cast<std::uint32_t>(offset);
  const std::uint32_t word =
      static_cast<Lockstep*>(self)->core_->peek_system(address & ~3u).value_or(0);
  return word >> 8 * (address & 3);
}

void Lockstep::run(std::uint64_t count) {
  while (compared_ < count && given_ < given_max && step()) {
  }
  compare_memory();
}

}  // namespace dfurig::cpu
