// Expectations from DDI 0403E §A7.7, the pseudo-code of each instruction.
// r3 points into RAM, where m20000100 is a word.
#include "cpu/rig.h"

namespace dfurig::cpu {
namespace {

TEST(LoadStore32, Offsets) {
  check_all({
      {"ldr.w r2, [r3, #0xf00]", {0xF8D3, 0x2F00}, "r3=1ffff200 m20000100=87654321", "r2=87654321"},
      {"ldr.w r2, [r3, #-4]", {0xF853, 0x2C04}, "r3=20000104 m20000100=87654321", "r2=87654321"},
      {"ldr.w r2, [r3, r4, lsl #3]",
       {0xF853, 0x2034},
       "r3=200000c0 r4=8 m20000100=87654321",
       "r2=87654321"},
      {"ldr.w r2, [pc, #-4]", {0xF85F, 0x2004}, "", "r2=2004f85f"},
      {"ldrb.w r2, [r3, #3]", {0xF893, 0x2003}, "r3=20000100 m20000100=87654321", "r2=87"},
      {"ldrb.w r2, [r3, #-1]", {0xF813, 0x2C01}, "r3=20000104 m20000100=87654321", "r2=87"},
      {"ldrh.w r2, [r3, r4, lsl #1]",
       {0xF833, 0x2014},
       "r3=20000100 r4=1 m20000100=87654321",
       "r2=8765"},
      {"ldrsb.w r2, [r3, #2]", {0xF993, 0x2002}, "r3=20000100 m20000100=87f54321", "r2=fffffff5"},
      {"ldrsb.w r2, [r3, r4]",
       {0xF913, 0x2004},
       "r3=20000100 r4=3 m20000100=87f54321",
       "r2=ffffff87"},
      {"ldrsh.w r2, [r3, #-2]", {0xF933, 0x2C02}, "r3=20000104 m20000100=87654321", "r2=ffff8765"},
      {"ldrsh.w r2, [r3, #2]", {0xF9B3, 0x2002}, "r3=20000100 m20000100=77654321", "r2=7765"},
      {"str.w r2, [r3, #0xf00]", {0xF8C3, 0x2F00}, "r3=1ffff200 r2=1", "m20000100=1"},
      {"str.w r2, [r3, #-4]", {0xF843, 0x2C04}, "r3=20000104 r2=1", "m20000100=1"},
      {"str.w r2, [r3, r4, lsl #2]", {0xF843, 0x2024}, "r3=200000c0 r4=10 r2=1", "m20000100=1"},
      {"strb.w r2, [r3, #3]", {0xF883, 0x2003}, "r3=20000100 r2=1ab", "m20000100=ab000000"},
      {"strh.w r2, [r3, r4, lsl #1]",
       {0xF823, 0x2014},
       "r3=20000100 r4=1 r2=1abcd",
       "m20000100=abcd0000"},
      {"ldrt r2, [r3, #4]", {0xF853, 0x2E04}, "r3=200000fc m20000100=87654321", "r2=87654321"},
      {"strt r2, [r3, #4]", {0xF843, 0x2E04}, "r3=200000fc r2=5", "m20000100=5"},
  });
}

TEST(LoadStore32, Indexing) {
  check_all({
      {"ldr.w r2, [r3, #4]!", {0xF853, 0x2F04}, "r3=200000fc m20000100=5", "r2=5 r3=20000100"},
      {"ldr.w r2, [r3], #4", {0xF853, 0x2B04}, "r3=20000100 m20000100=5", "r2=5 r3=20000104"},
      {"ldr.w r2, [r3, #-4]!", {0xF853, 0x2D04}, "r3=20000104 m20000100=5", "r2=5 r3=20000100"},
      {"ldrb.w r2, [r3], #-1", {0xF813, 0x2901}, "r3=20000101 m20000100=5500", "r2=55 r3=20000100"},
      {"ldrsh.w r2, [r3], #2",
       {0xF933, 0x2B02},
       "r3=20000100 m20000100=8000",
       "r2=ffff8000 r3=20000102"},
      {"str.w r2, [r3, #4]!", {0xF843, 0x2F04}, "r3=200000fc r2=5", "r3=20000100 m20000100=5"},
      {"str.w r2, [r3], #-4", {0xF843, 0x2904}, "r3=20000100 r2=5", "r3=200000fc m20000100=5"},
      {"str.w r2, [sp, #-4]!", {0xF84D, 0x2D04}, "sp=20000104 r2=5", "sp=20000100 m20000100=5"},
      {"strb.w r2, [r3, #1]!", {0xF803, 0x2F01}, "r3=200000ff r2=5", "r3=20000100 m20000100=5"},
      {"strh.w r2, [r3], #2", {0xF823, 0x2B02}, "r3=20000100 r2=5", "r3=20000102 m20000100=5"},
      {"ldr.w pc, [sp], #4",
       {0xF85D, 0xFB04},
       "sp=20000100 m20000100=8000151",
       "sp=20000104 pc=8000150"},
  });
}

TEST(LoadStore32, UnalignedMemoryIsAccessed) {
  check_all({
      {"ldr.w r2, [r3]",
       {0xF8D3, 0x2000},
       "r3=20000101 m20000100=44332211 m20000104=88776655",
       "r2=55443322"},
      {"ldrh.w r2, [r3, #3]",
       {0xF8B3, 0x2003},
       "r3=20000100 m20000100=44332211 m20000104=88776655",
       "r2=5544"},
      {"str.w r2, [r3]",
       {0xF8C3, 0x2000},
       "r3=20000102 r2=aabbccdd m20000100=44332211 m20000104=88776655",
       "m20000100=ccdd2211 m20000104=8877aabb"},
      {"strh.w r2, [r3]",
       {0xF8A3, 0x2000},
       "r3=20000103 r2=aabb m20000100=0 m20000104=0",
       "m20000100=bb000000 m20000104=aa"},
      {"ldr.w r2, [r3]", {0xF8D3, 0x2000}, "r3=40000001", "!UNALIGNED"},
      {"strh.w r2, [r3]", {0xF8A3, 0x2000}, "r3=40000001", "!UNALIGNED"},
      {"ldr.w r2, [r3]", {0xF8D3, 0x2000}, "r3=e000e011", "!UNALIGNED"},
      {"ldr.w r2, [r3]", {0xF8D3, 0x2000}, "r3=20000ffd", "!UNALIGNED"},
  });
}

TEST(LoadStore32, HintsAreNotLoads) {
  check_all({
      {"pld [r3, #4]", {0xF893, 0xF004}, "r3=30000000", ""},
      {"pld [r3, #-4]", {0xF813, 0xFC04}, "r3=30000000", ""},
      {"pld [r3, r4]", {0xF813, 0xF004}, "r3=30000000", ""},
      {"pld [pc, #4]", {0xF89F, 0xF004}, "", ""},
      {"pli [r3, #4]", {0xF993, 0xF004}, "r3=30000000", ""},
  });
}

TEST(LoadStore32, WhatIsNotThere) {
  check_all({
      {"str.w r2, [pc]", {0xF84F, 0x2004}, "", "!UNDEFINSTR"},
      {"ldr.w r2, [r3], without write-back", {0xF853, 0x2800}, "", "!UNDEFINSTR"},
  });
}

TEST(LoadStore32, ACortexM0HasNone) {
  check_all(
      {
          {"ldr.w r2, [r3, #4]", {0xF8D3, 0x2004}, "r3=20000100", "!UNDEFINSTR"},
          {"str.w r2, [r3, #4]", {0xF8C3, 0x2004}, "r3=20000100", "!UNDEFINSTR"},
      },
      cortex_m0plus());
}

// §B1.5.14: the instruction is executed again after its fault was mended.
TEST(LoadStore32, AFaultLeavesTheBase) {
  for (const HalfWords& code : {HalfWords{0xF853, 0x2F04}, HalfWords{0xF843, 0x2F04}}) {
    Rig rig(cortex_m4f(), code);
    rig.state().r[3] = 0x30000000;
    rig.run(1);
    EXPECT_EQ(rig.fault(), "PRECISERR");
    EXPECT_EQ(rig.core->faults().front().fault.address, 0x30000004u);
    EXPECT_EQ(rig.state().r[3], 0x30000000u);
    EXPECT_EQ(rig.bus.word(rig.state().r[sp] + 24), code_start);
  }
}

}  // namespace
}  // namespace dfurig::cpu
