// Flash and option bytes of F0, F1 and F3.
#include <gtest/gtest.h>

#include "stm32/flash_rig.h"

namespace dfurig::stm32 {
namespace {

constexpr std::uint32_t ar = interface + 0x18;

Bytes programmed(const Chip& chip) {
  const ByteView content = chip.option_bytes().content();
  return {content.begin(), content.end()};
}

// PM0075 §2.3.3, §2.3.4, §3.4
TEST(FlashByHalfWords, ProgramsThemAndErasesThePageArPointsInto) {
  ChipSpec spec = chip_with({"EOP", "PGERR", "WRPRTERR"}, {field("PER", 1), field("MER", 2)});
  spec.flash.program_unit = 2;
  spec.flash.over_written = ProgramOverWritten::RefusedUnlessZero;
  RegisterSpec address;
  address.name = "AR";
  address.offset = 0x18;
  address.access = Access::WriteOnly;
  address.effect = "flash_ar";
  spec.blocks[0].registers.push_back(address);
  Chip chip(spec);
  EXPECT_FALSE(chip.write(flash, 2, 0)) << "PG is not set";
  chip.write(cr, 4, 1);
  EXPECT_FALSE(chip.write(flash, 4, 0)) << "a word";
  EXPECT_TRUE(chip.write(flash + 2, 2, 0x1234));
  EXPECT_EQ(chip.read(flash + 2, 2), 0x1234u);
  EXPECT_EQ(chip.read(sr, 4), 1u) << "EOP";
  EXPECT_TRUE(chip.write(flash + 2, 2, 0x1111));
  EXPECT_EQ(chip.read(sr, 4), 3u) << "PGERR: not erased";
  EXPECT_TRUE(chip.write(flash + 2, 2, 0));
  EXPECT_EQ(chip.read(flash + 2, 2), 0u);
  chip.write(ar, 4, flash + 200);
  EXPECT_EQ(chip.read(ar, 4), 0u);
  chip.write(cr, 4, 2);
  EXPECT_EQ(chip.read(flash + 2, 2), 0u) << "not before STRT";
  chip.write(cr, 4, 1u << 16 | 2);
  EXPECT_EQ(chip.read(flash + 2, 2), 0xFFFFu);
}

// PM0075 §2.5, RM0313 §3.2.2, §4
class OptionsByHalfWords : public testing::Test {
 protected:
  static constexpr std::uint32_t obr = interface + 0x1C, wrpr = interface + 0x20;
  static constexpr std::uint32_t optpg = 1u << 4, opter = 1u << 5, optwre = 1u << 9;
  static constexpr std::uint32_t eop = 1, pgerr = 2;

