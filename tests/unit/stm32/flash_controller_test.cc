#include "stm32/flash_controller.h"

#include <gtest/gtest.h>

#include "stm32/flash_rig.h"

namespace dfurig::stm32 {
namespace {

// RM0351 §3.3.5 to §3.3.7, §3.7.4, §3.7.5
class DoubleWordFlash : public testing::Test {
 protected:
  static ChipSpec spec() {
    ChipSpec chip =
        chip_with({"EOP", "OPERR", "WRPERR", "PROGERR", "PGAERR", "SIZERR", "PGSERR"},
                  {field("PER", 1), field("MER1", 2), field("PNB", 3, 3), field("BKER", 11),
                   field("MER2", 15), field("OBL_LAUNCH", 27, 1, Access::WriteOnly),
                   field("OPTLOCK", 30, 1, Access::OneToSet)});
    chip.flash.program_unit = 8;
    chip.flash.over_written = ProgramOverWritten::RefusedUnlessZero;
    return chip;
  }
  void program(std::uint32_t address, std::uint32_t low, std::uint32_t high) {
    EXPECT_TRUE(chip_.write(address, 4, low));
    EXPECT_TRUE(chip_.write(address + 4, 4, high));
  }
  static constexpr std::uint32_t eop = 1, wrperr = 4, progerr = 8, pgaerr = 16, sizerr = 32,
                                 pgserr = 64;
  Chip chip_{spec()};
};

TEST_F(DoubleWordFlash, ProgramsTwoWordsTogether) {
  chip_.write(cr, 4, 1);
  chip_.write(flash, 4, 0x11223344);
  EXPECT_EQ(chip_.read(flash, 4), 0xFFFFFFFFu) << "not before the second";
  chip_.write(flash + 4, 4, 0x55667788);
  EXPECT_EQ(chip_.read(flash, 4), 0x11223344u);
  EXPECT_EQ(chip_.read(flash + 4, 4), 0x55667788u);
  EXPECT_EQ(chip_.read(sr, 4), 0u) << "EOP only with EOPIE";
  chip_.write(cr, 4, 1u << 24 | 1);
  program(flash + 8, 0, 0);
  EXPECT_EQ(chip_.read(sr, 4), eop);
}

TEST_F(DoubleWordFlash, SaysWhatIsWrong) {
  chip_.write(flash, 4, 1);
  EXPECT_EQ(chip_.read(sr, 4), pgserr) << "PG is not set";
  chip_.write(sr, 4, pgserr);
  chip_.write(cr, 4, 1);
  chip_.write(flash, 2, 1);
  EXPECT_EQ(chip_.read(sr, 4), sizerr);
  program(flash, 1, 2);
  EXPECT_EQ(chip_.read(sr, 4), sizerr | pgserr) << "the error from before was not cleared";
  EXPECT_EQ(chip_.read(flash, 4), 0xFFFFFFFFu);
  chip_.write(sr, 4, sizerr | pgserr);
  chip_.write(flash + 4, 4, 1);
  EXPECT_EQ(chip_.read(sr, 4), pgaerr);
  chip_.write(sr, 4, pgaerr);
  chip_.write(flash, 4, 1);
  chip_.write(flash + 12, 4, 1);
  EXPECT_EQ(chip_.read(sr, 4), pgaerr) << "of two double words";
  chip_.write(sr, 4, pgaerr);
  program(flash, 1, 2);
  EXPECT_EQ(chip_.read(sr, 4), 0u);
  program(flash, 1, 2);
  EXPECT_EQ(chip_.read(sr, 4), progerr) << "not erased";
}

TEST_F(DoubleWordFlash, ErasesAPageOfABankOrABank) {
  chip_.flash().preload(flash, Bytes(2048, 0x11));
  chip_.write(cr, 4, 1u << 16 | 1u << 11 | 2u << 3 | 2);  // page 2 of bank 2: sector 6
  EXPECT_EQ(chip_.read(flash + 6 * 256, 4), 0xFFFFFFFFu);
  EXPECT_EQ(chip_.read(flash + 7 * 256, 4), 0x11111111u);
  EXPECT_EQ(chip_.read(flash + 2 * 256, 4), 0x11111111u);
  chip_.write(cr, 4, 1u << 16 | 1u << 2);
  EXPECT_EQ(chip_.read(flash + 3 * 256, 4), 0xFFFFFFFFu);
  EXPECT_EQ(chip_.read(flash + 4 * 256, 4), 0x11111111u);
  chip_.write(cr, 4, 1u << 16 | 1u << 15);
  EXPECT_EQ(chip_.read(flash + 4 * 256, 4), 0xFFFFFFFFu);
}

TEST_F(DoubleWordFlash, LeavesWhatIsWriteProtected) {
  chip_.option_bytes().preload(0x1FFFC000, Bytes{0xAA, 0xFE});
  chip_.reset(ResetKind::OptionByteLoad);
  chip_.write(cr, 4, 1);
  chip_.write(flash, 4, 1);
  EXPECT_EQ(chip_.read(sr, 4), wrperr);
  chip_.write(sr, 4, wrperr);
  chip_.flash().preload(flash, Bytes(2048, 0x11));
  chip_.write(cr, 4, 1u << 16 | 2);
  EXPECT_EQ(chip_.read(sr, 4), wrperr);
  EXPECT_EQ(chip_.read(flash, 4), 0x11111111u);
}

TEST_F(DoubleWordFlash, TakesNothingWhileLocked) {
  chip_.flash().preload(flash, Bytes(2048, 0x11));
  chip_.write(cr, 4, lock);
  chip_.write(cr, 4, 1u << 16 | 2);
  EXPECT_EQ(chip_.read(flash, 4), 0x11111111u);
}

TEST_F(DoubleWordFlash, LaunchesOptionBytesUnlessTheyAreLocked) {
  chip_.write(cr, 4, 1u << 30);
  chip_.write(cr, 4, 1u << 27);
  EXPECT_EQ(chip_.take_reset_request(), std::nullopt);
  chip_.reset(ResetKind::System);
  chip_.write(cr, 4, 1u << 27);
  EXPECT_TRUE(chip_.wants_attention());
  EXPECT_EQ(chip_.take_reset_request(), ResetCause::OptionByteLoad);
  EXPECT_FALSE(chip_.wants_attention());
}

// RM0090 §3.6.3, §3.6.4, §3.9.7
TEST(FlashBySize, ProgramsWhatPsizeSaysAndErasesSectors) {
  Chip chip(
      chip_with({"EOP", "WRPERR", "PGPERR", "PGSERR"},
                {field("SER", 1), field("MER", 2), field("SNB", 3, 4), field("PSIZE", 8, 2)}));
  EXPECT_TRUE(chip.write(flash, 1, 1));
  EXPECT_EQ(chip.read(sr, 4), 8u) << "PGSERR: PG is not set";
  chip.write(cr, 4, 1);
  EXPECT_TRUE(chip.write(flash, 1, 0xF0));
  EXPECT_TRUE(chip.write(flash, 1, 0x3C));
  EXPECT_EQ(chip.read(flash, 1), 0x30u) << "bits can only be cleared";
  chip.write(flash + 4, 4, 0);
  EXPECT_EQ(chip.read(sr, 4), 4u | 8u) << "PGPERR: PSIZE says bytes";
  chip.write(cr, 4, 3u << 8 | 1);
  chip.write(flash + 8, 4, 0x12345678);
  EXPECT_EQ(chip.read(flash + 8, 4), 0x12345678u) << "half of a double word";
  chip.write(flash + 256, 4, 0);
  chip.write(cr, 4, 1u << 24 | 1u << 16 | 2);
  EXPECT_EQ(chip.read(flash + 8, 4), 0xFFFFFFFFu);
  EXPECT_EQ(chip.read(flash + 256, 4), 0u);
  EXPECT_EQ(chip.read(sr, 4).value_or(0) & 1u, 1u) << "EOP";
  chip.write(cr, 4, 1u << 16 | 1u << 2);
  EXPECT_EQ(chip.read(flash + 256, 4), 0xFFFFFFFFu);
}

// RM0090 §3.9.8: SNB 0b10000 is the first sector of bank 2; MER is bank 1, MER1 bank 2.
class TwoBanks : public testing::Test {
 protected:
  static ChipSpec spec(std::vector<SectorRun> sectors) {
    ChipSpec chip =
        chip_with({"EOP", "WRPERR"}, {field("SER", 1), field("MER", 2), field("SNB", 3, 5),
                                      field("PSIZE", 8, 2), field("MER1", 15)});
    chip.flash.sectors = std::move(sectors);
    return chip;
  }
  /// Which sectors are erased after this was written to CR.
  static std::vector<bool> erased_after(Chip& chip, std::uint32_t word) {
    chip.flash().preload(flash, Bytes(chip.spec().flash.size(), 0));
    chip.write(cr, 4, 1u << 16 | word);
    std::vector<bool> erased;
    for (const Sector& sector : chip.flash().sectors()) {
      erased.push_back(chip.read(sector.address, 4) == 0xFFFFFFFFu);
    }
    return erased;
  }
};

TEST_F(TwoBanks, HaveTheirSectorsAndTheirMassErase) {
  Chip chip(spec({{2, 16}, {1, 32}, {2, 16}, {1, 32}}));
  using Sectors = std::vector<bool>;
  EXPECT_EQ(erased_after(chip, 2 | 2u << 3), (Sectors{0, 0, 1, 0, 0, 0}));
  EXPECT_EQ(erased_after(chip, 2 | 16u << 3), (Sectors{0, 0, 0, 1, 0, 0}));
  EXPECT_EQ(erased_after(chip, 2 | 18u << 3), (Sectors{0, 0, 0, 0, 0, 1}));
  EXPECT_EQ(erased_after(chip, 2 | 19u << 3), Sectors(6)) << "behind the last";
  EXPECT_EQ(erased_after(chip, 2 | 3u << 3), Sectors(6)) << "not in bank 1";
  EXPECT_EQ(erased_after(chip, 1u << 2), (Sectors{1, 1, 1, 0, 0, 0}));
  EXPECT_EQ(erased_after(chip, 1u << 15), (Sectors{0, 0, 0, 1, 1, 1}));
  EXPECT_EQ(erased_after(chip, 1u << 15 | 1u << 2), Sectors(6, true));
  EXPECT_EQ(erased_after(chip, 1u << 2 | 2), Sectors(6)) << "MER and SER together";
}

TEST_F(TwoBanks, AreOneWhereTheHalvesDiffer) {
  Chip chip(spec({{2, 16}, {2, 32}}));
  using Sectors = std::vector<bool>;
  EXPECT_EQ(erased_after(chip, 2 | 3u << 3), (Sectors{0, 0, 0, 1}));
  EXPECT_EQ(erased_after(chip, 2 | 16u << 3), Sectors(4));
  EXPECT_EQ(erased_after(chip, 1u << 2), Sectors(4, true));
}

TEST(FlashWithoutTheEffect, ProgramsNothing) {
  ChipSpec spec = chip_with({"EOP"}, {});
  spec.blocks[0].registers[1].effect = "locked";
  Chip chip(spec);
  chip.write(cr, 4, 1);
  EXPECT_FALSE(chip.write(flash, 4, 0));
}

}  // namespace
}  // namespace dfurig::stm32
