// RM0351 §13 (PR), RM0444 §13 (RPR1, FPR1), RM0091 §11 (three lines).
#include "stm32/exti.h"

#include <gtest/gtest.h>

#include "stm32/unit_rig.h"

namespace dfurig::stm32 {
namespace {

const std::vector<unsigned> seven = {6, 7, 8, 9, 10, 23, 40};

class ExtiTest : public testing::Test {
 protected:
  ExtiTest() { rig.around.blocks["SYSCFG"] = &syscfg; }
  void drive(UnitRig& on, unsigned port, unsigned pin, bool level) {
    on.around.levels[{port, pin}] = level;
    on.unit->pins_changed();
  }

  NotEmulated not_emulated;
  BlockSpec syscfg_spec =
      block_of("SYSCFG", {storage("EXTICR1", 8), storage("EXTICR2", 12), storage("EXTICR4", 20)});
  RegisterBlock syscfg{syscfg_spec, not_emulated};
  UnitRig rig{"exti",
              "EXTI",
              {storage("IMR1", 0x00), storage("RTSR1", 0x08), storage("FTSR1", 0x0C),
               with_access(storage("SWIER1", 0x10), Access::OneToSet),
               with_access(storage("PR1", 0x14), Access::OneToClear)},
              seven};
  UnitRig two_pending{"exti",
                      "EXTI",
                      {storage("RTSR1", 0x00), storage("FTSR1", 0x04),
                       with_access(storage("SWIER1", 0x08), Access::OneToSet),
                       with_access(storage("RPR1", 0x0C), Access::OneToClear),
                       with_access(storage("FPR1", 0x10), Access::OneToClear),
                       storage("EXTICR4", 0x6C), storage("IMR1", 0x80)},
                      {5, 6, 7}};
};

TEST_F(ExtiTest, TheChosenEdgeMakesItPending) {
  rig.write("RTSR1", 1);
  drive(rig, 0, 0, true);
  EXPECT_EQ(rig.read("PR1"), 1u);
  rig.write("PR1", 1);
  EXPECT_EQ(rig.read("PR1"), 0u);
  drive(rig, 0, 0, false);
  EXPECT_EQ(rig.read("PR1"), 0u);
  rig.write("FTSR1", 1);
  drive(rig, 0, 0, true);
  rig.write("PR1", 1);
  drive(rig, 0, 0, false);
  EXPECT_EQ(rig.read("PR1"), 1u);
}

TEST_F(ExtiTest, ALevelThatStaysIsNoEdge) {
  rig.write("RTSR1", 1);
  drive(rig, 0, 0, true);
  rig.write("PR1", 1);
  rig.unit->pins_changed();
  EXPECT_EQ(rig.read("PR1"), 0u);
}

// §9.2.3: EXTICR4 is for lines 12 to 15, port C is 2.
TEST_F(ExtiTest, EachLineIsOfOnePort) {
  rig.write("RTSR1", 0x2000);
  syscfg.poke("EXTICR4", 0x0020);
  drive(rig, 0, 13, true);
  EXPECT_EQ(rig.read("PR1"), 0u);
  drive(rig, 2, 13, true);
  EXPECT_EQ(rig.read("PR1"), 0x2000u);
}

TEST_F(ExtiTest, LinesOfTheNvic) {
  struct Row {
    unsigned line, of_seven, of_three;
  };
  for (const Row& row : {Row{0, 0, 0}, Row{1, 1, 0}, Row{2, 2, 1}, Row{3, 3, 1}, Row{4, 4, 2},
                         Row{5, 5, 2}, Row{9, 5, 2}, Row{10, 6, 2}, Row{15, 6, 2}}) {
    for (UnitRig* each : {&rig, &two_pending}) {
      each->write("IMR1", 0xFFFF);
      each->write("SWIER1", 1u << row.line);
      EXPECT_EQ(each->unit->interrupts(), 1u << (each == &rig ? row.of_seven : row.of_three));
      each->write(each == &rig ? "PR1" : "RPR1", 0xFFFF);
      EXPECT_EQ(each->unit->interrupts(), 0u);
    }
  }
}

TEST_F(ExtiTest, AMaskedLineIsSilent) {
  rig.write("RTSR1", 1);
  drive(rig, 0, 0, true);
  EXPECT_EQ(rig.unit->interrupts(), 0u);
  rig.write("IMR1", 1);
  EXPECT_EQ(rig.unit->interrupts(), 1u);
}

// §13.5.5
TEST_F(ExtiTest, SoftwareTriggersWhatIsEnabled) {
  rig.write("SWIER1", 1);
  EXPECT_EQ(rig.read("PR1"), 0u);
  rig.write("IMR1", 2);
  rig.write("SWIER1", 2);
  EXPECT_EQ(rig.read("PR1"), 2u);
  rig.write("PR1", 2);
  EXPECT_EQ(rig.read("SWIER1") & 2, 0u);
}

// RM0444 §13.5.4, §13.5.5
TEST_F(ExtiTest, EachEdgeHasItsOwnPendingRegister) {
  two_pending.write("RTSR1", 0x8000);
  two_pending.write("FTSR1", 0x8000);
  two_pending.write("EXTICR4", 0x01000000);
  drive(two_pending, 1, 15, true);
  EXPECT_EQ(two_pending.read("RPR1"), 0x8000u);
  EXPECT_EQ(two_pending.read("FPR1"), 0u);
  drive(two_pending, 1, 15, false);
  EXPECT_EQ(two_pending.read("FPR1"), 0x8000u);
}

}  // namespace
}  // namespace dfurig::stm32
