// Random instructions on this project's core and on Unicorn, one at a time, from the same state.
// differential CORE COUNT SEED: prints what differed, by opcode; exit status 1 when a difference is
// not in the list of those that are explained.
#include <unicorn/unicorn.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <random>
#include <string>

#include "cpu/encodings.h"
#include "cpu/test_bus.h"
#include "oracle/explained.h"

namespace dfurig::cpu {
namespace {

constexpr std::uint32_t code = TestBus::flash_base + 0x800;

struct Candidate {
  std::uint32_t opcode;
  bool is_long;
};

/// Half of the 32-bit opcodes are near an encoding of the tables, half are anything.
class Opcodes {
 public:
  explicit Opcodes(std::mt19937& random) : random_(random) {
    for (const auto table : {data_processing_immediate(), data_processing_register(), multiply(),
                             dsp(), load_store(), load_store_multiple(), control_32()}) {
      rows_.insert(rows_.end(), table.begin(), table.end());
    }
  }
  Candidate next() {
    if (random_() % 3 == 0) {
      std::uint32_t half = random_() & 0xFFFF;
      while (is_first_of_two(half)) half = random_() & 0xFFFF;
      return {half, false};
    }
    if (random_() % 2 == 0) {
      const Encoding& row = rows_[random_() % rows_.size()];
      return {static_cast<std::uint32_t>((random_() & ~row.mask) | row.value), true};
    }
    const std::uint32_t first = 0xE800 + random_() % 0x1800;
    return {static_cast<std::uint32_t>(first << 16 | (random_() & 0xFFFF)), true};
  }

 private:
  std::mt19937& random_;
  std::vector<Encoding> rows_;
};

constexpr int xpsr_register = UC_ARM_REG_XPSR;
constexpr int registers[] = {UC_ARM_REG_R0,  UC_ARM_REG_R1, UC_ARM_REG_R2,  UC_ARM_REG_R3,
                             UC_ARM_REG_R4,  UC_ARM_REG_R5, UC_ARM_REG_R6,  UC_ARM_REG_R7,
                             UC_ARM_REG_R8,  UC_ARM_REG_R9, UC_ARM_REG_R10, UC_ARM_REG_R11,
                             UC_ARM_REG_R12, UC_ARM_REG_SP, UC_ARM_REG_LR,  UC_ARM_REG_PC};

/// The oracle: flash and RAM as TestBus has them.
class Oracle {
 public:
  Oracle(int model, TestBus& bus) : bus_(bus) {
    check(uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &engine_));
    check(uc_ctl_set_cpu_model(engine_, model));
    check(uc_mem_map(engine_, TestBus::flash_base, bus.flash.size(), UC_PROT_ALL));
    check(uc_mem_map(engine_, TestBus::ram_base, bus.ram.size(), UC_PROT_ALL));
    uc_hook hook = 0;
    check(uc_hook_add(engine_, &hook, UC_HOOK_INTR, reinterpret_cast<void*>(on_interrupt), this, 1,
                      0));
    check(uc_hook_add(engine_, &hook, UC_HOOK_CODE, reinterpret_cast<void*>(on_code), this, 1, 0));
  }
  ~Oracle() { uc_close(engine_); }
  Oracle(const Oracle&) = delete;
  Oracle& operator=(const Oracle&) = delete;

  void set(const State& state) {
    for (unsigned i = 0; i < 16; ++i) {
      std::uint32_t value = i == pc ? state.r[pc] | 1 : state.r[i];
      check(uc_reg_write(engine_, registers[i], &value));
    }
    // Unicorn 2.0.1 takes GE by the A profile's name alone.
    std::uint32_t cpsr = 0;
    check(uc_reg_read(engine_, UC_ARM_REG_CPSR, &cpsr));
    cpsr = (cpsr & ~0x000F0000u) | static_cast<std::uint32_t>(state.ge) << 16;
    check(uc_reg_write(engine_, UC_ARM_REG_CPSR, &cpsr));
    std::uint32_t psr = xpsr(state);
    check(uc_reg_write(engine_, xpsr_register, &psr));
    check(uc_mem_write(engine_, TestBus::ram_base, bus_.ram.data(), bus_.ram.size()));
    check(uc_mem_write(engine_, TestBus::flash_base, bus_.flash.data(), bus_.flash.size()));
  }
  /// False: it did not execute the instruction.
  bool step(std::uint32_t address, const std::uint8_t* bytes, unsigned size) {
    check(uc_mem_write(engine_, address, bytes, size));
    check(uc_ctl_remove_cache(engine_, address, address + 8));
    has_interrupt_ = false;
    const uc_err error = uc_emu_start(engine_, address | 1, 0xFFFFFFF0, 0, 1);
    // A branch to where nothing is: the instruction was executed, the next one cannot be fetched.
    error_ = has_interrupt_ ? "refused (interrupt)" : uc_strerror(error);
    const bool is_executed = error == UC_ERR_OK || error == UC_ERR_FETCH_UNMAPPED;
    return is_executed && !has_interrupt_;
  }
  const char* why() const { return error_; }
  void get(State& state, std::vector<std::uint8_t>& ram) {
    for (unsigned i = 0; i < 16; ++i) check(uc_reg_read(engine_, registers[i], &state.r[i]));
    state.r[pc] &= ~1u;
    std::uint32_t psr = 0;
    check(uc_reg_read(engine_, xpsr_register, &psr));
    set_xpsr(state, psr);
    check(uc_mem_read(engine_, TestBus::ram_base, ram.data(), ram.size()));
  }

