// Expectations from DDI 0403E §A7.7, the pseudo-code of each instruction.
#include "cpu/rig.h"

namespace dfurig::cpu {
namespace {

TEST(FloatingPointTransfer, BetweenRegisters) {
  check_all_in_use({
      {"vmov s1, r2", {0xEE00, 0x2A90}, "r2=12345678", "s1=12345678"},
      {"vmov r2, s1", {0xEE10, 0x2A90}, "s1=12345678", "r2=12345678"},
      {"vmov s1, s2, r2, r3", {0xEC43, 0x2A30}, "r2=2 r3=3", "s1=2 s2=3"},
      {"vmov r2, r3, s1, s2", {0xEC53, 0x2A30}, "s1=2 s2=3", "r2=2 r3=3"},
      {"vmov d3, r2, r3", {0xEC43, 0x2B13}, "r2=2 r3=3", "s6=2 s7=3"},
      {"vmov r2, r3, d3", {0xEC53, 0x2B13}, "s6=2 s7=3", "r2=2 r3=3"},
      {"vmov.32 d3[1], r2", {0xEE23, 0x2B10}, "r2=2", "s7=2"},
      {"vmov.32 r2, d3[1]", {0xEE33, 0x2B10}, "s7=2", "r2=2"},
      {"vmov s31, s32, r2, r3", {0xEC43, 0x2A3F}, "", "!UNDEFINSTR"},
  });
}

TEST(FloatingPointTransfer, Fpscr) {
  check_all_in_use({
      {"vmrs r2, fpscr", {0xEEF1, 0x2A10}, "fpscr=f7c0009f", "r2=f7c0009f"},
      {"vmrs APSR_nzcv, fpscr", {0xEEF1, 0xFA10}, "fpscr=a0000000 f=ZVQ", "f=NCQ"},
      {"vmsr fpscr, r2", {0xEEE1, 0x2A10}, "r2=ffffffff", "fpscr=f7c0009f"},
  });
}

TEST(FloatingPointTransfer, LoadsAndStores) {
  check_all_in_use({
      {"vldr s1, [r2, #8]", {0xEDD2, 0x0A02}, "r2=20000100 m20000108=7", "s1=7"},
      {"vldr d3, [r2, #-8]", {0xED12, 0x3B02}, "r2=20000108 m20000100=7 m20000104=8", "s6=7 s7=8"},
      {"vldr s1, [pc, #-4]: itself", {0xED5F, 0x0A01}, "", "s1=0a01ed5f"},
      {"vstr s1, [r2, #8]", {0xEDC2, 0x0A02}, "r2=20000100 s1=7", "m20000108=7"},
      {"vstr d3, [r2]", {0xED82, 0x3B00}, "r2=20000100 s6=7 s7=8", "m20000100=7 m20000104=8"},
      {"vldmia r2, {s1-s3}",
       {0xECD2, 0x0A03},
       "r2=20000100 m20000100=1 m20000104=2 m20000108=3",
       "s1=1 s2=2 s3=3"},
      {"vldmia r2!, {d3-d4}",
       {0xECB2, 0x3B04},
       "r2=20000100 m20000100=1 m20000104=2 m20000108=3 m2000010c=4",
       "s6=1 s7=2 s8=3 s9=4 r2=20000110"},
      {"vldmdb r2!, {s1-s3}",
       {0xED72, 0x0A03},
       "r2=2000010c m20000100=1 m20000104=2 m20000108=3",
       "s1=1 s2=2 s3=3 r2=20000100"},
      {"vstmia r2!, {s1-s3}",
       {0xECE2, 0x0A03},
       "r2=20000100 s1=1 s2=2 s3=3",
       "m20000100=1 m20000104=2 m20000108=3 r2=2000010c"},
      {"fldmiax r2!, {d3}: an odd number of words",
       {0xECB2, 0x3B03},
       "r2=20000100 m20000100=1 m20000104=2",
       "s6=1 s7=2 r2=2000010c"},
      {"vpush {s1-s2}", {0xED6D, 0x0A02}, "s1=1 s2=2", "m200007f8=1 m200007fc=2 sp=200007f8"},
      {"vpop {s1-s2}",
       {0xECFD, 0x0A02},
       "sp=200007f0 m200007f0=1 m200007f4=2",
       "s1=1 s2=2 sp=200007f8"},
  });
}

TEST(FloatingPointTransfer, FaultsAsAllThatMustBeAligned) {
  check_all_in_use({
      {"vldr s1, [r2, #8]", {0xEDD2, 0x0A02}, "r2=20000102", "!UNALIGNED"},
      {"vstr d3, [r2]", {0xED82, 0x3B00}, "r2=20000101", "!UNALIGNED"},
      {"vldmia r2!, {d3-d4}", {0xECB2, 0x3B04}, "r2=20000102", "!UNALIGNED"},
      {"vldr s1, [r2, #8]", {0xEDD2, 0x0A02}, "r2=50000000", "!PRECISERR"},
  });
}

TEST(FloatingPointTransfer, AFaultInAListChangesNoRegister) {
  Rig rig(cortex_m4f(), {0xECB2, 0x3B04});  // vldmia r2!, {d3-d4}
  rig.state().r[2] = TestBus::ram_base + 0x1000 - 8;
  rig.bus.put_word(TestBus::ram_base + 0x1000 - 8, 5);
  rig.state().s[6] = 9;
  rig.run(1);
  EXPECT_EQ(rig.fault(), "PRECISERR");
  EXPECT_EQ(rig.state().s[6], 9u);
  EXPECT_EQ(rig.state().r[2], TestBus::ram_base + 0x1000 - 8);
}

TEST(FloatingPointTransfer, UnpredictableListsAreUndefined) {
  check_all_in_use({
      {"vldmia r2, {}", {0xECD2, 0x0A00}, "r2=20000100", "!UNDEFINSTR"},
      {"vldmia r2, {s31-s32}", {0xECD2, 0xFA02}, "r2=20000100", "!UNDEFINSTR"},
      {"vldmia r2, {d15-d16}", {0xEC92, 0xFB04}, "r2=20000100", "!UNDEFINSTR"},
      {"vldmia pc, {s1}", {0xECDF, 0x0A01}, "", "!UNDEFINSTR"},
      {"vldr d16, [r2]", {0xEDD2, 0x0B00}, "r2=20000100", "!UNDEFINSTR"},
      {"vldmdb r2, {s1}: P 1, W 0 and U 0 is VLDR",
       {0xED52, 0x0A00},
       "r2=20000100 m20000100=3",
       "s1=3"},
  });
}

}  // namespace
}  // namespace dfurig::cpu
