// Option bytes that firmware programs by registers.
#include <gtest/gtest.h>

#include "stm32/flash_rig.h"

namespace dfurig::stm32 {
namespace {

Bytes programmed(const Chip& chip) {
  const ByteView content = chip.option_bytes().content();
  return {content.begin(), content.end()};
}

// RM0351 §3.4.2, RM0444 Rev 5 p. 90
class OptionsByRegisters : public testing::Test {
 protected:
  static constexpr std::uint32_t optr = interface + 0x20, wrpr = interface + 0x24;
  static constexpr std::uint32_t optstrt = 1u << 17, obl_launch = 1u << 27;

  static ChipSpec spec(AfterProgramming after = AfterProgramming::AsWritten) {
    ChipSpec chip =
        chip_with({"EOP", "WRPERR", "PGSERR"}, {field("OPTSTRT", 17, 1, Access::WriteOnly),
                                                field("OBL_LAUNCH", 27, 1, Access::WriteOnly),
                                                field("OPTLOCK", 30, 1, Access::OneToSet)});
    chip.option_bytes.windows = {{options, 16}};
    chip.option_bytes.factory = {0xAA, 1, 2, 3, 0x55, 0xFE, 0xFD, 0xFC,
                                 0xFF, 0, 0, 0, 0,    0xFF, 0xFF, 0xFF};
    chip.option_bytes.complement = Complement::Word;
    chip.option_bytes.write_protection.bits = {{{8}, 8}};
    chip.option_bytes.after_programming = after;
    chip.option_bytes.registers = {{"OPTR", "", {0, 1, 2, 3}}, {"WRPR", "", {8}}};
    auto& registers = chip.blocks[0].registers;
    registers[1].reset = 3u << 30;
    registers.push_back(key_register("KEYR", 0x04, "CR", 31));
    registers.push_back(key_register("OPTKEYR", 0x08, "CR", 30));
    registers.push_back(
        flash_register("OPTR", 0x20, "flash_option", {field("RDP", 0, 8), field("USER", 8, 16)}));
    registers.push_back(flash_register("WRPR", 0x24, "flash_option", {field("nWRP", 0, 8)}));
    return chip;
  }
  void unlock() {
    write_keys(chip_, keyr);
    write_keys(chip_, optkeyr);
  }
  Chip chip_{spec()};
};

TEST_F(OptionsByRegisters, AreShownAsLoaded) {
  EXPECT_EQ(chip_.read(optr, 4), 0x000201AAu) << "bits in no field stay 0";
  EXPECT_EQ(chip_.read(wrpr, 4), 0xFFu);
  chip_.option_bytes().preload(options, Bytes{0xAA, 9});
  chip_.reset(ResetKind::System);
  EXPECT_EQ(chip_.read(optr, 4), 0x000201AAu);
  chip_.reset(ResetKind::OptionByteLoad);
  EXPECT_EQ(chip_.read(optr, 4), 0x000209AAu);
}

TEST_F(OptionsByRegisters, AreProgrammedByOptstrtAndTakeEffectWhenLoaded) {
  unlock();
  chip_.write(wrpr, 4, 0xFE);
  chip_.write(optr, 4, 0xFF0405AA);
  EXPECT_EQ(programmed(chip_)[1], 1) << "not before OPTSTRT";
  chip_.write(cr, 4, optstrt);
  EXPECT_EQ(programmed(chip_),
            (Bytes{0xAA, 5, 4, 3, 0x55, 0xFA, 0xFB, 0xFC, 0xFE, 0, 0, 0, 0x01, 0xFF, 0xFF, 0xFF}))
      << "with complements; what no field has stays";
  EXPECT_EQ(chip_.read(optr, 4), 0x000405AAu);
  EXPECT_FALSE(chip_.is_write_protected(0));
  EXPECT_FALSE(chip_.wants_attention());
  chip_.write(cr, 4, obl_launch);
  EXPECT_EQ(chip_.take_reset_request(), ResetCause::OptionByteLoad);
  chip_.reset(ResetKind::OptionByteLoad);
  EXPECT_TRUE(chip_.is_write_protected(0));
}

TEST_F(OptionsByRegisters, ReadAsLoadedAfterwardsWhereTheManualSaysSo) {
  Chip chip(spec(AfterProgramming::AsLoaded));
  write_keys(chip, keyr);
  write_keys(chip, optkeyr);
  chip.write(optr, 4, 0x000405AA);
  EXPECT_EQ(chip.read(optr, 4), 0x000405AAu);
  chip.write(cr, 4, optstrt);
  EXPECT_EQ(chip.read(optr, 4), 0x000201AAu);
  EXPECT_EQ(programmed(chip)[1], 5);
}

TEST_F(OptionsByRegisters, TakeNothingWhileLocked) {
  chip_.write(optr, 4, 0);
  EXPECT_EQ(chip_.read(optr, 4), 0x000201AAu);
  EXPECT_EQ(chip_.not_emulated().counts().at("FLASH.OPTR written while locked"), 1u);
  write_keys(chip_, keyr);
  chip_.write(cr, 4, optstrt | obl_launch);
  EXPECT_EQ(chip_.take_reset_request(), std::nullopt);
  write_keys(chip_, optkeyr);
  chip_.write(cr, 4, lock);
  EXPECT_EQ(chip_.read(cr, 4), 3u << 30) << "LOCK sets OPTLOCK";
  write_keys(chip_, optkeyr);
  EXPECT_EQ(chip_.read(cr, 4), 3u << 30) << "OPTLOCK opens after LOCK";
  unlock();
  EXPECT_EQ(chip_.read(cr, 4), 0u);
}

TEST_F(OptionsByRegisters, StayLockedAfterAWrongKeyUntilReset) {
  write_keys(chip_, keyr);
  chip_.write(optkeyr, 4, 7);
  write_keys(chip_, optkeyr);
  EXPECT_EQ(chip_.read(cr, 4), 1u << 30);
  chip_.reset(ResetKind::System);
  unlock();
  EXPECT_EQ(chip_.read(cr, 4), 0u);
}

TEST_F(OptionsByRegisters, EraseFlashOnTheWayFromLevel1To0) {
  chip_.flash().preload(flash, Bytes(8, 0x11));
  unlock();
  chip_.write(optr, 4, 0x000201BB);
  chip_.write(cr, 4, optstrt);
  chip_.reset(ResetKind::OptionByteLoad);
  EXPECT_EQ(chip_.option_bytes().read_protection(), ReadProtection::Level1);
  EXPECT_EQ(chip_.read(flash, 4), 0x11111111u);
  unlock();
  chip_.write(optr, 4, 0x000202BB);
  chip_.write(cr, 4, optstrt);
  EXPECT_EQ(chip_.read(flash, 4), 0x11111111u) << "still level 1";
  chip_.write(optr, 4, 0x000202AA);
  chip_.write(cr, 4, optstrt);
  EXPECT_EQ(chip_.read(flash, 4), 0xFFFFFFFFu);
}

TEST_F(OptionsByRegisters, AreForEverAtLevel2) {
  unlock();
  chip_.write(optr, 4, 0x000201CC);
  chip_.write(cr, 4, optstrt);
  chip_.reset(ResetKind::OptionByteLoad);
  unlock();
  chip_.write(optr, 4, 0x000201AA);
  chip_.write(cr, 4, optstrt);
  chip_.reset(ResetKind::PowerOn);
  EXPECT_EQ(chip_.option_bytes().read_protection(), ReadProtection::Level2);
}

// RM0090 §3.6.5, §3.9.10
class OptionsByOptcr : public testing::Test {
 protected:
  static constexpr std::uint32_t optcr = interface + 0x18, optcr1 = interface + 0x1C;