 private:
  static void check(uc_err error) {
    if (error == UC_ERR_OK) return;
    std::fprintf(stderr, "unicorn: %s\n", uc_strerror(error));
    std::exit(2);
  }
  static void on_interrupt(uc_engine* engine, std::uint32_t, void* self) {
    static_cast<Oracle*>(self)->has_interrupt_ = true;
    uc_emu_stop(engine);
  }
  static void on_code(uc_engine*, std::uint64_t, std::uint32_t, void*) {}

  TestBus& bus_;
  uc_engine* engine_ = nullptr;
  bool has_interrupt_ = false;
  const char* error_ = "";
};

State random_state(std::mt19937& random, const CoreSpec& spec) {
  State state;
  for (unsigned i = 0; i < 15; ++i) {
    const unsigned kind = random() % 10;
    const std::uint32_t in_ram = TestBus::ram_base + 0x400 + random() % 0x800;
    state.r[i] = kind < 5 ? in_ram & ~3u : kind < 6 ? in_ram : kind < 8 ? random() % 64 : random();
  }
  state.r[sp] = (TestBus::ram_base + 0x400 + random() % 0x800) & ~3u;
  state.r[pc] = code;
  const std::uint32_t flags = random();
  state.n = bit(flags, 0);
  state.z = bit(flags, 1);
  state.c = bit(flags, 2);
  state.v = bit(flags, 3);
  if (spec.architecture != Architecture::ArmV6M) state.q = bit(flags, 4);
  if (spec.architecture == Architecture::ArmV7EM) state.ge = flags >> 8 & 0xF;
  return state;
}

/// Registers that are not all the same, before and after.
std::string differences(const State& before, const State& ours, const State& theirs) {
  std::string text;
  char line[96];
  const auto add = [&](const char* name, unsigned number, std::uint32_t a, std::uint32_t b,
                       std::uint32_t c) {
    if (b == c) return;
    std::snprintf(line, sizeof line, "\n  %s%u before %08x ours %08x Unicorn %08x", name, number, a,
                  b, c);
    text += line;
  };
  for (unsigned i = 0; i < 16; ++i) add("r", i, before.r[i], ours.r[i], theirs.r[i]);
  add("xpsr", 0, xpsr(before), xpsr(ours), xpsr(theirs));
  return text;
}

class Comparison {
 public:
  Comparison(const CoreSpec& spec, int model, unsigned seed)
      : spec_(spec),
        random_(seed),
        opcodes_(random_),
        core_(make_core(spec, bus_)),
        oracle_(model, bus_) {
    bus_.is_flash_writable = true;
    bus_.boots_from_flash = false;
    bus_.flash.assign(bus_.flash.size(), 0);
    for (std::uint8_t& byte : bus_.ram) byte = static_cast<std::uint8_t>(random_());
    bus_.put_word(TestBus::flash_base, TestBus::ram_base + 0x800);
    bus_.put_word(TestBus::flash_base + 4, code | 1);
  }

  void run(unsigned count) {
    for (unsigned i = 0; i < count; ++i) try_one();
  }
  int report() const {
    std::printf("%s: %u executed by both, %u by neither, %u IT blocks", spec_.name.c_str(), both_,
                neither_, blocks_);
    for (const auto& [why, number] : explained_) std::printf("\n  %7u  %s", number, why.c_str());
    std::printf("\n");
    for (const std::string& text : unexplained_) std::printf("NOT EXPLAINED %s\n", text.c_str());
    return unexplained_.empty() ? 0 : 1;
  }

 private:
  void try_one() {
    const bool has_it = spec_.architecture != Architecture::ArmV6M;
    if (has_it && random_() % 20 == 0) return try_it_block();
    const Candidate candidate = opcodes_.next();
    const std::uint32_t first = candidate.is_long ? candidate.opcode >> 16 : candidate.opcode;
    try_code({static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(candidate.opcode)},
             candidate, 1);
  }