  static ChipSpec spec() {
    ChipSpec chip = chip_with({"EOP", "PGERR", "WRPRTERR"},
                              {field("OPTPG", 4), field("OPTER", 5), field("OPTWRE", 9),
                               field("OBL_LAUNCH", 13, 1, Access::WriteOnly)});
    chip.option_bytes.windows = {{options, 8}};
    chip.option_bytes.factory = {0xAA, 0x55, 0xF0, 0x0F, 0xFF, 0, 0xFF, 0};
    chip.option_bytes.write_protection.bits = {{{4, 6}, 16}};
    chip.option_bytes.complement = Complement::Byte;
    chip.option_bytes.load_at_system_reset = true;
    chip.option_bytes.registers = {{"OBR", "USER", {2}}, {"WRPR", "", {4, 6}}};
    auto& registers = chip.blocks[0].registers;
    registers.push_back(key_register("OPTKEYR", 0x08, "CR", 9, "flash_optwre"));
    registers.push_back(flash_register("AR", 0x18, "flash_ar"));
    registers.push_back(flash_register(
        "OBR", 0x1C, "",
        {field("OPTERR", 0, 1, Access::ReadOnly), field("RDPRT", 1, 2, Access::ReadOnly),
         field("USER", 8, 8, Access::ReadOnly)}));
    registers.push_back(flash_register("WRPR", 0x20, "", {field("WRP", 0, 32, Access::ReadOnly)}));
    return chip;
  }
  Chip chip_{spec()};
};

TEST_F(OptionsByHalfWords, AreErasedThenProgrammedWithTheComplementComputed) {
  EXPECT_EQ(chip_.read(obr, 4), 0x0000F000u);
  EXPECT_EQ(chip_.read(wrpr, 4), 0x0000FFFFu);
  write_keys(chip_, optkeyr);
  chip_.write(cr, 4, optwre | opter | 1u << 16);
  EXPECT_EQ(programmed(chip_), Bytes(8, 0xFF));
  EXPECT_EQ(chip_.read(sr, 4), eop);
  chip_.write(cr, 4, optwre | optpg);
  EXPECT_TRUE(chip_.write(options, 2, 0x12AA));
  EXPECT_TRUE(chip_.write(options + 4, 2, 0xFE));
  EXPECT_EQ(programmed(chip_), (Bytes{0xAA, 0x55, 0xFF, 0xFF, 0xFE, 0x01, 0xFF, 0xFF}));
  EXPECT_FALSE(chip_.is_write_protected(0));
  chip_.reset(ResetKind::System);
  EXPECT_TRUE(chip_.is_write_protected(0));
  EXPECT_EQ(chip_.read(wrpr, 4), 0x0000FFFEu);
  EXPECT_EQ(chip_.read(obr, 4), 0x0000FF00u);
}

TEST_F(OptionsByHalfWords, RefuseWhatIsNotErased) {
  write_keys(chip_, optkeyr);
  chip_.write(cr, 4, optwre | optpg);
  EXPECT_TRUE(chip_.write(options + 4, 2, 0));
  EXPECT_EQ(chip_.read(sr, 4), pgerr);
  EXPECT_EQ(programmed(chip_), spec().option_bytes.factory);
}

TEST_F(OptionsByHalfWords, TakeNothingWithoutOptwre) {
  chip_.write(optkeyr, 4, 7);
  write_keys(chip_, optkeyr);
  EXPECT_EQ(chip_.read(cr, 4), 0u) << "a wrong key";
  chip_.write(cr, 4, opter | 1u << 16);
  chip_.write(cr, 4, optpg);
  EXPECT_FALSE(chip_.write(options + 4, 2, 0)) << "a bus error";
  EXPECT_FALSE(chip_.write(options + 4, 4, 0)) << "a word";
  EXPECT_EQ(programmed(chip_), spec().option_bytes.factory);
  EXPECT_EQ(chip_.read(sr, 4), 0u);
}

// RM0365 Rev 7 §5: what a power cut leaves of a half-word that was programmed.
TEST_F(OptionsByHalfWords, ShowAComplementThatDoesNotFit) {
  chip_.option_bytes().preload(options + 4, Bytes{0xFE, 0x00});
  chip_.reset(ResetKind::System);
  EXPECT_EQ(chip_.read(obr, 4), 0x0000F001u);
  EXPECT_FALSE(chip_.is_write_protected(0)) << "0xFF stands in its place";
}

// PM0075 §2.4: erased option bytes are level 1; programming RDP's level 0 from there erases.
TEST_F(OptionsByHalfWords, EraseFlashOnTheWayFromLevel1To0) {
  chip_.flash().preload(flash, Bytes(8, 0x11));
  write_keys(chip_, optkeyr);
  chip_.write(cr, 4, optwre | opter | 1u << 16);
  chip_.reset(ResetKind::System);
  EXPECT_EQ(chip_.read(obr, 4), 0x0000FF02u) << "RDPRT: level 1";
  EXPECT_EQ(chip_.read(flash, 4), 0x11111111u);
  write_keys(chip_, optkeyr);
  chip_.write(cr, 4, optwre | optpg);
  chip_.write(options, 2, 0xAA);
  EXPECT_EQ(chip_.read(flash, 4), 0xFFFFFFFFu);
  chip_.write(cr, 4, 1u << 13);
  EXPECT_EQ(chip_.take_reset_request(), ResetCause::OptionByteLoad);
}

}  // namespace
}  // namespace dfurig::stm32
