// Expectations from DDI 0403E §A7.7, the pseudo-code of each instruction.
#include "cpu/rig.h"

namespace dfurig::cpu {
namespace {

TEST(Control16, Conditions) {
  check_all({
      {"beq . + 20", {0xD008}, "f=Z", "pc=8000114"},
      {"beq . + 20", {0xD008}, "f=", ""},
      {"bne . + 20", {0xD108}, "f=", "pc=8000114"},
      {"bne . + 20", {0xD108}, "f=Z", ""},
      {"bcs . + 20", {0xD208}, "f=C", "pc=8000114"},
      {"bcs . + 20", {0xD208}, "f=", ""},
      {"bcc . + 20", {0xD308}, "f=", "pc=8000114"},
      {"bcc . + 20", {0xD308}, "f=C", ""},
      {"bmi . + 20", {0xD408}, "f=N", "pc=8000114"},
      {"bmi . + 20", {0xD408}, "f=", ""},
      {"bpl . + 20", {0xD508}, "f=", "pc=8000114"},
      {"bpl . + 20", {0xD508}, "f=N", ""},
      {"bvs . + 20", {0xD608}, "f=V", "pc=8000114"},
      {"bvs . + 20", {0xD608}, "f=", ""},
      {"bvc . + 20", {0xD708}, "f=", "pc=8000114"},
      {"bvc . + 20", {0xD708}, "f=V", ""},
      {"bhi . + 20", {0xD808}, "f=C", "pc=8000114"},
      {"bhi . + 20", {0xD808}, "f=CZ", ""},
      {"bls . + 20", {0xD908}, "f=CZ", "pc=8000114"},
      {"bls . + 20", {0xD908}, "f=C", ""},
      {"bls . + 20", {0xD908}, "f=", "pc=8000114"},
      {"bge . + 20", {0xDA08}, "f=NV", "pc=8000114"},
      {"bge . + 20", {0xDA08}, "f=N", ""},
      {"blt . + 20", {0xDB08}, "f=V", "pc=8000114"},
      {"blt . + 20", {0xDB08}, "f=", ""},
      {"bgt . + 20", {0xDC08}, "f=NV", "pc=8000114"},
      {"bgt . + 20", {0xDC08}, "f=NVZ", ""},
      {"ble . + 20", {0xDD08}, "f=NVZ", "pc=8000114"},
      {"ble . + 20", {0xDD08}, "f=", ""},
      {"ble . + 20", {0xDD08}, "f=N", "pc=8000114"},
  });
}

TEST(Control16, Branches) {
  check_all({
      {"b . - 100", {0xE7CC}, "", "pc=800009c"},
      {"b . + 0x700", {0xE37E}, "", "pc=8000800"},
      {"bx r3", {0x4718}, "r3=8000151", "pc=8000150"},
      {"blx r3", {0x4798}, "r3=8000151", "pc=8000150 lr=8000103"},
      {"blx lr", {0x47F0}, "lr=8000151", "pc=8000150 lr=8000103"},
      {"cbz r3, . + 20", {0xB143}, "r3=0 f=N", "pc=8000114"},
      {"cbz r3, . + 20", {0xB143}, "r3=1", ""},
      {"cbnz r3, . + 126", {0xBBEB}, "r3=1", "pc=800017e"},
      {"cbnz r3, . + 20", {0xB943}, "r3=0 f=C", ""},
  });
}

TEST(Control16, ItSetsItsState) {
  check_all({
      {"it eq", {0xBF08}, "", "it=8"},
      {"itete ne", {0xBF15}, "", "it=15"},
      {"nop", {0xBF00}, "it=15", "it=a"},
      {"nop", {0xBF00}, "it=8", "it=0"},
  });
}

TEST(Control16, HintsAndMasks) {
  check_all({
      {"nop", {0xBF00}, "f=N", ""},
      {"yield", {0xBF10}, "", ""},
      {"a hint that is not given out", {0xBF50}, "", ""},
  });
}

TEST(Control16, Undefined) {
  check_all({
      {"udf #0", {0xDE00}, "", "!UNDEFINSTR"},
      {"between REV16 and REVSH", {0xBA80}, "", "!UNDEFINSTR"},
      {"no encoding", {0xB880}, "", "!UNDEFINSTR"},
  });
}

TEST(Control16, ACortexM0HasNoItAndNoCbz) {
  check_all(
      {
          {"beq . + 20", {0xD008}, "f=Z", "pc=8000114"},
          {"blx r3", {0x4798}, "r3=8000151", "pc=8000150 lr=8000103"},
          {"cbz r3", {0xB103}, "r3=0", "!UNDEFINSTR"},
          {"cbnz r3", {0xB903}, "r3=0", "!UNDEFINSTR"},
          {"it eq", {0xBF08}, "", "!UNDEFINSTR"},
          {"nop", {0x46C0}, "", ""},
      },
      cortex_m0plus());
}

TEST(Control16, CpsChangesTheMasks) {
  // cpsid i, cpsid f, cpsie i, cpsie f
  Rig rig(cortex_m4f(), {0xB672, 0xB671, 0xB662, 0xB661});
  const std::vector<std::pair<bool, bool>> expected = {
      {true, false}, {true, true}, {false, true}, {false, false}};
  for (const auto& [primask, faultmask] : expected) {
    rig.run(1);
    EXPECT_EQ(rig.state().primask, primask);
    EXPECT_EQ(rig.state().faultmask, faultmask);
  }
}

TEST(Control16, UnprivilegedCpsDoesNothing) {
  Rig rig(cortex_m4f(), {0xB672});
  rig.state().npriv = true;
  rig.run(1);
  EXPECT_FALSE(rig.state().primask);
}

TEST(Control16, ACortexM0HasNoFaultmask) {
  Rig rig(cortex_m0plus(), {0xB673});
  rig.run(1);
  EXPECT_TRUE(rig.state().primask);
  EXPECT_FALSE(rig.state().faultmask);
}

TEST(Control16, SvcReturnsBehindItself) {
  Rig rig(cortex_m4f(), {0xDF05});
  rig.run(1);
  EXPECT_EQ(rig.state().ipsr, SvCall);
  EXPECT_EQ(rig.state().r[pc], handler);
  EXPECT_EQ(rig.bus.word(rig.state().r[sp] + 24), code_start + 2);
}

TEST(Control16, BkptStopsInFrontOfItself) {
  for (const HalfWords& code : {HalfWords{0xBE00}, HalfWords{0xBF08, 0xBE00}}) {
    Rig rig(cortex_m4f(), code);
    const Stop stop = rig.run(10);
    EXPECT_EQ(stop.reason, StopReason::Breakpoint);
    EXPECT_EQ(stop.pc, code_start + 2 * (code.size() - 1));
    EXPECT_EQ(rig.state().r[pc], stop.pc);
    EXPECT_EQ(rig.state().it, code.size() == 1 ? 0 : 8);  // EQ fails, BKPT is unconditional
    EXPECT_EQ(rig.run(10), stop);
  }
}

}  // namespace
}  // namespace dfurig::cpu
