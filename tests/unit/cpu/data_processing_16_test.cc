// Expectations from DDI 0403E §A7.7, the pseudo-code of each instruction.
#include "cpu/rig.h"

namespace dfurig::cpu {
namespace {

TEST(DataProcessing16, ShiftsGiveTheLastBitOutAsCarry) {
  check_all({
      {"lsls r0, r1, #4", {0x0108}, "r1=f0000001 f=V", "r0=10 f=CV"},
      {"lsls r0, r1, #31", {0x07C8}, "r1=3 f=V", "r0=80000000 f=NCV"},
      {"movs r0, r1", {0x0008}, "r1=0 f=CV", "r0=0 f=ZCV"},
      {"lsrs r0, r1, #1", {0x0848}, "r1=3", "r0=1 f=C"},
      {"lsrs r0, r1, #32", {0x0808}, "r1=80000000", "r0=0 f=ZC"},
      {"asrs r0, r1, #4", {0x1108}, "r1=80000008", "r0=f8000000 f=NC"},
      {"asrs r0, r1, #32", {0x1008}, "r1=80000000", "r0=ffffffff f=NC"},
      {"asrs r0, r1, #32", {0x1008}, "r1=7fffffff f=C", "r0=0 f=Z"},
      {"lsls r2, r3", {0x409A}, "r2=1 r3=20", "r2=0 f=ZC"},
      {"lsls r2, r3", {0x409A}, "r2=3 r3=1f f=C", "r2=80000000 f=NC"},
      {"lsls r2, r3", {0x409A}, "r2=ffffffff r3=21 f=C", "r2=0 f=Z"},
      {"lsls r2, r3", {0x409A}, "r2=80000001 r3=100 f=CV", "r2=80000001 f=NCV"},
      {"lsrs r2, r3", {0x40DA}, "r2=80000000 r3=20", "r2=0 f=ZC"},
      {"lsrs r2, r3", {0x40DA}, "r2=80000000 r3=21 f=C", "r2=0 f=Z"},
      {"lsrs r2, r3", {0x40DA}, "r2=18 r3=4", "r2=1 f=C"},
      {"asrs r2, r3", {0x411A}, "r2=80000000 r3=ff", "r2=ffffffff f=NC"},
      {"asrs r2, r3", {0x411A}, "r2=40000000 r3=ff f=C", "r2=0 f=Z"},
      {"rors r2, r3", {0x41DA}, "r2=1 r3=1", "r2=80000000 f=NC"},
      {"rors r2, r3", {0x41DA}, "r2=80000000 r3=20", "r2=80000000 f=NC"},
      {"rors r2, r3", {0x41DA}, "r2=1 r3=0 f=C", "r2=1 f=C"},
  });
}

TEST(DataProcessing16, ArithmeticSetsAllFlags) {
  check_all({
      {"adds r0, r1, r2", {0x1888}, "r1=7fffffff r2=1", "r0=80000000 f=NV"},
      {"adds r0, r1, r2", {0x1888}, "r1=80000000 r2=80000000", "r0=0 f=ZCV"},
      {"adds r0, r1, r2", {0x1888}, "r1=ffffffff r2=2", "r0=1 f=C"},
      {"subs r0, r1, r2", {0x1A88}, "r1=5 r2=5", "r0=0 f=ZC"},
      {"subs r0, r1, r2", {0x1A88}, "r1=0 r2=1", "r0=ffffffff f=N"},
      {"subs r0, r1, r2", {0x1A88}, "r1=80000000 r2=1", "r0=7fffffff f=CV"},
      {"adds r0, r1, #7", {0x1DC8}, "r1=fffffff9", "r0=0 f=ZC"},
      {"subs r0, r1, #7", {0x1FC8}, "r1=6", "r0=ffffffff f=N"},
      {"adds r3, #255", {0x33FF}, "r3=7fffff01", "r3=80000000 f=NV"},
      {"subs r3, #255", {0x3BFF}, "r3=100", "r3=1 f=C"},
      {"cmp r3, #255", {0x2BFF}, "r3=ff", "f=ZC"},
      {"cmp r3, #1", {0x2B01}, "r3=0 f=V", "f=N"},
      {"movs r3, #0", {0x2300}, "f=NCV", "r3=0 f=ZCV"},
      {"movs r3, #128", {0x2380}, "f=ZC", "r3=80 f=C"},
      {"adcs r2, r3", {0x415A}, "r2=ffffffff r3=0 f=C", "r2=0 f=ZC"},
      {"adcs r2, r3", {0x415A}, "r2=7fffffff r3=0 f=C", "r2=80000000 f=NV"},
      {"adcs r2, r3", {0x415A}, "r2=1 r3=1", "r2=2 f="},
      {"sbcs r2, r3", {0x419A}, "r2=5 r3=4", "r2=0 f=ZC"},
      {"sbcs r2, r3", {0x419A}, "r2=5 r3=5", "r2=ffffffff f=N"},
      {"sbcs r2, r3", {0x419A}, "r2=80000000 r3=1 f=C", "r2=7fffffff f=CV"},
      {"rsbs r2, r3, #0", {0x425A}, "r3=80000000", "r2=80000000 f=NV"},
      {"rsbs r2, r3, #0", {0x425A}, "r3=0", "r2=0 f=ZC"},
      {"rsbs r2, r3, #0", {0x425A}, "r3=1 f=C", "r2=ffffffff f=N"},
      {"cmp r2, r3", {0x429A}, "r2=1 r3=2", "f=N"},
      {"cmp r2, r3", {0x429A}, "r2=80000000 r3=7fffffff", "f=CV"},
      {"cmn r2, r3", {0x42DA}, "r2=1 r3=ffffffff", "f=ZC"},
      {"muls r2, r3, r2", {0x435A}, "r2=10000 r3=10000 f=CV", "r2=0 f=ZCV"},
      {"muls r2, r3, r2", {0x435A}, "r2=ffffffff r3=5", "r2=fffffffb f=N"},
  });
}

TEST(DataProcessing16, LogicKeepsOverflowAndCarry) {
  check_all({
      {"ands r2, r3", {0x401A}, "r2=f0f0f0f0 r3=ff00ff00 f=CV", "r2=f000f000 f=NCV"},
      {"eors r2, r3", {0x405A}, "r2=12345678 r3=12345678 f=C", "r2=0 f=ZC"},
      {"orrs r2, r3", {0x431A}, "r2=80000000 r3=1 f=V", "r2=80000001 f=NV"},
      {"bics r2, r3", {0x439A}, "r2=ff r3=f f=C", "r2=f0 f=C"},
      {"mvns r2, r3", {0x43DA}, "r3=ffffffff f=C", "r2=0 f=ZC"},
      {"tst r2, r3", {0x421A}, "r2=1 r3=2 f=NCV", "f=ZCV"},
      {"tst r2, r3", {0x421A}, "r2=80000000 r3=ffffffff f=Z", "f=N"},
  });
}

TEST(DataProcessing16, HighRegistersLeaveTheFlagsAndMayBranch) {
  check_all({
      {"add r8, r1", {0x4488}, "r8=ffffffff r1=1 f=N", "r8=0 f=N"},
      {"add sp, r1", {0x448D}, "sp=20000400 r1=7", "sp=20000404"},
      {"add r1, sp", {0x4469}, "r1=4", "r1=20000804"},
      {"add r1, pc", {0x4479}, "r1=10", "r1=8000114"},
      {"mov r8, r1", {0x4688}, "r1=80000000", "r8=80000000"},
      {"mov sp, r1", {0x468D}, "r1=20000123", "sp=20000120"},
      {"mov r1, pc", {0x4679}, "", "r1=8000104"},
      {"cmp r8, r1", {0x4588}, "r8=80000000 r1=1", "f=CV"},
      {"cmp r1, sp", {0x4569}, "r1=20000800", "f=ZC"},
      {"mov pc, r1", {0x468F}, "r1=8000151", "pc=8000150"},
      {"mov pc, r1", {0x468F}, "r1=8000150", "pc=8000150"},
      {"add pc, r1", {0x448F}, "r1=11", "pc=8000114"},
  });
}

TEST(DataProcessing16, AddressesFromSpAndPc) {
  check_all({
      {"adr r3, . + 20", {0xA304}, "", "r3=8000114"},
      {"add r3, sp, #1020", {0xABFF}, "", "r3=20000bfc"},
      {"add sp, #508", {0xB07F}, "sp=20000400", "sp=200005fc"},
      {"sub sp, #508", {0xB0FF}, "sp=20000400", "sp=20000204"},
  });
}

TEST(DataProcessing16, ExtendsAndReversals) {
  check_all({
      {"sxth r2, r3", {0xB21A}, "r3=12348000", "r2=ffff8000"},
      {"sxth r2, r3", {0xB21A}, "r3=ffff7fff", "r2=7fff"},
      {"sxtb r2, r3", {0xB25A}, "r3=1280", "r2=ffffff80"},
      {"uxth r2, r3", {0xB29A}, "r3=ffff8000", "r2=8000"},
      {"uxtb r2, r3", {0xB2DA}, "r3=ffffff80", "r2=80"},
      {"rev r2, r3", {0xBA1A}, "r3=12345678", "r2=78563412"},
      {"rev16 r2, r3", {0xBA5A}, "r3=12345678", "r2=34127856"},
      {"revsh r2, r3", {0xBADA}, "r3=1280", "r2=ffff8012"},
      {"revsh r2, r3", {0xBADA}, "r3=ffff3456", "r2=5634"},
  });
}

TEST(DataProcessing16, FlagsStayInAnItBlock) {
  check_all({
      {"lsls r0, r1, #4", {0x0108}, "it=e8 r1=0 f=N", "r0=0 f=N it=0"},
      {"adds r0, r1, r2", {0x1888}, "it=e8 r1=0 r2=0 f=C", "r0=0 f=C it=0"},
      {"movs r3, #0", {0x2300}, "it=e8", "r3=0 it=0"},
      {"muls r2, r3, r2", {0x435A}, "it=e8 r2=0", "r2=0 it=0"},
      {"adcs r2, r3", {0x415A}, "it=e8 r2=ffffffff r3=0 f=C", "r2=0 f=C it=0"},
      {"cmp r2, r3", {0x429A}, "it=e8 r2=1 r3=1", "f=ZC it=0"},
      {"tst r2, r3", {0x421A}, "it=e8 r2=0 f=N", "f=Z it=0"},
  });
}

TEST(DataProcessing16, TheSameOnACortexM0) {
  check_all(
      {
          {"lsls r0, r1, #4", {0x0108}, "r1=f0000001 f=V", "r0=10 f=CV"},
          {"adds r0, r1, r2", {0x1888}, "r1=7fffffff r2=1", "r0=80000000 f=NV"},
          {"muls r2, r3, r2", {0x435A}, "r2=ffffffff r3=5", "r2=fffffffb f=N"},
          {"mov r8, r1", {0x4688}, "r1=80000000", "r8=80000000"},
          {"rev r2, r3", {0xBA1A}, "r3=12345678", "r2=78563412"},
      },
      cortex_m0plus());
}

}  // namespace
}  // namespace dfurig::cpu
