// Expectations from DDI 0403E §A7.7, the pseudo-code of each instruction.
#include "cpu/rig.h"

namespace dfurig::cpu {
namespace {

TEST(Dsp, ParallelSums) {
  check_all({
      {"sadd16 r2, r3, r4", {0xFA93, 0xF204}, "r3=7fff8000 r4=0001ffff", "r2=80007fff ge=c"},
      {"sadd16 r2, r3, r4", {0xFA93, 0xF204}, "r3=fffffffe r4=00010001 ge=f", "r2=ffff ge=c"},
      {"uadd16 r2, r3, r4", {0xFA93, 0xF244}, "r3=ffff0001 r4=00010001", "r2=2 ge=c"},
      {"ssub16 r2, r3, r4", {0xFAD3, 0xF204}, "r3=00010000 r4=00020000", "r2=ffff0000 ge=3"},
      {"usub16 r2, r3, r4", {0xFAD3, 0xF244}, "r3=00010000 r4=00000001", "r2=1ffff ge=c"},
      {"sasx r2, r3, r4", {0xFAA3, 0xF204}, "r3=00100005 r4=00010020", "r2=300004 ge=f"},
      {"uasx r2, r3, r4", {0xFAA3, 0xF244}, "r3=ffff0000 r4=00010001", "r2=ffff ge=c"},
      {"ssax r2, r3, r4", {0xFAE3, 0xF204}, "r3=00100005 r4=00010020", "r2=fff00006 ge=3"},
      {"usax r2, r3, r4", {0xFAE3, 0xF244}, "r3=0000ffff r4=00010000", "r2=0 ge=f"},
      {"sadd8 r2, r3, r4", {0xFA83, 0xF204}, "r3=7f80ff01 r4=010100ff", "r2=8081ff00 ge=9"},
      {"uadd8 r2, r3, r4", {0xFA83, 0xF244}, "r3=ff80ff01 r4=018000fe", "r2=00ffff ge=c"},
      {"ssub8 r2, r3, r4", {0xFAC3, 0xF204}, "r3=00010203 r4=01010101", "r2=ff000102 ge=7"},
      {"usub8 r2, r3, r4", {0xFAC3, 0xF244}, "r3=00010203 r4=01020304", "r2=ffffffff ge=0"},
  });
}

TEST(Dsp, ParallelSaturatingSums) {
  check_all({
      {"qadd16 r2, r3, r4", {0xFA93, 0xF214}, "r3=7fff8000 r4=0001ffff ge=5", "r2=7fff8000 ge=5"},
      {"qasx r2, r3, r4", {0xFAA3, 0xF214}, "r3=7fff8000 r4=00010001", "r2=7fff8000"},
      {"qsax r2, r3, r4", {0xFAE3, 0xF214}, "r3=80007fff r4=00010001", "r2=80007fff"},
      {"qsub16 r2, r3, r4", {0xFAD3, 0xF214}, "r3=80007fff r4=0001ffff", "r2=80007fff"},
      {"qadd8 r2, r3, r4", {0xFA83, 0xF214}, "r3=7f800102 r4=01ff0101", "r2=7f800203"},
      {"qsub8 r2, r3, r4", {0xFAC3, 0xF214}, "r3=807f0100 r4=01ff0202", "r2=807ffffe"},
      {"uqadd16 r2, r3, r4", {0xFA93, 0xF254}, "r3=ffff0001 r4=00010001", "r2=ffff0002"},
      {"uqsub16 r2, r3, r4", {0xFAD3, 0xF254}, "r3=00010001 r4=00020000", "r2=1"},
      {"uqasx r2, r3, r4", {0xFAA3, 0xF254}, "r3=ffff0000 r4=00010001", "r2=ffff0000"},
      {"uqsax r2, r3, r4", {0xFAE3, 0xF254}, "r3=0000ffff r4=00010001", "r2=ffff"},
      {"uqadd8 r2, r3, r4", {0xFA83, 0xF254}, "r3=ff010203 r4=01010101", "r2=ff020304"},
      {"uqsub8 r2, r3, r4", {0xFAC3, 0xF254}, "r3=00010203 r4=01010101", "r2=102"},
  });
}

TEST(Dsp, ParallelHalvingSums) {
  check_all({
      {"shadd16 r2, r3, r4", {0xFA93, 0xF224}, "r3=7fff8000 r4=00018000 ge=6", "r2=40008000 ge=6"},
      {"shsub16 r2, r3, r4", {0xFAD3, 0xF224}, "r3=80000001 r4=00010000", "r2=bfff0000"},
      {"shasx r2, r3, r4", {0xFAA3, 0xF224}, "r3=00040002 r4=00020004", "r2=40000"},
      {"shsax r2, r3, r4", {0xFAE3, 0xF224}, "r3=00040002 r4=00020004", "r2=2"},
      {"shadd8 r2, r3, r4", {0xFA83, 0xF224}, "r3=7f80fe00 r4=7f80fe01", "r2=7f80fe00"},
      {"shsub8 r2, r3, r4", {0xFAC3, 0xF224}, "r3=80000000 r4=7f000001", "r2=800000ff"},
      {"uhadd16 r2, r3, r4", {0xFA93, 0xF264}, "r3=ffff0001 r4=ffff0000", "r2=ffff0000"},
      {"uhsub16 r2, r3, r4", {0xFAD3, 0xF264}, "r3=00000004 r4=00010002", "r2=ffff0001"},
      {"uhasx r2, r3, r4", {0xFAA3, 0xF264}, "r3=00040002 r4=00020004", "r2=40000"},
      {"uhsax r2, r3, r4", {0xFAE3, 0xF264}, "r3=00040002 r4=00020004", "r2=2"},
      {"uhadd8 r2, r3, r4", {0xFA83, 0xF264}, "r3=ff010000 r4=ff010000", "r2=ff010000"},
      {"uhsub8 r2, r3, r4", {0xFAC3, 0xF264}, "r3=00040000 r4=01020000", "r2=ff010000"},
  });
}

TEST(Dsp, SaturatingWords) {
  check_all({
      {"qadd r2, r3, r4", {0xFA84, 0xF283}, "r3=7fffffff r4=1", "r2=7fffffff f=Q"},
      {"qadd r2, r3, r4", {0xFA84, 0xF283}, "r3=80000000 r4=ffffffff", "r2=80000000 f=Q"},
      {"qadd r2, r3, r4", {0xFA84, 0xF283}, "r3=1 r4=2 f=N", "r2=3 f=N"},
      {"qsub r2, r3, r4", {0xFA84, 0xF2A3}, "r3=80000000 r4=1", "r2=80000000 f=Q"},
      {"qsub r2, r3, r4", {0xFA84, 0xF2A3}, "r3=5 r4=7", "r2=fffffffe"},
      {"qdadd r2, r3, r4", {0xFA84, 0xF293}, "r3=ffffffff r4=40000000", "r2=7ffffffe f=Q"},
      {"qdadd r2, r3, r4", {0xFA84, 0xF293}, "r3=1 r4=2", "r2=5"},
      {"qdsub r2, r3, r4", {0xFA84, 0xF2B3}, "r3=0 r4=80000000", "r2=7fffffff f=Q"},
      {"qdsub r2, r3, r4", {0xFA84, 0xF2B3}, "r3=9 r4=2", "r2=5"},
      {"ssat16 r2, #8, r3", {0xF323, 0x0207}, "r3=0080ff7f", "r2=007fff80 f=Q"},
      {"ssat16 r2, #16, r3", {0xF323, 0x020F}, "r3=80007fff", "r2=80007fff"},
      {"usat16 r2, #8, r3", {0xF3A3, 0x0208}, "r3=0100ffff", "r2=00ff0000 f=Q"},
      {"usat16 r2, #8, r3", {0xF3A3, 0x0208}, "r3=00ff0001", "r2=00ff0001"},
  });
}

TEST(Dsp, SelectAndPack) {
  check_all({
      {"sel r2, r3, r4", {0xFAA3, 0xF284}, "r3=11223344 r4=aabbccdd ge=5", "r2=aa22cc44"},
      {"pkhbt r2, r3, r4", {0xEAC3, 0x0204}, "r3=11223344 r4=aabbccdd", "r2=aabb3344"},
      {"pkhbt r2, r3, r4, lsl #8", {0xEAC3, 0x2204}, "r3=11223344 r4=aabbccdd", "r2=bbcc3344"},
      {"pkhtb r2, r3, r4, asr #16", {0xEAC3, 0x4224}, "r3=11223344 r4=aabbccdd", "r2=1122aabb"},
      {"pkhtb r2, r3, r4, asr #32", {0xEAC3, 0x0224}, "r3=11223344 r4=80000000", "r2=1122ffff"},
  });
}

TEST(Dsp, NotOnACortexM3) {
  check_all(
      {
          {"sadd16 r2, r3, r4", {0xFA93, 0xF204}, "", "!UNDEFINSTR"},
          {"qadd r2, r3, r4", {0xFA84, 0xF283}, "", "!UNDEFINSTR"},
          {"sel r2, r3, r4", {0xFAA3, 0xF284}, "", "!UNDEFINSTR"},
          {"pkhbt r2, r3, r4", {0xEAC3, 0x0204}, "", "!UNDEFINSTR"},
          {"ssat16 r2, #8, r3", {0xF323, 0x0207}, "", "!UNDEFINSTR"},
      },
      cortex_m3());
}

}  // namespace
}  // namespace dfurig::cpu
