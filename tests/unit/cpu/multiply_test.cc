// Expectations from DDI 0403E §A7.7, the pseudo-code of each instruction.
#include "cpu/rig.h"

namespace dfurig::cpu {
namespace {

TEST(Multiply, Products) {
  check_all({
      {"mul r2, r3, r4", {0xFB03, 0xF204}, "r3=ffffffff r4=ffffffff f=V", "r2=1 f=V"},
      {"mla r2, r3, r4, r5", {0xFB03, 0x5204}, "r3=3 r4=5 r5=fffffffe", "r2=d"},
      {"mls r2, r3, r4, r5", {0xFB03, 0x5214}, "r3=3 r4=5 r5=1", "r2=fffffff2"},
      {"smull r2, r3, r4, r5", {0xFB84, 0x2305}, "r4=ffffffff r5=2", "r2=fffffffe r3=ffffffff"},
      {"umull r2, r3, r4, r5", {0xFBA4, 0x2305}, "r4=ffffffff r5=ffffffff", "r2=1 r3=fffffffe"},
      {"smlal r2, r3, r4, r5", {0xFBC4, 0x2305}, "r2=1 r3=0 r4=ffffffff r5=1", "r2=0 r3=0"},
      {"umlal r2, r3, r4, r5", {0xFBE4, 0x2305}, "r2=ffffffff r3=0 r4=1 r5=1", "r2=0 r3=1"},
      {"umaal r2, r3, r4, r5",
       {0xFBE4, 0x2365},
       "r2=ffffffff r3=ffffffff r4=ffffffff r5=ffffffff",
       "r2=ffffffff r3=ffffffff"},
  });
}

TEST(Multiply, Quotients) {
  check_all({
      {"sdiv r2, r3, r4", {0xFB93, 0xF2F4}, "r3=fffffff9 r4=2", "r2=fffffffd"},
      {"sdiv r2, r3, r4", {0xFB93, 0xF2F4}, "r3=80000000 r4=ffffffff", "r2=80000000"},
      {"sdiv r2, r3, r4", {0xFB93, 0xF2F4}, "r3=5 r4=0", "r2=0"},
      {"udiv r2, r3, r4", {0xFBB3, 0xF2F4}, "r3=fffffff9 r4=2", "r2=7ffffffc"},
      {"udiv r2, r3, r4", {0xFBB3, 0xF2F4}, "r3=5 r4=0", "r2=0"},
  });
}

TEST(Multiply, HalvesOfSixteen) {
  check_all({
      {"smulbb r2, r3, r4", {0xFB13, 0xF204}, "r3=18000 r4=17fff", "r2=c0008000"},
      {"smultb r2, r3, r4", {0xFB13, 0xF224}, "r3=ffff0002 r4=3", "r2=fffffffd"},
      {"smulbt r2, r3, r4", {0xFB13, 0xF214}, "r3=2 r4=30000", "r2=6"},
      {"smultt r2, r3, r4", {0xFB13, 0xF234}, "r3=80000000 r4=80000000", "r2=40000000"},
      {"smlabb r2, r3, r4, r5", {0xFB13, 0x5204}, "r3=7fff r4=7fff r5=7fffffff", "r2=bfff0000 f=Q"},
      {"smlatt r2, r3, r4, r5", {0xFB13, 0x5234}, "r3=20000 r4=30000 r5=1 f=Q", "r2=7 f=Q"},
      {"smulwb r2, r3, r4", {0xFB33, 0xF204}, "r3=80000000 r4=8000", "r2=40000000"},
      {"smulwt r2, r3, r4", {0xFB33, 0xF214}, "r3=ffffffff r4=10000", "r2=ffffffff"},
      {"smlawb r2, r3, r4, r5", {0xFB33, 0x5204}, "r3=10000 r4=2 r5=7fffffff", "r2=80000001 f=Q"},
      {"smlalbb r2, r3, r4, r5", {0xFBC4, 0x2385}, "r2=ffffffff r3=0 r4=ffff r5=ffff", "r2=0 r3=1"},
      {"smlaltb r2, r3, r4, r5",
       {0xFBC4, 0x23A5},
       "r2=0 r3=0 r4=ffff0000 r5=1",
       "r2=ffffffff r3=ffffffff"},
  });
}

TEST(Multiply, TwoProducts) {
  check_all({
      {"smuad r2, r3, r4", {0xFB23, 0xF204}, "r3=20003 r4=40005", "r2=17"},
      {"smuadx r2, r3, r4", {0xFB23, 0xF214}, "r3=20003 r4=40005", "r2=16"},
      {"smuad r2, r3, r4", {0xFB23, 0xF204}, "r3=80008000 r4=80008000", "r2=80000000 f=Q"},
      {"smlad r2, r3, r4, r5", {0xFB23, 0x5204}, "r3=20003 r4=40005 r5=1", "r2=18"},
      {"smladx r2, r3, r4, r5", {0xFB23, 0x5214}, "r3=10000 r4=1 r5=7fffffff", "r2=80000000 f=Q"},
      {"smusd r2, r3, r4", {0xFB43, 0xF204}, "r3=20003 r4=40005", "r2=7"},
      {"smusdx r2, r3, r4", {0xFB43, 0xF214}, "r3=20003 r4=40005", "r2=2"},
      {"smlsd r2, r3, r4, r5", {0xFB43, 0x5204}, "r3=1 r4=1 r5=7fffffff", "r2=80000000 f=Q"},
      {"smlald r2, r3, r4, r5",
       {0xFBC4, 0x23C5},
       "r2=ffffffff r3=1 r4=10001 r5=10001",
       "r2=1 r3=2"},
      {"smlaldx r2, r3, r4, r5", {0xFBC4, 0x23D5}, "r2=0 r3=0 r4=20003 r5=40005", "r2=16 r3=0"},
      {"smlsld r2, r3, r4, r5",
       {0xFBD4, 0x23C5},
       "r2=0 r3=0 r4=10000 r5=10000",
       "r2=ffffffff r3=ffffffff"},
      {"smlsldx r2, r3, r4, r5", {0xFBD4, 0x23D5}, "r2=0 r3=0 r4=3 r5=40000", "r2=c r3=0"},
  });
}

TEST(Multiply, UpperWords) {
  check_all({
      {"smmul r2, r3, r4", {0xFB53, 0xF204}, "r3=80000000 r4=80000000", "r2=40000000"},
      {"smmul r2, r3, r4", {0xFB53, 0xF204}, "r3=1 r4=ffffffff", "r2=ffffffff"},
      {"smmulr r2, r3, r4", {0xFB53, 0xF214}, "r3=1 r4=80000000", "r2=0"},
      {"smmulr r2, r3, r4", {0xFB53, 0xF214}, "r3=40000000 r4=2", "r2=1"},
      {"smmla r2, r3, r4, r5", {0xFB53, 0x5204}, "r3=40000000 r4=8 r5=1", "r2=3"},
      {"smmlar r2, r3, r4, r5", {0xFB53, 0x5214}, "r3=40000000 r4=2 r5=1", "r2=2"},
      {"smmls r2, r3, r4, r5", {0xFB63, 0x5204}, "r3=1 r4=1 r5=1", "r2=0"},
      {"smmlsr r2, r3, r4, r5", {0xFB63, 0x5214}, "r3=1 r4=1 r5=1", "r2=1"},
  });
}

TEST(Multiply, SumsOfDifferences) {
  check_all({
      {"usad8 r2, r3, r4", {0xFB73, 0xF204}, "r3=ff000105 r4=00ff0502", "r2=205"},
      {"usada8 r2, r3, r4, r5", {0xFB73, 0x5204}, "r3=1 r4=2 r5=ffffffff", "r2=0"},
  });
}

TEST(Multiply, ACortexM3DividesAndHasNoDsp) {
  check_all(
      {
          {"udiv r2, r3, r4", {0xFBB3, 0xF2F4}, "r3=7 r4=2", "r2=3"},
          {"umlal r2, r3, r4, r5", {0xFBE4, 0x2305}, "r2=ffffffff r3=0 r4=1 r5=1", "r2=0 r3=1"},
          {"smulbb r2, r3, r4", {0xFB13, 0xF204}, "", "!UNDEFINSTR"},
          {"umaal r2, r3, r4, r5", {0xFBE4, 0x2365}, "", "!UNDEFINSTR"},
          {"usad8 r2, r3, r4", {0xFB73, 0xF204}, "", "!UNDEFINSTR"},
      },
      cortex_m3());
}

TEST(Multiply, ACortexM0DoesNotDivide) {
  check_all(
      {
          {"udiv r2, r3, r4", {0xFBB3, 0xF2F4}, "", "!UNDEFINSTR"},
          {"mul r2, r3, r4", {0xFB03, 0xF204}, "", "!UNDEFINSTR"},
      },
      cortex_m0plus());
}

// DDI 0403E §B3.2.8: CCR.DIV_0_TRP.
TEST(Multiply, DivisionByZeroFaultsWhenAskedTo) {
  for (const std::uint16_t first : HalfWords{0xFBB3, 0xFB93}) {
    Rig rig(cortex_m4f(), {first, 0xF2F4});
    ASSERT_TRUE(rig.core->poke_system(0xE000ED14, 0x210));
    rig.state().r[4] = 0;
    rig.run(1);
    EXPECT_EQ(rig.fault(), "DIVBYZERO");
  }
}

}  // namespace
}  // namespace dfurig::cpu