  static ChipSpec spec() {
    ChipSpec chip = chip_with({"EOP", "WRPERR"}, {field("PSIZE", 8, 2)});
    chip.option_bytes.factory = {0xE0, 0xAA, 0xFF, 0x77};
    chip.option_bytes.rdp_offset = 1;
    chip.option_bytes.write_protection.bits = {{{2}, 8}};
    chip.option_bytes.load_at_system_reset = true;
    chip.option_bytes.registers = {{"OPTCR", "", {0, 1, 2}}, {"OPTCR1", "nWRP", {3}}};
    auto& registers = chip.blocks[0].registers;
    registers.push_back(key_register("OPTKEYR", 0x08, "OPTCR", 0));
    registers.push_back(flash_register(
        "OPTCR", 0x18, "flash_optcr",
        {field("OPTLOCK", 0, 1, Access::OneToSet), field("OPTSTRT", 1, 1, Access::WriteOnly),
         field("nRST_STOP", 6), field("RDP", 8, 8), field("nWRP", 16, 8)}));
    registers.back().reset = 1;
    registers.push_back(flash_register("OPTCR1", 0x1C, "flash_option", {field("nWRP", 16, 8)}));
    return chip;
  }
  Chip chip_{spec()};
};

TEST_F(OptionsByOptcr, AreProgrammedByOptstrtAndTakeEffectAtAReset) {
  EXPECT_EQ(chip_.read(optcr, 4), 0x00FFAA41u);
  EXPECT_EQ(chip_.read(optcr1, 4), 0x00770000u);
  write_keys(chip_, optkeyr);
  chip_.write(optcr1, 4, 0x00660000);
  chip_.write(optcr, 4, 0x00FEAA00);
  EXPECT_EQ(programmed(chip_), spec().option_bytes.factory);
  chip_.write(optcr, 4, 0x00FEAA02);
  EXPECT_EQ(programmed(chip_), (Bytes{0xA0, 0xAA, 0xFE, 0x66})) << "USER's bits in no field stay";
  EXPECT_EQ(chip_.read(optcr, 4), 0x00FEAA00u);
  EXPECT_FALSE(chip_.is_write_protected(0));
  chip_.reset(ResetKind::System);
  EXPECT_TRUE(chip_.is_write_protected(0));
  EXPECT_EQ(chip_.read(optcr, 4), 0x00FEAA01u);
}

TEST_F(OptionsByOptcr, TakeNothingWhileLockedNorAfterAWrongKey) {
  chip_.write(optcr, 4, 0x00FEAA02);
  chip_.write(optcr1, 4, 0);
  EXPECT_EQ(chip_.read(optcr1, 4), 0x00770000u);
  chip_.write(optkeyr, 4, 2);
  write_keys(chip_, optkeyr);
  chip_.write(optcr, 4, 0x00FEAA02);
  EXPECT_EQ(programmed(chip_), spec().option_bytes.factory);
  EXPECT_EQ(chip_.read(optcr, 4), 0x00FFAA41u);
}

}  // namespace
}  // namespace dfurig::stm32
