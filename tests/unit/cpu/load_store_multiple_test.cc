// Expectations from DDI 0403E §A7.7, the pseudo-code of each instruction.
// r3 points into RAM, where m20000100 is a word.
#include "cpu/rig.h"

namespace dfurig::cpu {
namespace {

TEST(LoadStoreMultiple, Lists) {
  check_all({
      {"stmia.w r3, {r1, r8}",
       {0xE883, 0x0102},
       "r3=20000100",
       "m20000100=11111111 m20000104=88888888"},
      {"stmia.w r3!, {r1, lr}",
       {0xE8A3, 0x4002},
       "r3=20000100",
       "r3=20000108 m20000100=11111111 m20000104=eeeeeeef"},
      {"stmdb r3!, {r1, r2}",
       {0xE923, 0x0006},
       "r3=20000108",
       "r3=20000100 m20000100=11111111 m20000104=22222222"},
      {"stmdb sp!, {r1, r8}",
       {0xE92D, 0x0102},
       "sp=20000108",
       "sp=20000100 m20000100=11111111 m20000104=88888888"},
      {"ldmia.w r3, {r1, r8}",
       {0xE893, 0x0102},
       "r3=20000100 m20000100=1 m20000104=8",
       "r1=1 r8=8"},
      {"ldmia.w r3!, {r1, r8}",
       {0xE8B3, 0x0102},
       "r3=20000100 m20000100=1 m20000104=8",
       "r3=20000108 r1=1 r8=8"},
      {"ldmdb r3!, {r1, r8}",
       {0xE933, 0x0102},
       "r3=20000108 m20000100=1 m20000104=8",
       "r3=20000100 r1=1 r8=8"},
      {"ldmdb r3, {r1, r8}", {0xE913, 0x0102}, "r3=20000108 m20000100=1 m20000104=8", "r1=1 r8=8"},
      {"ldmia.w sp!, {r1, pc}",
       {0xE8BD, 0x8002},
       "sp=20000100 m20000100=1 m20000104=8000151",
       "sp=20000108 r1=1 pc=8000150"},
      {"stmia.w r3, {r1, r8}", {0xE883, 0x0102}, "r3=20000102", "!UNALIGNED"},
      {"ldmia.w r3, {r1, r8}", {0xE893, 0x0102}, "r3=30000000", "!PRECISERR"},
  });
}

TEST(LoadStoreMultiple, Pairs) {
  check_all({
      {"ldrd r1, r2, [r3, #8]",
       {0xE9D3, 0x1202},
       "r3=200000f8 m20000100=1 m20000104=2",
       "r1=1 r2=2"},
      {"ldrd r1, r2, [r3, #-8]",
       {0xE953, 0x1202},
       "r3=20000108 m20000100=1 m20000104=2",
       "r1=1 r2=2"},
      {"ldrd r1, r2, [r3, #8]!",
       {0xE9F3, 0x1202},
       "r3=200000f8 m20000100=1 m20000104=2",
       "r1=1 r2=2 r3=20000100"},
      {"ldrd r1, r2, [r3], #8",
       {0xE8F3, 0x1202},
       "r3=20000100 m20000100=1 m20000104=2",
       "r1=1 r2=2 r3=20000108"},
      {"ldrd r1, r2, [pc, #-4]", {0xE95F, 0x1201}, "", "r1=1201e95f r2=ffffffff"},
      {"strd r1, r2, [r3, #8]",
       {0xE9C3, 0x1202},
       "r3=200000f8",
       "m20000100=11111111 m20000104=22222222"},
      {"strd r1, r2, [r3, #-8]!",
       {0xE963, 0x1202},
       "r3=20000108",
       "r3=20000100 m20000100=11111111 m20000104=22222222"},
      {"strd r1, r2, [r3], #-8",
       {0xE863, 0x1202},
       "r3=20000100",
       "r3=200000f8 m20000100=11111111 m20000104=22222222"},
      {"ldrd r1, r2, [r3]", {0xE9D3, 0x1200}, "r3=20000102", "!UNALIGNED"},
      {"strd r1, r2, [r3]", {0xE9C3, 0x1200}, "r3=30000000", "!PRECISERR"},
  });
}

TEST(LoadStoreMultiple, TableBranches) {
  check_all({
      {"tbb [r3, r4]", {0xE8D3, 0xF004}, "r3=20000100 r4=1 m20000100=0600", "pc=8000110"},
      {"tbh [r3, r4, lsl #1]",
       {0xE8D3, 0xF014},
       "r3=20000100 r4=1 m20000100=1000000",
       "pc=8000304"},
      {"tbb [pc, r4]", {0xE8DF, 0xF004}, "r4=0", "pc=8000302"},
  });
}

TEST(LoadStoreMultiple, StoreExclusiveNeedsAMark) {
  check_all({
      {"strex r1, r2, [r3, #4]", {0xE843, 0x2101}, "r3=20000100 m20000104=5", "r1=1 m20000104=5"},
      {"strexb r1, r2, [r3]", {0xE8C3, 0x2F41}, "r3=20000100 m20000100=5", "r1=1 m20000100=5"},
      {"ldrex r2, [r3, #4]", {0xE853, 0x2F01}, "r3=20000100 m20000104=5", "r2=5"},
      {"ldrexb r2, [r3]", {0xE8D3, 0x2F4F}, "r3=20000101 m20000100=1234", "r2=12"},
      {"ldrexh r2, [r3]", {0xE8D3, 0x2F5F}, "r3=20000102 m20000100=12340000", "r2=1234"},
      {"ldrex r2, [r3]", {0xE853, 0x2F00}, "r3=20000102", "!UNALIGNED"},
      {"ldrexh r2, [r3]", {0xE8D3, 0x2F5F}, "r3=20000101", "!UNALIGNED"},
      {"strexh r1, r2, [r3]", {0xE8C3, 0x2F51}, "r3=20000101", "!UNALIGNED"},
  });
}

TEST(LoadStoreMultiple, ACortexM0HasNone) {
  check_all(
      {
          {"ldrd r1, r2, [r3, #8]", {0xE9D3, 0x1202}, "r3=200000f8", "!UNDEFINSTR"},
          {"ldmia.w r3, {r1, r8}", {0xE893, 0x0102}, "r3=20000100", "!UNDEFINSTR"},
          {"ldrex r2, [r3]", {0xE853, 0x2F00}, "r3=20000100", "!UNDEFINSTR"},
      },
      cortex_m0plus());
}

// LDREX r2, [r3]; then what is in between; then STREX r1, r2, [r3]. §A3.4.1
TEST(LoadStoreMultiple, TheMonitorClosesOnceAndByClrex) {
  const HalfWords load{0xE853, 0x2F00}, store{0xE843, 0x2100}, clrex{0xF3BF, 0x8F2F};
  const auto result_of = [](const std::vector<HalfWords>& parts) {
    HalfWords code;
    for (const HalfWords& part : parts) code.insert(code.end(), part.begin(), part.end());
    Rig rig(cortex_m3(), code);
    rig.state().r[3] = TestBus::ram_base;
    rig.run(parts.size());
    EXPECT_EQ(rig.fault(), "");
    return rig.state().r[1];
  };
  EXPECT_EQ(result_of({load, store}), 0u);
  EXPECT_EQ(result_of({load, store, store}), 1u);
  EXPECT_EQ(result_of({load, clrex, store}), 1u);
  EXPECT_EQ(result_of({store}), 1u);
}

TEST(LoadStoreMultiple, AnExceptionClosesTheMonitor) {
  // ldrex, svc, strex; the handler returns at once.
  Rig rig(cortex_m3(), {0xE853, 0x2F00, 0xDF00, 0xE843, 0x2100});
  rig.bus.put(handler, {0x4770});
  rig.state().r[3] = TestBus::ram_base;
  rig.run(4);
  EXPECT_EQ(rig.state().r[pc], code_start + 10);
  EXPECT_EQ(rig.state().r[1], 1u);
}

// A faulting list is executed again: nothing was loaded.
TEST(LoadStoreMultiple, AFaultInAListLeavesRegisters) {
  Rig rig(cortex_m3(), {0xE8B3, 0x0102});
  rig.state().r[1] = 1;
  rig.state().r[3] = TestBus::ram_base + 0xFFC;
  rig.run(1);
  EXPECT_EQ(rig.fault(), "PRECISERR");
  EXPECT_EQ(rig.state().r[1], 1u);
  EXPECT_EQ(rig.state().r[3], TestBus::ram_base + 0xFFC);
}

}  // namespace
}  // namespace dfurig::cpu
