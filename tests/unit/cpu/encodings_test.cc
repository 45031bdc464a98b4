// Any half-words may be executed: what they do is bounded, and undefined ones say so.
#include "cpu/encodings.h"

#include <random>

#include "cpu/rig.h"

namespace dfurig::cpu {
namespace {

// DDI 0403E §A5.1: 0b11101, 0b11110 and 0b11111 begin 32-bit instructions.
TEST(Encodings, TheFirstHalfTellsTheLength) {
  EXPECT_FALSE(is_first_of_two(0xE7FF));
  EXPECT_TRUE(is_first_of_two(0xE800));
  EXPECT_TRUE(is_first_of_two(0xF000));
  EXPECT_TRUE(is_first_of_two(0xFFFF));
}

TEST(Encodings, EveryOpcodeHasSomethingThatExecutesIt) {
  for (const CoreSpec& it : {cortex_m0plus(), cortex_m3(), cortex_m4f(), cortex_m7()}) {
    for (std::uint32_t half = 0; half < 0xE800; ++half) {
      ASSERT_NE(find_execute(half, false, it), nullptr) << half;
    }
  }
}

// DDI 0419C §A5.3: all 32-bit instructions that ARMv6-M has.
TEST(Encodings, ACortexM0KnowsSevenLongInstructions) {
  const Execute undefined = find_execute(0xDE00, false, cortex_m0plus());
  const auto is_known = [&](std::uint32_t opcode) {
    return find_execute(opcode, true, cortex_m0plus()) != undefined;
  };
  for (const std::uint32_t opcode :
       {0xF000D000u, 0xF3808808u, 0xF3EF8008u, 0xF3BF8F4Fu, 0xF3BF8F5Fu, 0xF3BF8F6Fu}) {
    EXPECT_TRUE(is_known(opcode)) << std::hex << opcode;
  }
  std::mt19937 random(1);
  for (unsigned i = 0; i < 100'000; ++i) {
    const auto opcode = static_cast<std::uint32_t>(0xE8000000 + random() % 0x18000000);
    const bool is_branch_or_control = opcode >> 27 == 0x1E && (opcode >> 15 & 1) != 0;
    ASSERT_FALSE(!is_branch_or_control && is_known(opcode)) << std::hex << opcode;
  }
}

/// Random code in RAM from random registers: the sanitizers and the limits of a run judge.
void execute_anything(const CoreSpec& spec, unsigned seed, unsigned rounds) {
  std::mt19937 random(seed);
  Rig rig(spec);
  // Values that reach memory and registers more often than chance would.
  const std::uint32_t bases[] = {TestBus::ram_base,
                                 TestBus::flash_base,
                                 TestBus::peripheral_base,
                                 0xE000E000,
                                 0xE000ED00,
                                 0x22000000,
                                 0xFFFFFF00,
                                 0};
  for (unsigned round = 0; round < rounds; ++round) {
    for (std::uint8_t& byte : rig.bus.ram) byte = static_cast<std::uint8_t>(random());
    rig.core->reset(TestBus::flash_base);
    rig.core->keep_trace(round % 8 == 0 ? 4 : 0);
    for (unsigned i = 0; i < 15; ++i) {
      rig.state().r[i] = static_cast<std::uint32_t>(bases[random() % 8] + random() % 0x1000);
    }
    rig.state().r[sp] &= ~3u;
    rig.state().r[pc] = static_cast<std::uint32_t>(TestBus::ram_base + random() % 0xFFF) & ~1u;
    rig.state().npriv = round % 5 == 0;
    const std::uint64_t before = rig.state().cycles;
    rig.run(100);
    ASSERT_LE(rig.state().cycles, before + 101);
    ASSERT_EQ(rig.state().r[pc] & 1, 0u);
  }
}

TEST(Encodings, RandomCodeIsHarmlessOnACortexM0) {
  execute_anything(cortex_m0plus(), 1, 2000);
}
TEST(Encodings, RandomCodeIsHarmlessOnACortexM3) {
  execute_anything(cortex_m3(), 2, 2000);
}
TEST(Encodings, RandomCodeIsHarmlessOnACortexM4) {
  execute_anything(cortex_m4f(), 3, 2000);
}

// Every 16-bit one, and 32-bit ones at random: few are lost behind a fault of another.
TEST(Encodings, SingleInstructionsTripNothing) {
  std::mt19937 random(4);
  Rig rig;
  for (unsigned i = 0; i < 300'000; ++i) {
    const auto first = static_cast<std::uint16_t>(i < 0x10000 ? i : 0xE800 + random() % 0x1800);
    rig.bus.put(TestBus::ram_base, {first, static_cast<std::uint16_t>(random())});
    if (i % 64 == 0) rig.core->reset(TestBus::flash_base);
    State& state = rig.state();
    for (unsigned r = 0; r < 13; ++r) state.r[r] = static_cast<std::uint32_t>(random());
    for (unsigned r = 0; r < 8; ++r) state.r[random() % 13] = TestBus::ram_base + random() % 0x1000;
    state.r[pc] = TestBus::ram_base;
    state.it = 0;
    rig.run(1 + i % 4);
  }
}

}  // namespace
}  // namespace dfurig::cpu
