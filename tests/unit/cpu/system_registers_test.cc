// Registers at 0xE000E000: what can be written, what reading gives (DDI 0403E §B3.2, DDI 0419).
#include "cpu/system_rig.h"

namespace dfurig::cpu {
namespace {

CoreSpec cortex_m0() {
  CoreSpec spec = cortex_m0plus();
  spec.vtor_mask = 0;
  return spec;
}

TEST(SystemRegisters, ResetValuesAndWritableBits) {
  struct Row {
    std::uint32_t address, reset, after_ones;
  };
  const Row m4f[] = {
      {0xE000E004, 2, 2},                    // ICTR: 96 lines
      {0xE000E010, 0, 7},                    // SYST_CSR
      {0xE000E014, 0, 0x00FFFFFF},           // SYST_RVR
      {0xE000E018, 0, 0},                    // SYST_CVR
      {0xE000E100, 0, 0xFFFFFFFF},           // ISER0
      {0xE000E10C, 0, 0},                    // ISER3: no such lines
      {0xE000E300, 0, 0},                    // IABR0
      {0xE000E400, 0, 0xF0F0F0F0},           // IPR0
      {0xE000E460, 0, 0},                    // IPR24: no such lines
      {0xE000ED00, 0x410FC241, 0x410FC241},  // CPUID
      {0xE000ED08, 0, 0xFFFFFF80},           // VTOR
      {0xE000ED0C, 0xFA050000, 0xFA050000},  // AIRCR, without its key
      {0xE000ED10, 0, 0x16},                 // SCR
      {0xE000ED14, 0x200, 0x0007031B},       // CCR
      {0xE000ED18, 0, 0x00F0F0F0},           // SHPR1: exceptions 4 to 6
      {0xE000ED1C, 0, 0xF0000000},           // SHPR2: SVCall
      {0xE000ED20, 0, 0xF0F000F0},           // SHPR3: DebugMonitor, PendSV, SysTick
      {0xE000ED28, 0, 0},                    // CFSR: 1 clears
      {0xE000ED2C, 0, 0},                    // HFSR
      {0xE000ED34, 0, 0xFFFFFFFF},           // MMFAR
      {0xE000ED38, 0, 0xFFFFFFFF},           // BFAR
      {0xE000ED88, 0, 0x00F00000},           // CPACR
      {0xE000EF34, 0xC0000000, 0xC0000000},  // FPCCR
      {0xE000EF38, 0, 0xFFFFFFF8},           // FPCAR
      {0xE000EF3C, 0, 0x07C00000},           // FPDSCR
  };
  for (const Row& row : m4f) {
    SystemRig rig;
    EXPECT_EQ(rig.read(row.address), row.reset) << std::hex << row.address;
    rig.state.faultmask = true;
    rig.write(row.address, 0xFFFFFFFF);
    EXPECT_EQ(rig.read(row.address), row.after_ones) << std::hex << row.address;
    EXPECT_TRUE(rig.system.not_emulated().empty()) << std::hex << row.address;
  }
}

TEST(SystemRegisters, WhatACoreLacksReadsZeroAndIsCounted) {
  const auto check = [](const CoreSpec& spec, std::uint32_t address) {
    SystemRig rig(spec);
    rig.write(address, 0xFFFFFFFF);
    EXPECT_EQ(rig.read(address), 0u) << spec.name << std::hex << " " << address;
    EXPECT_EQ(rig.system.not_emulated().size(), 2u) << spec.name << std::hex << " " << address;
  };
  // DDI 0419 §B3.2: no fault status, no access control, no cycle counter.
  for (const std::uint32_t address : {0xE000ED28u, 0xE000ED2Cu, 0xE000ED34u, 0xE000ED38u,
                                      0xE000ED88u, 0xE000EF34u, 0xE0001000u, 0xE0001004u}) {
    check(cortex_m0plus(), address);
  }
  for (const std::uint32_t address : {0xE000ED88u, 0xE000EF34u, 0xE000EF38u, 0xE000EF3Cu}) {
    check(cortex_m3(), address);
  }
  check(cortex_m4f(), 0xE000ED90);  // MPU_TYPE
}

TEST(SystemRegisters, NotEmulatedNamesRegisterAndPc) {
  SystemRig rig;
  rig.read(0xE000ED90);
  rig.read(0xE000ED90);
  ASSERT_EQ(rig.system.not_emulated().size(), 1u);
  const auto& [sentence, count] = *rig.system.not_emulated().begin();
  EXPECT_EQ(count, 2u);
  EXPECT_NE(sentence.find("E000ED90"), std::string::npos) << sentence;
  EXPECT_NE(sentence.find("8000"), std::string::npos) << sentence;
}

TEST(SystemRegisters, ArmV6M) {
  SystemRig rig(cortex_m0plus());
  for (const std::uint32_t address : {0xE000ED14u, 0xE000ED18u, 0xE000ED1Cu, 0xE000ED20u,
                                      0xE000E104u, 0xE000E400u, 0xE000E41Cu, 0xE000E420u}) {
    rig.write(address, 0xFFFFFFFF);
  }
  EXPECT_EQ(rig.read(0xE000ED14), 0x208u);  // CCR: read only
  EXPECT_EQ(rig.read(0xE000ED18), 0u);
  EXPECT_EQ(rig.read(0xE000ED1C), 0xC0000000u);
  EXPECT_EQ(rig.read(0xE000ED20), 0xC0C00000u);
  EXPECT_EQ(rig.read(0xE000E104), 0u);
  EXPECT_EQ(rig.read(0xE000E400), 0xC0C0C0C0u);
  EXPECT_EQ(rig.read(0xE000E41C), 0xC0C0C0C0u);
  EXPECT_EQ(rig.read(0xE000E420), 0u);
  EXPECT_EQ(rig.read(0xE000ED04), 0u);  // ICSR without RETTOBASE
  rig.write(0xE000ED0C, 0x05FA0700);
  EXPECT_EQ(rig.read(0xE000ED0C), 0xFA050000u);  // AIRCR without PRIGROUP
  rig.write(0xE000EF00, 3);                      // STIR
  EXPECT_EQ(rig.read(0xE000E200), 0u);
}

TEST(SystemRegisters, VtorIsOfTheCore) {
  SystemRig m0(cortex_m0());
  m0.write(0xE000ED08, 0xFFFFFFFF);
  EXPECT_EQ(m0.read(0xE000ED08), 0u);
  SystemRig m0plus(cortex_m0plus());
  m0plus.write(0xE000ED08, 0xFFFFFFFF);
  EXPECT_EQ(m0plus.read(0xE000ED08), 0xFFFFFF00u);
}

TEST(SystemRegisters, BytesAndHalfWordsOnArmV7MWordsAloneOnArmV6M) {
  SystemRig rig;
  EXPECT_TRUE(rig.system.write(0xE000E402, 1, 0xA0));
  EXPECT_TRUE(rig.system.write(0xE000ED22, 2, 0x5060));
  EXPECT_EQ(rig.read(0xE000E400), 0x00A00000u);
  EXPECT_EQ(rig.read(0xE000ED20), 0x50600000u);
  EXPECT_EQ(rig.system.read(0xE000E402, 1), 0xA0u);
  EXPECT_EQ(rig.system.read(0xE000ED23, 1), 0x50u);
  EXPECT_EQ(rig.system.read(0xE000ED21, 2), std::nullopt);
  SystemRig m0(cortex_m0plus());
  EXPECT_EQ(m0.system.read(0xE000E402, 1), std::nullopt);
  EXPECT_FALSE(m0.system.write(0xE000E402, 1, 0xA0));
  EXPECT_FALSE(m0.system.write(0xE000E400, 2, 0xA0));
}

TEST(SystemRegisters, StatusIsClearedByOnesInTheBytesWritten) {
  SystemRig rig;
  rig.system.poke(0xE000ED28, 0x02008201);
  rig.write(0xE000ED28, 0);
  EXPECT_EQ(rig.read(0xE000ED28), 0x02008201u);
  EXPECT_TRUE(rig.system.write(0xE000ED29, 1, 0xFF));  // BFSR
  EXPECT_EQ(rig.read(0xE000ED28), 0x02000001u);
  EXPECT_TRUE(rig.system.write(0xE000ED2A, 2, 0x0200));  // UFSR
  EXPECT_EQ(rig.read(0xE000ED28), 1u);
}

TEST(SystemRegisters, UnprivilegedCodeReachesNothingButStirIfItMay) {
  SystemRig rig;
  rig.state.npriv = true;
  EXPECT_EQ(rig.system.read(0xE000ED00, 4), std::nullopt);
  EXPECT_FALSE(rig.system.write(0xE000ED10, 4, 4));
  EXPECT_FALSE(rig.system.write(0xE000EF00, 4, 1));
  EXPECT_TRUE(rig.system.poke(0xE000ED14, 0x202));  // USERSETMPEND
  EXPECT_TRUE(rig.system.write(0xE000EF00, 4, 1));
  EXPECT_EQ(rig.system.peek(0xE000E200), 2u);
}

TEST(SystemRegisters, StirPendsOnlyLinesThatAreThere) {
  SystemRig rig;
  rig.write(0xE000EF00, 95);
  EXPECT_EQ(rig.read(0xE000E208), 0x80000000u);
  rig.write(0xE000E288, 0xFFFFFFFF);
  rig.write(0xE000EF00, 96);
  EXPECT_EQ(rig.read(0xE000E208), 0u);
}

TEST(SystemRegisters, InterruptBitsAreSetAndClearedByOnes) {
  for (const std::uint32_t set : {0xE000E100u, 0xE000E200u}) {
    SystemRig rig;
    rig.write(set + 4, 0x00000011);
    rig.write(set + 4, 0x00000100);
    EXPECT_EQ(rig.read(set + 4), 0x111u);
    EXPECT_EQ(rig.read(set + 0x84), 0x111u);
    rig.write(set + 0x84, 0x10);
    EXPECT_EQ(rig.read(set + 4), 0x101u);
  }
}

TEST(SystemRegisters, AircrNeedsItsKey) {
  SystemRig rig;
  for (const std::uint32_t value : {0x00000304u, 0xFA050304u, 0x05FB0304u}) {
    rig.write(0xE000ED0C, value);
    EXPECT_EQ(rig.read(0xE000ED0C), 0xFA050000u) << std::hex << value;
    EXPECT_FALSE(rig.system.is_reset_requested());
  }
  rig.write(0xE000ED0C, 0x05FA0300);
  EXPECT_EQ(rig.read(0xE000ED0C), 0xFA050300u);
  rig.write(0xE000ED0C, 0x05FA0004);
  EXPECT_TRUE(rig.system.is_reset_requested());
}

TEST(SystemRegisters, IcsrPendsAndTells) {
  SystemRig rig;
  rig.state.faultmask = true;
  constexpr std::uint32_t icsr = 0xE000ED04;
  constexpr std::uint32_t rettobase = 1u << 11;
  EXPECT_EQ(rig.read(icsr), rettobase);
  rig.write(icsr, 1u << 28);
  EXPECT_EQ(rig.read(icsr), 1u << 28 | PendSv << 12 | rettobase);
  rig.write(icsr, 1u << 26);
  EXPECT_EQ(rig.read(icsr), 1u << 28 | 1u << 26 | PendSv << 12 | rettobase);
  rig.write(icsr, 1u << 27);
  EXPECT_EQ(rig.read(icsr), 1u << 26 | SysTick << 12 | rettobase);
  rig.write(icsr, 1u << 25);
  rig.raise(4);  // pending, not enabled
  EXPECT_EQ(rig.read(icsr), 1u << 22 | rettobase);
  rig.write(icsr, 1u << 31);
  EXPECT_EQ(rig.read(icsr), 1u << 31 | 1u << 22 | Nmi << 12 | rettobase);
}

TEST(SystemRegisters, ShcsrShowsAndSetsWhatIsActivePendingAndEnabled) {
  SystemRig rig;
  rig.state.faultmask = true;
  rig.write(0xE000ED24, 0x00070000);
  EXPECT_EQ(rig.read(0xE000ED24), 0x00070000u);
  rig.system.pend(SvCall);
  EXPECT_EQ(rig.read(0xE000ED24), 0x00078000u);
  rig.write(0xE000ED24, 0x00000482);
  EXPECT_EQ(rig.read(0xE000ED24), 0x00000482u);
}

TEST(SystemRegisters, CyclesAreCountedWhenTraceAndCounterAreOn) {
  SystemRig rig;
  rig.system.advance(5);
  rig.write(0xE0001000, 1);
  rig.system.advance(5);
  EXPECT_EQ(rig.read(0xE0001004), 0u);
  rig.write(0xE000EDFC, 1u << 24);
  rig.system.advance(5);
  EXPECT_EQ(rig.read(0xE0001004), 5u);
  rig.write(0xE0001004, 0xFFFFFFFF);
  rig.system.advance(2);
  EXPECT_EQ(rig.read(0xE0001004), 1u);
}

TEST(SystemRegisters, WhatIsPeekedCanBePoked) {
  SystemRig rig;
  rig.write(0xE000ED0C, 0x05FA0500);
  rig.enable(5, 0x40);
  rig.write(0xE000ED08, 0x08004000);
  rig.write(0xE000E014, 1000);
  rig.write(0xE000E010, 7);
  rig.system.advance(101);
  SystemRig other;
  for (const std::uint32_t address : {0xE000E010u, 0xE000E014u, 0xE000E018u, 0xE000E100u,
                                      0xE000E404u, 0xE000ED08u, 0xE000ED0Cu, 0xE000ED14u}) {
    ASSERT_TRUE(other.system.poke(address, *rig.system.peek(address)));
    EXPECT_EQ(other.system.peek(address), rig.system.peek(address)) << std::hex << address;
  }
  EXPECT_EQ(other.system.next_event(), rig.system.next_event());
  EXPECT_FALSE(other.system.is_reset_requested());
}

}  // namespace
}  // namespace dfurig::cpu
