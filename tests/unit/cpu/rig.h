// Single instructions on a core: states are written as text, so that tables read like the manual.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "cpu/core.h"
#include "cpu/test_bus.h"

namespace dfurig::cpu {

constexpr std::uint32_t code_start = TestBus::flash_base + 0x100;
constexpr std::uint32_t handler = TestBus::flash_base + 0x200;  ///< of every exception: b .
constexpr std::uint32_t stack_top = TestBus::ram_base + 0x800;

using HalfWords = std::vector<std::uint16_t>;

/// A core behind reset on a TestBus, at code_start.
struct Rig {
  explicit Rig(const CoreSpec& spec = cortex_m4f(), const HalfWords& code = {}) {
    bus.put_word(TestBus::flash_base, stack_top);
    for (unsigned i = 1; i < 16 + 16; ++i) bus.put_word(TestBus::flash_base + 4 * i, handler | 1);
    bus.put_word(TestBus::flash_base + 4, code_start | 1);
    bus.put(handler, {0xE7FE});
    bus.put(code_start, code);
    core = make_core(spec, bus);
    core->reset(TestBus::flash_base);
    core->poke_system(0xE000ED88, 0x00F00000);  // CPACR: the floating-point extension is open
  }
  State& state() { return core->state(); }
  Stop run(std::uint64_t cycles) { return core->run({cycles, {}}); }
  /// The first fault; "" when there was none. Stacking for it may fault as well.
  std::string fault() const {
    return core->faults().empty() ? "" : to_string(core->faults().front().fault.kind);
  }

  TestBus bus;
  std::unique_ptr<Core> core;
};

inline void set_flags(State& state, const std::string& letters) {
  const auto has = [&](char letter) { return letters.find(letter) != std::string::npos; };
  state.n = has('N');
  state.z = has('Z');
  state.c = has('C');
  state.v = has('V');
  state.q = has('Q');
}

/// "r1=8000 sp=20000400 s31=1 fpscr=1 f=NZ ge=c it=08 m20000100=1": registers, the flags that are
/// set, GE, ITSTATE, and words of RAM; all numbers hexadecimal. Words go to or are expected in
/// `bus`.
inline void apply(const std::string& text, State& state, TestBus& bus, bool is_expected) {
  std::istringstream stream(text);
  for (std::string token; stream >> token;) {
    const std::string name = token.substr(0, token.find('='));
    const std::string value = token.substr(token.find('=') + 1);
    if (name == "f") {
      set_flags(state, value);
      continue;
    }
    const auto number = static_cast<std::uint32_t>(std::stoul(value, nullptr, 16));
    if (name == "ge") {
      state.ge = static_cast<std::uint8_t>(number);
    } else if (name == "it") {
      state.it = static_cast<std::uint8_t>(number);
    } else if (name == "fpca") {
      state.fpca = number != 0;
    } else if (name == "fpscr") {
      state.fpscr = number;
    } else if (name[0] == 's' && name != "sp") {
      state.s.at(std::stoul(name.substr(1))) = number;
    } else if (name[0] == 'm') {
      const auto address = static_cast<std::uint32_t>(std::stoul(name.substr(1), nullptr, 16));
      if (!is_expected) bus.put_word(address, number);
      EXPECT_EQ(bus.word(address), number) << name;
    } else {
      const unsigned fixed = name == "sp" ? sp : name == "lr" ? lr : name == "pc" ? pc : 0;
      state.r[fixed != 0 ? fixed : std::stoul(name.substr(1))] = number;
    }
  }
}

inline std::string describe(const State& state) {
  std::ostringstream text;
  text << std::hex;
  for (unsigned i = 0; i < 16; ++i)
    text << "r" << std::dec << i << std::hex << "=" << state.r[i] << " ";
  for (unsigned i = 0; i < 32; ++i) text << (i % 8 == 0 ? "s:" : "") << state.s[i] << " ";
  text << "fpscr=" << state.fpscr << " fpca=" << state.fpca << " other_sp=" << state.other_sp
       << " xpsr=" << xpsr(state) << " primask=" << state.primask << " basepri=" << +state.basepri
       << " spsel=" << state.spsel << " cycles=" << state.cycles;
  return text.str();
}

/// One instruction. What `after` does not name must be as it was, but for PC; "!UNDEFINSTR" is a
/// fault instead.
struct Case {
  const char* what;  ///< assembler
  HalfWords code;
  const char* before;
  const char* after;
};

inline void check(const Case& it, const CoreSpec& spec = cortex_m4f()) {
  SCOPED_TRACE(std::string(it.what) + " from " + it.before);
  Rig rig(spec, it.code);
  State& state = rig.state();
  for (unsigned i = 0; i < 13; ++i) state.r[i] = 0x11111111u * i;
  state.r[lr] = 0xEEEEEEEF;
  apply(it.before, state, rig.bus, false);
  State expected = state;
  rig.run(1);
  if (it.after[0] == '!') {
    EXPECT_EQ(rig.fault(), it.after + 1);
    return;
  }
  expected.r[pc] += static_cast<std::uint32_t>(2 * it.code.size());
  expected.cycles += 1;
  apply(it.after, expected, rig.bus, true);
  EXPECT_EQ(rig.fault(), "");
  EXPECT_EQ(describe(rig.state()), describe(expected));
}

inline void check_all(const std::vector<Case>& cases, const CoreSpec& spec = cortex_m4f()) {
  for (const Case& it : cases) check(it, spec);
}

/// Cases of a core that has used the floating-point extension before, so that FPSCR is its own.
inline void check_all_in_use(const std::vector<Case>& cases, const CoreSpec& spec = cortex_m4f()) {
  for (const Case& it : cases) {
    const std::string before = std::string("fpca=1 ") + it.before;
    check({it.what, it.code, before.c_str(), it.after}, spec);
  }
}

}  // namespace dfurig::cpu
