// Random instructions on this project's core and on Unicorn, one at a time, from the same state.
// differential CORE COUNT SEED: prints what differed, by opcode; exit status 1 when a difference is
// not in the list of those that are explained.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <random>
#include <string>

#include "cpu/encodings.h"
#include "cpu/floating_point.h"
#include "cpu/floating_point_values.h"
#include "cpu/test_bus.h"
#include "oracle/explained.h"
#include "oracle/unicorn_oracle.h"

namespace dfurig::cpu {
namespace {

constexpr std::uint16_t branch_to_itself = 0xE7FE;
constexpr std::uint32_t code = TestBus::flash_base + 0x800;

/// 32 bits at a time, the same on every machine.
class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  std::uint32_t operator()() { return static_cast<std::uint32_t>(engine_()); }

 private:
  std::mt19937 engine_;
};

struct Candidate {
  std::uint32_t opcode;
  bool is_long;
};

/// Half of the 32-bit opcodes are near an encoding of the tables, half are anything.
class Opcodes {
 public:
  Opcodes(const CoreSpec& spec, Random& random) : random_(random) {
    add({data_processing_immediate(), data_processing_register(), multiply(), dsp(), load_store(),
         load_store_multiple(), control_32()});
    if (spec.floating_point == FloatingPoint::None) return;
    add({floating_point_arithmetic(), floating_point_conversion(), floating_point_transfer()});
    if (spec.floating_point != FloatingPoint::FpV4Sp) add({floating_point_v5()});
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
  void add(std::initializer_list<std::span<const Encoding>> tables) {
    for (const auto table : tables) rows_.insert(rows_.end(), table.begin(), table.end());
  }

  Random& random_;
  std::vector<Encoding> rows_;
};

/// A single precision number: anything, near 1, small or denormal, special, or an integer's bits.
std::uint32_t random_number(Random& random) {
  const std::uint32_t bits = random();
  constexpr std::uint32_t special[] = {0x00000000, 0x7F800000, 0x7FC00000, 0x7F800001, 0x00000001,
                                       0x00800000, 0x7F7FFFFF, 0x3F800000, 0x4F000000, 0x47800000};
  switch (random() % 6) {
    case 0:
      return bits;
    case 1:
      return (bits & 0x80FFFFFF) | 0x3F000000;
    case 2:
      return bits & 0x81FFFFFF;
    case 3:
      return (bits & 0x80000003) ^ special[random() % std::size(special)];
    case 4:
      return (bits & 0x87FFFFFF) | 0x40000000;
    default:
      return bits & 0x8003FFFF;
  }
}

State random_state(Random& random, const CoreSpec& spec) {
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
  if (spec.architecture == Architecture::ArmV7EM)
    state.ge = static_cast<std::uint8_t>(flags >> 8 & 0xF);
  if (spec.floating_point == FloatingPoint::None) return state;
  for (std::uint32_t& it : state.s) it = random_number(random);
  state.fpscr = random() & fpscr::writable;
  if (random() % 2 == 0) state.fpscr &= ~(fpscr::fz | fpscr::dn | fpscr::ahp);
  state.fpca = true;
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
  for (unsigned i = 0; i < 32; ++i) add("s", i, before.s[i], ours.s[i], theirs.s[i]);
  add("fpscr", 0, before.fpscr, ours.fpscr, theirs.fpscr);
  return text;
}

class Comparison {
 public:
  Comparison(const CoreSpec& spec, int model, unsigned seed)
      : spec_(spec),
        random_(seed),
        opcodes_(spec_, random_),
        core_(make_core(spec, bus_)),
        model_(model) {
    bus_.is_flash_writable = true;
    bus_.boots_from_flash = false;
    bus_.flash.assign(bus_.flash.size(), 0);
    for (std::uint8_t& byte : bus_.ram) byte = static_cast<std::uint8_t>(random_());
    bus_.put_word(TestBus::flash_base, TestBus::ram_base + 0x800);
    bus_.put_word(TestBus::flash_base + 4, code | 1);
  }

  void run(unsigned count) {
    // Unicorn 2.0.1 crashes when it has translated too much.
    constexpr unsigned engine_lifetime = 20'000;
    for (unsigned i = 0; i < count; ++i) {
      if (i % engine_lifetime == 0) oracle_ = std::make_unique<UnicornOracle>(model_, bus_);
      try_one();
    }
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
    std::vector<std::uint16_t> half_words = {static_cast<std::uint16_t>(candidate.opcode)};
    if (candidate.is_long) {
      half_words.insert(half_words.begin(), static_cast<std::uint16_t>(candidate.opcode >> 16));
    }
    try_code(half_words, candidate, 1);
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

  void try_code(std::vector<std::uint16_t> half_words, const Candidate& candidate, unsigned count) {
    // Unicorn translates up to the next branch.
    half_words.push_back(branch_to_itself);
    bus_.put(code, half_words);
    core_->reset(TestBus::flash_base);
    core_->poke_system(0xE000ED88, 0x00F00000);  // CPACR
    const State before = random_state(random_, spec_);
    const std::vector<std::uint8_t> ram_before = bus_.ram;
    const std::vector<std::uint8_t> flash_before = bus_.flash;
    core_->state() = before;
    oracle_->set(before);
    bus_.pc_seen = 0;
    const std::size_t faults = core_->faults().size();
    const Stop stop = core_->run({count, {}});
    const bool is_ours = core_->faults().size() == faults &&
                         stop.reason != StopReason::Breakpoint &&
                         !core_->state().is_handler_mode() && core_->state().t;
    const bool is_theirs = oracle_->step(code, &bus_.flash[code - TestBus::flash_base],
                                         static_cast<unsigned>(2 * half_words.size()));
    State theirs = before;
    std::vector<std::uint8_t> ram = ram_before;
    if (is_theirs) oracle_->get(theirs, ram);
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
                         ours.r == theirs.r && xpsr(ours) == xpsr(theirs) && ours.s == theirs.s &&
                         ours.fpscr == theirs.fpscr;
    if (is_same) return;
    const std::string why = explain({candidate.opcode, candidate.is_long, spec_, before, ours,
                                     theirs, is_ours, is_theirs, has_other_ram, bus_.pc_seen != 0});
    if (!why.empty()) {
      ++explained_[why];
      return;
    }
    if (unexplained_.size() >= 40) return;
    char head[96];
    std::snprintf(head, sizeof head, "%0*x ours %s, Unicorn %s%s", candidate.is_long ? 8 : 4,
                  candidate.opcode, is_ours ? "executed" : "refused",
                  is_theirs ? "executed" : oracle_->why(), has_other_ram ? ", memory differs" : "");
    const bool is_both = is_ours && is_theirs;
    unexplained_.push_back(
        head + (is_both ? differences(before, ours, theirs) : differences(before, ours, before)));
  }

  const CoreSpec spec_;
  Random random_;
  TestBus bus_;
  Opcodes opcodes_;
  std::unique_ptr<Core> core_;
  int model_;
  std::unique_ptr<UnicornOracle> oracle_;
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
  // Unicorn has no bit-band.
  const auto without_bit_band = [](CoreSpec spec) {
    spec.has_bit_band = false;
    return spec;
  };
  const Known cores[] = {{"m0plus", cortex_m0plus(), UC_CPU_ARM_CORTEX_M0},
                         {"m3", without_bit_band(cortex_m3()), UC_CPU_ARM_CORTEX_M3},
                         {"m4f", without_bit_band(cortex_m4f()), UC_CPU_ARM_CORTEX_M4},
                         {"m7", cortex_m7(), UC_CPU_ARM_CORTEX_M7}};
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
