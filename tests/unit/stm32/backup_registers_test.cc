// RM0351 §38.3.7, §5.1.5; RM0008 §6.4.
#include "stm32/backup_registers.h"

#include <gtest/gtest.h>

#include "stm32/unit_rig.h"

namespace dfurig::stm32 {
namespace {

RegisterSpec backup(const std::string& name, std::uint32_t offset) {
  RegisterSpec spec = storage(name, offset);
  spec.outlives_reset = UINT32_MAX;
  return spec;
}

class BackupRegistersTest : public testing::Test {
 protected:
  BackupRegistersTest() { rig.around.blocks["PWR"] = &pwr; }
  void open() { pwr.poke("CR", 1u << 8); }
  void unlock() {
    rig.write("WPR", 0xCA);
    rig.write("WPR", 0x53);
  }

  NotEmulated not_emulated;
  BlockSpec pwr_spec = [] {
    RegisterSpec cr = storage("CR", 0);
    cr.fields = {{"DBP", 8, 1, Access::ReadWrite, {}, true}};
    return block_of("PWR", {cr});
  }();
  RegisterBlock pwr{pwr_spec, not_emulated};
  UnitRig rig{"backup",
              "RTC",
              {storage("TR", 0x00), storage("CR", 0x08), storage("ISR", 0x0C, 0x07),
               with_access(storage("WPR", 0x24), Access::WriteOnly), storage("TAMPCR", 0x40),
               backup("BKP0R", 0x50), backup("BKP1R", 0x54)}};
};

TEST_F(BackupRegistersTest, AreWrittenOnlyWithDbp) {
  rig.write("BKP0R", 0x12345678);
  EXPECT_EQ(rig.read("BKP0R"), 0u);
  open();
  rig.write("BKP0R", 0x12345678);
  EXPECT_EQ(rig.read("BKP0R"), 0x12345678u);
}

TEST_F(BackupRegistersTest, OutliveEveryResetButPowerOn) {
  open();
  rig.write("BKP1R", 0xDEADBEEF);
  rig.reset(false);
  EXPECT_EQ(rig.read("BKP1R"), 0xDEADBEEFu);
  rig.reset(true);
  EXPECT_EQ(rig.read("BKP1R"), 0u);
}

// What a debugger stores there is content like any other.
TEST_F(BackupRegistersTest, AWriteThatIsRefusedLeavesWhatIsThere) {
  rig.block->poke("BKP0R", 5);
  rig.write("BKP0R", 6);
  EXPECT_EQ(rig.read("BKP0R"), 5u);
}

TEST_F(BackupRegistersTest, OtherRegistersNeedTheKeys) {
  open();
  rig.write("TR", 1);
  EXPECT_EQ(rig.read("TR"), 0u);
  rig.write("TAMPCR", 1);
  EXPECT_EQ(rig.read("TAMPCR"), 1u);
  unlock();
  rig.write("TR", 2);
  EXPECT_EQ(rig.read("TR"), 2u);
  rig.write("WPR", 0xFF);
  rig.write("TR", 3);
  EXPECT_EQ(rig.read("TR"), 2u);
}

TEST_F(BackupRegistersTest, KeysCountInTheirOrderOnly) {
  open();
  for (const std::uint32_t key : {0x53u, 0xCAu, 0xCAu, 0x53u}) rig.write("WPR", key);
  rig.write("TR", 1);
  EXPECT_EQ(rig.read("TR"), 0u);
}

TEST_F(BackupRegistersTest, InitialisationIsEnteredAndLeftAtOnce) {
  open();
  rig.write("ISR", 0xFFFFFFFF);
  EXPECT_EQ(rig.read("ISR") & 0xC0, 0x40u & rig.read("ISR")) << "INIT is protected";
  unlock();
  rig.write("ISR", 0x80);
  EXPECT_EQ(rig.read("ISR") & 0xE0, 0xC0u);
  rig.write("ISR", 0x00);
  EXPECT_EQ(rig.read("ISR") & 0xE0, 0x20u);
}

TEST(BackupRegisters, WithoutPwrNothingKeepsThemFromBeingWritten) {
  UnitRig rig("backup", "BKP", {backup("DR1", 0x04)});
  rig.write("DR1", 0x424C);
  rig.reset(false);
  EXPECT_EQ(rig.read("DR1"), 0x424Cu);
}

}  // namespace
}  // namespace dfurig::stm32
