// Flash, data EEPROM and option bytes of the L0 and L1, by PECR.
#include <gtest/gtest.h>

#include "stm32/flash_rig.h"

namespace dfurig::stm32 {
namespace {

constexpr std::uint32_t pecr = interface + 0x04;
constexpr std::uint32_t pekeyr = interface + 0x0C;
constexpr std::uint32_t prgkeyr = interface + 0x18;
constexpr std::uint32_t low_power_optkeyr = interface + 0x1C;
constexpr std::uint32_t optr = interface + 0x20;
constexpr std::uint32_t eeprom = 0x08080000;
constexpr std::uint32_t prog = 1u << 3, erase = 1u << 9, fprg = 1u << 10, obl_launch = 1u << 18,
                        nzdisable = 1u << 23;
constexpr std::uint32_t eop = 1, wrperr = 2, sizerr = 4, notzeroerr = 8, optverr = 16;

// RM0377 §3.3.4, §3.7
class LowPowerFlashTest : public testing::Test {
 protected:
  static ChipSpec spec() {
    ChipSpec chip = chip_with({"EOP", "WRPERR", "SIZERR", "NOTZEROERR", "OPTVERR"}, {});
    chip.flash.erased_value = 0;
    chip.memories = {{"EEPROM", MemoryKind::Eeprom, eeprom, 16, {}}};
    chip.option_bytes.windows = {{options, 8}};
    chip.option_bytes.factory = {0xAA, 0, 0x55, 0xFF, 0, 0, 0xFF, 0xFF};
    chip.option_bytes.complement = Complement::HalfWord;
    chip.option_bytes.write_protection.bits = {{{4}, 8, 0, 1, false, true}};
    chip.option_bytes.registers = {{"OPTR", "", {0, 1}}};
    auto& registers = chip.blocks[0].registers;
    registers[1] = flash_register(
        "PECR", 0x04, "flash_pecr",
        {field("PELOCK", 0, 1, Access::OneToSet), field("PRGLOCK", 1, 1, Access::OneToSet),
         field("OPTLOCK", 2, 1, Access::OneToSet), field("PROG", 3), field("ERASE", 9),
         field("FPRG", 10), field("OBL_LAUNCH", 18, 1, Access::WriteOnly), field("NZDISABLE", 23)});
    registers[1].reset = 7;
    registers.push_back(key_register("PEKEYR", 0x0C, "PECR", 0));
    registers.push_back(key_register("PRGKEYR", 0x18, "PECR", 1));
    registers.push_back(key_register("OPTKEYR", 0x1C, "PECR", 2));
    registers.push_back(
        flash_register("OPTR", 0x20, "", {field("RDPROT", 0, 8, Access::ReadOnly)}));
    return chip;
  }
  void unlock(std::uint32_t second) {
    write_keys(chip_, pekeyr);
    write_keys(chip_, second);
  }
  std::uint32_t take_flags() {
    const std::uint32_t flags = chip_.read(sr, 4).value_or(0);
    chip_.write(sr, 4, flags);
    return flags;
  }
  Chip chip_{spec()};
};

TEST_F(LowPowerFlashTest, ProgramsWordsAndErasesPagesByStores) {
  unlock(prgkeyr);
  EXPECT_TRUE(chip_.write(flash + 4, 4, 0x12345678));
  EXPECT_EQ(chip_.read(flash + 4, 4), 0x12345678u);
  EXPECT_EQ(take_flags(), eop);
  chip_.write(flash + 256, 4, 1);
  chip_.write(pecr, 4, erase | prog);
  chip_.write(flash, 4, 0);
  EXPECT_EQ(chip_.read(flash + 4, 4), 0u);
  EXPECT_EQ(chip_.read(flash + 256, 4), 1u) << "another page";
}

TEST_F(LowPowerFlashTest, ProgramsOverWhatIsThereAndSaysSo) {
  unlock(prgkeyr);
  chip_.write(flash, 4, 0xF0);
  take_flags();
  chip_.write(flash, 4, 0x3C);
  EXPECT_EQ(chip_.read(flash, 4), 0xFCu) << "bits can only be set";
  EXPECT_EQ(take_flags(), eop | notzeroerr);
  chip_.write(pecr, 4, nzdisable);
  chip_.write(flash, 4, 1);
  EXPECT_EQ(take_flags(), eop);
}

TEST_F(LowPowerFlashTest, TakesNothingWhileLocked) {
  EXPECT_TRUE(chip_.write(flash, 4, 1));
  EXPECT_EQ(take_flags(), wrperr);
  EXPECT_TRUE(chip_.write(eeprom, 4, 1));
  EXPECT_EQ(take_flags(), wrperr);
  EXPECT_TRUE(chip_.write(options, 4, 0));
  EXPECT_EQ(take_flags(), wrperr);
  write_keys(chip_, prgkeyr);
  EXPECT_EQ(chip_.read(pecr, 4), 7u) << "PRGLOCK opens after PELOCK";
  write_keys(chip_, pekeyr);
  chip_.write(flash, 4, 1);
  EXPECT_EQ(take_flags(), wrperr) << "PRGLOCK";
  EXPECT_EQ(chip_.read(flash, 4), 0u);
}

TEST_F(LowPowerFlashTest, StaysLockedAfterAWrongKey) {
  chip_.write(pekeyr, 4, 2);
  write_keys(chip_, pekeyr);
  EXPECT_EQ(chip_.read(pecr, 4), 7u);
}

TEST_F(LowPowerFlashTest, SaysWhatIsWrong) {
  unlock(prgkeyr);
  chip_.write(flash, 2, 1);
  EXPECT_EQ(take_flags(), sizerr);
  chip_.write(pecr, 4, fprg | prog);
  chip_.write(flash, 4, 1);
  EXPECT_EQ(take_flags(), 0u);
  EXPECT_EQ(chip_.read(flash, 4), 0u) << "half pages are not emulated";
  EXPECT_EQ(chip_.not_emulated().counts().size(), 1u);
}

TEST_F(LowPowerFlashTest, LeavesWhatIsWriteProtected) {
  chip_.option_bytes().preload(options + 0, Bytes{0xAA, 0, 0x55, 0xFF, 1});
  chip_.reset(ResetKind::OptionByteLoad);
  unlock(prgkeyr);
  chip_.write(flash, 4, 1);
  EXPECT_EQ(take_flags(), wrperr);
  EXPECT_EQ(chip_.read(flash, 4), 0u);
}

TEST_F(LowPowerFlashTest, WritesDataEepromInAnyWidth) {
  write_keys(chip_, pekeyr);
  chip_.write(eeprom, 4, 0x11223344);
  chip_.write(eeprom + 1, 1, 0x55);
  chip_.write(eeprom + 4, 2, 0x6677);
  EXPECT_EQ(chip_.read(eeprom, 4), 0x11225544u);
  EXPECT_EQ(chip_.read(eeprom + 4, 4), 0x6677u);
  EXPECT_EQ(take_flags(), eop);
  chip_.write(pecr, 4, erase);
  chip_.write(eeprom, 4, 9);
  EXPECT_EQ(chip_.read(eeprom, 4), 0u);
}

TEST_F(LowPowerFlashTest, ProgramsOptionsWithTheComplementFirmwareGives) {
  EXPECT_EQ(chip_.read(optr, 4), 0xAAu);
  unlock(low_power_optkeyr);
  chip_.write(options + 4, 4, 0xFFFE0001);
  EXPECT_FALSE(chip_.is_write_protected(0));
  chip_.write(pecr, 4, obl_launch);
  EXPECT_EQ(chip_.take_reset_request(), ResetCause::OptionByteLoad);
  chip_.reset(ResetKind::OptionByteLoad);
  EXPECT_TRUE(chip_.is_write_protected(0));
}

// RM0367 Rev 7 §3.4.4
TEST_F(LowPowerFlashTest, LoadsTheMismatchOfAWrongComplement) {
  unlock(low_power_optkeyr);
  chip_.write(options, 4, 0xFF5500AB);
  chip_.reset(ResetKind::OptionByteLoad);
  EXPECT_EQ(chip_.option_bytes().read_protection(), ReadProtection::Level1);
  EXPECT_EQ(chip_.read(optr, 4), 0xFFu);
  EXPECT_EQ(take_flags(), optverr);
}

TEST_F(LowPowerFlashTest, ErasesEverythingOnTheWayFromLevel1To0) {
  unlock(low_power_optkeyr);
  write_keys(chip_, prgkeyr);
  chip_.write(flash, 4, 1);
  chip_.write(eeprom, 4, 1);
  chip_.write(options, 4, 0xFF4400BB);
  chip_.reset(ResetKind::OptionByteLoad);
  unlock(low_power_optkeyr);
  EXPECT_EQ(chip_.read(flash, 4), 1u);
  chip_.write(options, 4, 0xFF5500AA);
  EXPECT_EQ(chip_.read(flash, 4), 0u);
  EXPECT_EQ(chip_.read(eeprom, 4), 0u);
}

TEST_F(LowPowerFlashTest, LaunchesNothingWhileOptlockIsSet) {
  write_keys(chip_, pekeyr);
  chip_.write(pecr, 4, obl_launch);
  EXPECT_EQ(chip_.take_reset_request(), std::nullopt);
}

}  // namespace
}  // namespace dfurig::stm32