  /// Up to four data processing instructions after an IT; Unicorn takes them as one step.
  void try_it_block() {
    const std::uint32_t condition = random_() % 14, mask = 1 + random_() % 15;
    const unsigned count = 4 - static_cast<unsigned>(__builtin_ctz(mask));
    std::vector<std::uint16_t> half_words = {
        static_cast<std::uint16_t>(0xBF00 | condition << 4 | mask)};
    for (unsigned i = 0; i < count; ++i) {
      half_words.push_back(static_cast<std::uint16_t>(random_() % 0x4400));
    }
    ++blocks_;
    try_code(half_words, {0, false}, 1 + count);
  }

  void try_code(const std::vector<std::uint16_t>& half_words, const Candidate& candidate,
                unsigned count) {
    bus_.put(code, half_words);
    core_->reset(TestBus::flash_base);
    const State before = random_state(random_, spec_);
    const std::vector<std::uint8_t> ram_before = bus_.ram;
    const std::vector<std::uint8_t> flash_before = bus_.flash;
    core_->state() = before;
    oracle_.set(before);
    const std::size_t faults = core_->faults().size();
    const Stop stop = core_->run({count, {}});
    const bool is_ours = core_->faults().size() == faults &&
                         stop.reason != StopReason::Breakpoint &&
                         !core_->state().is_handler_mode() && core_->state().t;
    const bool is_theirs = oracle_.step(code, &bus_.flash[code - TestBus::flash_base],
                                        static_cast<unsigned>(2 * half_words.size()));
    State theirs = before;
    std::vector<std::uint8_t> ram = ram_before;
    if (is_theirs) oracle_.get(theirs, ram);
    if (is_ours && is_theirs && theirs.t) {
      ++both_;
    } else if (!is_ours && (!is_theirs || !theirs.t)) {
      ++neither_;
      bus_.ram = ram_before;
      return;
    }
    compare(candidate, before, is_ours, is_theirs, theirs, ram != bus_.ram);
    bus_.ram = ram_before;
  }

  void compare(const Candidate& candidate, const State& before, bool is_ours, bool is_theirs,
               const State& theirs, bool has_other_ram) {
    State ours = core_->state();
    const bool is_same = is_ours == (is_theirs && theirs.t) && !has_other_ram &&
                         ours.r == theirs.r && xpsr(ours) == xpsr(theirs);
    if (is_same) return;
    const std::string why = explain({candidate.opcode, candidate.is_long, spec_, before, ours,
                                     theirs, is_ours, is_theirs, has_other_ram});
    if (!why.empty()) {
      ++explained_[why];
      return;
    }
    if (unexplained_.size() >= 40) return;
    char head[96];
    std::snprintf(head, sizeof head, "%0*x ours %s, Unicorn %s%s", candidate.is_long ? 8 : 4,
                  candidate.opcode, is_ours ? "executed" : "refused",
                  is_theirs ? "executed" : oracle_.why(), has_other_ram ? ", memory differs" : "");
    const bool is_both = is_ours && is_theirs;
    unexplained_.push_back(
        head + (is_both ? differences(before, ours, theirs) : differences(before, ours, before)));
  }

  const CoreSpec spec_;
  std::mt19937 random_;
  TestBus bus_;
  Opcodes opcodes_;
  std::unique_ptr<Core> core_;
  Oracle oracle_;
  unsigned both_ = 0, neither_ = 0, blocks_ = 0;
  std::map<std::string, unsigned> explained_;
  std::vector<std::string> unexplained_;
};

int compare(const std::string& name, unsigned count, unsigned seed) {
  struct Known {
    const char* name;
    CoreSpec spec;
    int model;
  };
  CoreSpec m7 = cortex_m4f();
  m7.name = "Cortex-M7";
  m7.has_bit_band = false;
  const Known cores[] = {{"m0plus", cortex_m0plus(), UC_CPU_ARM_CORTEX_M0},
                         {"m3", cortex_m3(), UC_CPU_ARM_CORTEX_M3},
                         {"m4f", cortex_m4f(), UC_CPU_ARM_CORTEX_M4},
                         {"m7", m7, UC_CPU_ARM_CORTEX_M7}};
  for (const Known& it : cores) {
    if (name != it.name) continue;
    Comparison comparison(it.spec, it.model, seed);
    comparison.run(count);
    return comparison.report();
  }
  return 2;
}

}  // namespace
}  // namespace dfurig::cpu

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  return dfurig::cpu::compare(argv[1], static_cast<unsigned>(std::atoi(argv[2])),
                              static_cast<unsigned>(std::atoi(argv[3])));
}
