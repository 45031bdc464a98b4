// Expectations from DDI 0403E §A7.7, the pseudo-code of each instruction. 1.0 is 3f800000.
#include "cpu/floating_point.h"

#include "cpu/rig.h"

namespace dfurig::cpu {
namespace {

TEST(FloatingPoint, SumsAndProducts) {
  check_all_in_use({
      {"vadd.f32 s1, s2, s3", {0xEE71, 0x0A21}, "s2=3f800000 s3=40000000", "s1=40400000"},
      {"vsub.f32 s1, s2, s31", {0xEE71, 0x0A6F}, "s2=3f800000 s31=40000000", "s1=bf800000"},
      {"vmul.f32 s1, s2, s3", {0xEE61, 0x0A21}, "s2=40400000 s3=40000000", "s1=40c00000"},
      {"vnmul.f32 s1, s2, s3", {0xEE61, 0x0A61}, "s2=40400000 s3=40000000", "s1=c0c00000"},
      {"vdiv.f32 s1, s2, s3", {0xEEC1, 0x0A21}, "s2=3f800000 s3=0", "s1=7f800000 fpscr=2"},
      {"vdiv.f32 s1, s2, s3", {0xEEC1, 0x0A21}, "s2=3f800000 s3=40400000", "s1=3eaaaaab fpscr=10"},
      {"vsqrt.f32 s1, s2", {0xEEF1, 0x0AC1}, "s2=40800000", "s1=40000000"},
  });
}

// 1 + 2 * 3 and its like; then a product that is rounded before the sum, or not.
TEST(FloatingPoint, MultiplyAndAdd) {
  check_all_in_use({
      {"vmla.f32 s1, s2, s3",
       {0xEE41, 0x0A21},
       "s1=3f800000 s2=40000000 s3=40400000",
       "s1=40e00000"},
      {"vmls.f32 s1, s2, s3",
       {0xEE41, 0x0A61},
       "s1=3f800000 s2=40000000 s3=40400000",
       "s1=c0a00000"},
      {"vnmla.f32 s1, s2, s3",
       {0xEE51, 0x0A61},
       "s1=3f800000 s2=40000000 s3=40400000",
       "s1=c0e00000"},
      {"vnmls.f32 s1, s2, s3",
       {0xEE51, 0x0A21},
       "s1=3f800000 s2=40000000 s3=40400000",
       "s1=40a00000"},
      {"vfma.f32 s1, s2, s3",
       {0xEEE1, 0x0A21},
       "s1=3f800000 s2=40000000 s3=40400000",
       "s1=40e00000"},
      {"vfms.f32 s1, s2, s3",
       {0xEEE1, 0x0A61},
       "s1=3f800000 s2=40000000 s3=40400000",
       "s1=c0a00000"},
      {"vfnma.f32 s1, s2, s3",
       {0xEED1, 0x0A61},
       "s1=3f800000 s2=40000000 s3=40400000",
       "s1=c0e00000"},
      {"vfnms.f32 s1, s2, s3",
       {0xEED1, 0x0A21},
       "s1=3f800000 s2=40000000 s3=40400000",
       "s1=40a00000"},
      {"vmla.f32 s1, s2, s3",
       {0xEE41, 0x0A21},
       "s1=bf800000 s2=3f800001 s3=3f7ffffe",
       "s1=0 fpscr=10"},
      {"vfma.f32 s1, s2, s3",
       {0xEEE1, 0x0A21},
       "s1=bf800000 s2=3f800001 s3=3f7ffffe",
       "s1=a8800000"},
      // A NaN of the negated addend, or of the negated product, has the other sign.
      {"vmls.f32 s1, s2, s3",
       {0xEE41, 0x0A61},
       "s1=3f800000 s2=7fc00001 s3=40400000",
       "s1=ffc00001"},
      {"vfnms.f32 s1, s2, s3",
       {0xEED1, 0x0A21},
       "s1=7fc00001 s2=40000000 s3=40400000",
       "s1=ffc00001"},
  });
}

TEST(FloatingPoint, Moves) {
  check_all_in_use({
      {"vabs.f32 s1, s2", {0xEEF0, 0x0AC1}, "s2=ff800001", "s1=7f800001"},
      {"vneg.f32 s1, s2", {0xEEF1, 0x0A41}, "s2=7f800001", "s1=ff800001"},
      {"vmov.f32 s30, s17", {0xEEB0, 0xFA68}, "s17=7f800001", "s30=7f800001"},
      {"vmov.f32 s1, #1.0", {0xEEF7, 0x0A00}, "", "s1=3f800000"},
      {"vmov.f32 s1, #-31.0", {0xEEFB, 0x0A0F}, "", "s1=c1f80000"},
      {"vmov.f32 s1, #0.125", {0xEEF4, 0x0A00}, "", "s1=3e000000"},
  });
}

TEST(FloatingPoint, Comparisons) {
  check_all_in_use({
      {"vcmp.f32 s1, s2", {0xEEF4, 0x0A41}, "s1=3f800000 s2=40000000", "fpscr=80000000"},
      {"vcmp.f32 s1, s2", {0xEEF4, 0x0A41}, "s1=7fc00000 fpscr=c0000000", "fpscr=30000000"},
      {"vcmpe.f32 s1, s2", {0xEEF4, 0x0AC1}, "s1=7fc00000", "fpscr=30000001"},
      {"vcmp.f32 s1, #0.0", {0xEEF5, 0x0A40}, "s1=80000000", "fpscr=60000000"},
      {"vcmpe.f32 s1, #0.0", {0xEEF5, 0x0AC0}, "s1=3f800000", "fpscr=20000000"},
  });
}

// Rounding towards minus infinity is fpscr=800000.
TEST(FloatingPoint, Integers) {
  check_all_in_use({
      {"vcvt.s32.f32 s1, s2", {0xEEFD, 0x0AC1}, "s2=bfc00000", "s1=ffffffff fpscr=10"},
      {"vcvt.u32.f32 s1, s2", {0xEEFC, 0x0AC1}, "s2=4f000000", "s1=80000000"},
      {"vcvt.u32.f32 s1, s2", {0xEEFC, 0x0AC1}, "s2=bf800000", "s1=0 fpscr=1"},
      {"vcvtr.s32.f32 s1, s2",
       {0xEEFD, 0x0A41},
       "s2=bfc00000 fpscr=800000",
       "s1=fffffffe fpscr=800010"},
      {"vcvtr.u32.f32 s1, s2", {0xEEFC, 0x0A41}, "s2=3fc00000", "s1=2 fpscr=10"},
      {"vcvt.f32.s32 s1, s2", {0xEEF8, 0x0AC1}, "s2=ffffffff", "s1=bf800000"},
      {"vcvt.f32.u32 s1, s2", {0xEEF8, 0x0A41}, "s2=ffffffff", "s1=4f800000 fpscr=10"},
      {"vcvt.s16.f32 s1, s1, #8", {0xEEFE, 0x0A44}, "s1=bfc00000", "s1=fffffe80"},
      {"vcvt.u32.f32 s1, s1, #31", {0xEEFF, 0x0AE0}, "s1=3f800000", "s1=80000000"},
      {"vcvt.f32.s16 s1, s1, #8", {0xEEFA, 0x0A44}, "s1=1234fe80", "s1=bfc00000"},
      {"vcvt.f32.u32 s1, s1, #32", {0xEEFB, 0x0AC0}, "s1=80000000", "s1=3f000000"},
  });
}

TEST(FloatingPoint, HalfPrecision) {
  check_all_in_use({
      {"vcvtb.f32.f16 s1, s2", {0xEEF2, 0x0A41}, "s2=c0003c00", "s1=3f800000"},
      {"vcvtt.f32.f16 s1, s2", {0xEEF2, 0x0AC1}, "s2=c0003c00", "s1=c0000000"},
      {"vcvtb.f16.f32 s1, s2", {0xEEF3, 0x0A41}, "s1=12345678 s2=3f800000", "s1=12343c00"},
      {"vcvtt.f16.f32 s1, s2", {0xEEF3, 0x0AC1}, "s1=12345678 s2=3f800000", "s1=3c005678"},
  });
}

TEST(FloatingPoint, WhatFPv5Adds) {
  check_all_in_use(
      {
          {"vseleq.f32 s1, s2, s3", {0xFE41, 0x0A21}, "s2=2 s3=3 f=Z", "s1=2"},
          {"vseleq.f32 s1, s2, s3", {0xFE41, 0x0A21}, "s2=2 s3=3", "s1=3"},
          {"vselvs.f32 s1, s2, s3", {0xFE51, 0x0A21}, "s2=2 s3=3 f=V", "s1=2"},
          {"vselge.f32 s1, s2, s3", {0xFE61, 0x0A21}, "s2=2 s3=3 f=NV", "s1=2"},
          {"vselgt.f32 s1, s2, s3", {0xFE71, 0x0A21}, "s2=2 s3=3 f=NVZ", "s1=3"},
          {"vmaxnm.f32 s1, s2, s3", {0xFEC1, 0x0A21}, "s2=7fc00000 s3=c0000000", "s1=c0000000"},
          {"vminnm.f32 s1, s2, s3", {0xFEC1, 0x0A61}, "s2=3f800000 s3=c0000000", "s1=c0000000"},
          {"vrinta.f32 s1, s2", {0xFEF8, 0x0A41}, "s2=40200000", "s1=40400000"},
          {"vrintn.f32 s1, s2", {0xFEF9, 0x0A41}, "s2=40200000", "s1=40000000"},
          {"vrintp.f32 s1, s2", {0xFEFA, 0x0A41}, "s2=40200000", "s1=40400000"},
          {"vrintm.f32 s1, s2", {0xFEFB, 0x0A41}, "s2=c0200000", "s1=c0400000"},
          {"vrintx.f32 s1, s2", {0xEEF7, 0x0A41}, "s2=40200000", "s1=40000000 fpscr=10"},
          {"vrintr.f32 s1, s2", {0xEEF6, 0x0A41}, "s2=c0200000 fpscr=800000", "s1=c0400000"},
          {"vrintz.f32 s1, s2", {0xEEF6, 0x0AC1}, "s2=c0200000", "s1=c0000000"},
          {"vcvta.s32.f32 s1, s2", {0xFEFC, 0x0AC1}, "s2=40200000", "s1=3 fpscr=10"},
          {"vcvtn.u32.f32 s1, s2", {0xFEFD, 0x0A41}, "s2=40200000", "s1=2 fpscr=10"},
          {"vcvtp.s32.f32 s1, s2", {0xFEFE, 0x0AC1}, "s2=c0200000", "s1=fffffffe fpscr=10"},
          {"vcvtm.s32.f32 s1, s2", {0xFEFF, 0x0AC1}, "s2=c0200000", "s1=fffffffd fpscr=10"},
      },
      cortex_m7());
}

TEST(FloatingPoint, WhatIsNotThere) {
  check_all_in_use({
      {"vseleq.f32 s1, s2, s3: FPv5", {0xFE41, 0x0A21}, "", "!UNDEFINSTR"},
      {"vrintx.f32 s1, s2: FPv5", {0xEEF7, 0x0A41}, "", "!UNDEFINSTR"},
      {"vadd.f64 d1, d2, d3: double precision", {0xEE32, 0x1B03}, "", "!UNDEFINSTR"},
      {"vcvt.f64.f32 d1, s2", {0xEEB7, 0x1AC1}, "", "!UNDEFINSTR"},
      {"vdiv with op 1", {0xEEC1, 0x0A61}, "", "!UNDEFINSTR"},
      {"vcvt.s16.f32 with 17 bits of integer", {0xEEFE, 0x0A68}, "", "!UNDEFINSTR"},
      {"mrc p15", {0xEE10, 0x0F10}, "", "!NOCP"},
      {"mcrr p14", {0xEC41, 0x0E00}, "", "!NOCP"},
      {"Advanced SIMD: vand q0, q0, q0", {0xEF00, 0x0150}, "", "!UNDEFINSTR"},
  });
}

TEST(FloatingPoint, ACoreWithoutItHasNoCoprocessor) {
  check_all({{"vadd.f32 s1, s2, s3", {0xEE71, 0x0A21}, "", "!NOCP"},
             {"vmov s1, r2", {0xEE00, 0x2A90}, "", "!NOCP"}},
            cortex_m3());
  check_all({{"vadd.f32 s1, s2, s3", {0xEE71, 0x0A21}, "", "!UNDEFINSTR"}}, cortex_m0plus());
}

// CPACR: 0 denies, 1 is for privileged code, 3 for all (§B3.2.20).
TEST(FloatingPoint, NeedsCpacr) {
  struct Row {
    unsigned access;
    bool npriv;
    const char* fault;
  };
  for (const Row& it :
       {Row{0, false, "NOCP"}, Row{1, false, ""}, Row{1, true, "NOCP"}, Row{3, true, ""}}) {
    Rig rig(cortex_m4f(), {0xEE71, 0x0A21});
    rig.core->poke_system(0xE000ED88, it.access << 20 | it.access << 22);
    rig.state().npriv = it.npriv;
    rig.run(1);
    EXPECT_EQ(rig.fault(), it.fault) << it.access << it.npriv;
    EXPECT_EQ(rig.state().fpca, std::string(it.fault).empty());
  }
}

// FPDSCR is FPSCR's value in a new context (§B1.4.7).
TEST(FloatingPoint, TheFirstUseSetsFpcaAndTakesFpdscr) {
  Rig rig(cortex_m4f(), {0xEE71, 0x0A21});
  rig.core->poke_system(0xE000EF3C, 0x03000000);
  rig.run(1);
  EXPECT_TRUE(rig.state().fpca);
  EXPECT_EQ(rig.state().fpscr, 0x03000000u);
}

TEST(FloatingPoint, ItIsConditional) {
  Rig rig(cortex_m4f(), {0xBF08, 0xEE71, 0x0A21});  // it eq; vaddeq.f32 s1, s2, s3
  rig.state().s[1] = 5;
  rig.run(2);
  EXPECT_EQ(rig.state().s[1], 5u);
  EXPECT_FALSE(rig.state().fpca);
}

}  // namespace
}  // namespace dfurig::cpu
