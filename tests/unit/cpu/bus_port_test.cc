// Loads and stores past memory: registers, alignment, bit-banding, and the time they are seen at.
#include "cpu/rig.h"

namespace dfurig::cpu {
namespace {

constexpr std::uint16_t nop = 0xBF00, ldr_r2_r3 = 0x681A, str_r2_r3 = 0x601A;
constexpr std::uint32_t ccr = 0xE000ED14;

CoreSpec cortex_m7() {
  CoreSpec spec = cortex_m4f();
  spec.name = "Cortex-M7";
  spec.has_bit_band = false;
  return spec;
}

std::uint32_t load(Rig& rig, std::uint32_t address) {
  rig.state().r[pc] = code_start;
  rig.state().r[3] = address;
  rig.run(1);
  return rig.state().r[2];
}

void store(Rig& rig, std::uint32_t address, std::uint32_t value) {
  rig.state().r[pc] = code_start;
  rig.state().r[3] = address;
  rig.state().r[2] = value;
  rig.run(1);
}

TEST(BusPort, ARegisterIsAccessedInItsCycleByItsInstruction) {
  Rig rig(cortex_m4f(), {nop, nop, nop, ldr_r2_r3, str_r2_r3});
  rig.state().r[3] = TestBus::peripheral_base;
  rig.run(4);
  EXPECT_GE(rig.bus.accessed_at, 3u);
  EXPECT_LE(rig.bus.accessed_at, 4u);
  EXPECT_EQ(rig.bus.pc_seen, code_start + 6);
  const std::uint64_t before = rig.bus.accessed_at;
  rig.run(1);
  EXPECT_EQ(rig.bus.accessed_at, before + 1);
  EXPECT_EQ(rig.bus.pc_seen, code_start + 8);
}

TEST(BusPort, PartsOfARegister) {
  // ldrb r2, [r3, #1]; ldrh r2, [r3, #2]
  Rig rig(cortex_m4f(), {0x785A, 0x885A});
  rig.bus.registers[TestBus::peripheral_base] = 0x11223344;
  rig.state().r[3] = TestBus::peripheral_base;
  rig.run(1);
  EXPECT_EQ(rig.state().r[2], 0x33u);
  rig.run(1);
  EXPECT_EQ(rig.state().r[2], 0x1122u);
}

// DDI 0403E §B3.2.8: CCR.UNALIGN_TRP; halves and words, but never bytes.
TEST(BusPort, UnalignedAccessesTrapWhenAskedTo) {
  Rig rig(cortex_m4f(), {ldr_r2_r3});
  rig.bus.put_word(TestBus::ram_base, 0x44332211);
  rig.bus.put_word(TestBus::ram_base + 4, 0x88776655);
  EXPECT_EQ(load(rig, TestBus::ram_base + 1), 0x55443322u);
  ASSERT_TRUE(rig.core->poke_system(ccr, 0x208));
  EXPECT_EQ(load(rig, TestBus::ram_base), 0x44332211u);
  EXPECT_EQ(rig.fault(), "");
  load(rig, TestBus::ram_base + 1);
  EXPECT_EQ(rig.fault(), "UNALIGNED");
}

// A word of an alias region is one bit of the region below.
TEST(BusPort, BitBandAliasesOfRam) {
  Rig loads(cortex_m3(), {ldr_r2_r3});
  loads.bus.put_word(TestBus::ram_base + 4, 0x80000002);
  EXPECT_EQ(load(loads, 0x22000000 + 4 * 32 + 1 * 4), 1u);
  EXPECT_EQ(load(loads, 0x22000000 + 4 * 32 + 2 * 4), 0u);
  EXPECT_EQ(load(loads, 0x22000000 + 4 * 32 + 31 * 4), 1u);
  EXPECT_EQ(load(loads, 0x22000000 + 7 * 32 + 7 * 4), 1u);
  Rig stores(cortex_m3(), {str_r2_r3});
  stores.bus.put_word(TestBus::ram_base + 4, 0x80000002);
  store(stores, 0x22000000 + 4 * 32 + 8 * 4, 0xFFFFFFFF);
  EXPECT_EQ(stores.bus.word(TestBus::ram_base + 4), 0x80000102u);
  store(stores, 0x22000000 + 4 * 32 + 31 * 4, 0xFFFFFFFE);
  EXPECT_EQ(stores.bus.word(TestBus::ram_base + 4), 0x102u);
  EXPECT_EQ(stores.fault(), "");
}

TEST(BusPort, BitBandAliasesOfPeripherals) {
  Rig rig(cortex_m4f(), {str_r2_r3});
  rig.bus.registers[TestBus::peripheral_base + 0x14] = 0x10;
  store(rig, 0x42000000 + 0x14 * 32 + 5 * 4, 1);
  EXPECT_EQ(rig.bus.registers[TestBus::peripheral_base + 0x14], 0x30u);
  store(rig, 0x42000000 + 0x14 * 32 + 4 * 4, 0);
  EXPECT_EQ(rig.bus.registers[TestBus::peripheral_base + 0x14], 0x20u);
}

TEST(BusPort, WithoutBitBandNothingIsThere) {
  for (const CoreSpec& spec : {cortex_m0plus(), cortex_m7()}) {
    Rig rig(spec, {ldr_r2_r3});
    load(rig, 0x22000000);
    EXPECT_EQ(rig.fault(), "PRECISERR") << spec.name;
    EXPECT_EQ(rig.core->faults().front().fault.address, 0x22000000u);
  }
}

TEST(BusPort, AnAliasOfNothingFaults) {
  Rig rig(cortex_m3(), {str_r2_r3});
  store(rig, 0x22000000 + 0x2000 * 32, 1);
  EXPECT_EQ(rig.fault(), "PRECISERR");
}

TEST(BusPort, MemoryThatMovesIsFoundAgain) {
  Rig rig(cortex_m4f(), {ldr_r2_r3});
  rig.bus.put_word(TestBus::flash_base + 0x400, 0x12345678);
  EXPECT_EQ(load(rig, 0x400), 0x12345678u);
  rig.bus.boots_from_flash = false;
  ++rig.bus.version;
  load(rig, 0x400);
  EXPECT_EQ(rig.fault(), "PRECISERR");
}

TEST(BusPort, MemoriesTakeTurns) {
  Rig rig(cortex_m4f(), {ldr_r2_r3});
  for (std::uint32_t offset = 0; offset < 0x1000; offset += 0x404) {
    rig.bus.put_word(TestBus::ram_base + offset, 0x10000 + offset);
    EXPECT_EQ(load(rig, TestBus::ram_base + offset), 0x10000 + offset);
    EXPECT_EQ(load(rig, TestBus::rom_base + offset % 0x100), 0u);
    EXPECT_EQ(load(rig, TestBus::flash_base), stack_top);
    EXPECT_EQ(load(rig, 0), stack_top);
  }
}

// DDI 0403E §B3.1: the PPB is for privileged code.
TEST(BusPort, UnprivilegedCodeDoesNotReachTheSystemRegisters) {
  Rig rig(cortex_m4f(), {ldr_r2_r3});
  EXPECT_EQ(load(rig, 0xE000ED00), cortex_m4f().cpuid);
  rig.state().npriv = true;
  load(rig, 0xE000ED00);
  EXPECT_EQ(rig.fault(), "PRECISERR");
}

}  // namespace
}  // namespace dfurig::cpu
