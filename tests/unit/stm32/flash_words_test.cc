// Flash of the H7: words of 32 bytes, two banks with a set of registers each.
#include <gtest/gtest.h>

#include "stm32/flash_rig.h"

namespace dfurig::stm32 {
namespace {

constexpr std::uint32_t bank2_registers = 0x100;
constexpr std::uint32_t bank2_flash = flash + 8 * 256;
constexpr std::uint32_t pg = 1u << 1, ser = 1u << 2, ber = 1u << 3, fw = 1u << 6, start = 1u << 7;
constexpr std::uint32_t wbne = 1u << 1, eop = 1u << 16, wrperr = 1u << 17, pgserr = 1u << 18,
                        incerr = 1u << 21;

// RM0433 §4.3.8 to §4.3.10, §4.9
class FlashWords : public testing::Test {
 protected:
  static constexpr std::uint32_t cr = interface + 0x0C, sr = interface + 0x10,
                                 ccr = interface + 0x14;

  static ChipSpec spec() {
    ChipSpec chip = chip_with({}, {});
    chip.flash.sectors = {{16, 256}};
    chip.flash.program_unit = 32;
    chip.flash.over_written = ProgramOverWritten::RefusedUnlessZero;
    auto& registers = chip.blocks[0].registers;
    registers.clear();
    for (const std::string bank : {"1", "2"}) {
      const std::uint32_t at = bank == "1" ? 0 : bank2_registers;
      const auto named = [&](const char* name) { return name + bank; };
      registers.push_back(key_register(named("KEYR").c_str(), at + 0x04, named("CR").c_str(), 0));
      const auto bank_field = [&](const char* name, unsigned lsb, unsigned width = 1,
                                  Access access = Access::ReadWrite) {
        return field(named(name).c_str(), lsb, width, access);
      };
      registers.push_back(flash_register(
          named("CR").c_str(), at + 0x0C, "flash_cr_of_bank",
          {bank_field("LOCK", 0, 1, Access::OneToSet), bank_field("PG", 1), bank_field("SER", 2),
           bank_field("BER", 3), bank_field("FW", 6, 1, Access::WriteOnly),
           bank_field("START", 7, 1, Access::WriteOnly), bank_field("SNB", 8, 3)}));
      registers.back().reset = 1;
      registers.push_back(flash_register(
          named("SR").c_str(), at + 0x10, "",
          {bank_field("WBNE", 1, 1, Access::ReadOnly), bank_field("EOP", 16, 1, Access::ReadOnly),
           bank_field("WRPERR", 17, 1, Access::ReadOnly),
           bank_field("PGSERR", 18, 1, Access::ReadOnly),
           bank_field("INCERR", 21, 1, Access::ReadOnly)}));
      registers.push_back(flash_register(named("CCR").c_str(), at + 0x14, "flash_ccr",
                                         {field("CLR_EOP", 16, 1, Access::WriteOnly),
                                          field("CLR_WRPERR", 17, 1, Access::WriteOnly),
                                          field("CLR_PGSERR", 18, 1, Access::WriteOnly),
                                          field("CLR_INCERR", 21, 1, Access::WriteOnly)}));
    }
    return chip;
  }
  void store(std::uint32_t address, std::uint32_t words) {
    for (std::uint32_t i = 0; i < words; ++i) EXPECT_TRUE(chip_.write(address + 4 * i, 4, i + 1));
  }
  std::uint32_t take_flags(std::uint32_t bank = 0) {
    const std::uint32_t flags = chip_.read(sr + bank, 4).value_or(0);
    chip_.write(ccr + bank, 4, flags);
    return flags;
  }
  Chip chip_{spec()};
};

TEST_F(FlashWords, AreProgrammedWhenTheyAreFull) {
  write_keys(chip_, keyr);
  chip_.write(cr, 4, pg);
  store(flash + 32, 7);
  EXPECT_EQ(chip_.read(flash + 32, 4), 0xFFFFFFFFu);
  EXPECT_EQ(chip_.read(sr, 4), wbne);
  chip_.write(flash + 32 + 28, 2, 8);
  chip_.write(flash + 32 + 30, 2, 0);
  EXPECT_EQ(chip_.read(flash + 32, 4), 1u);
  EXPECT_EQ(chip_.read(flash + 32 + 28, 4), 8u);
  EXPECT_EQ(take_flags(), eop);
  EXPECT_EQ(chip_.read(sr, 4), 0u);
}

TEST_F(FlashWords, AreFilledWithOnesByFw) {
  write_keys(chip_, keyr);
  chip_.write(cr, 4, pg);
  store(flash, 1);
  chip_.write(cr, 4, pg | fw);
  EXPECT_EQ(chip_.read(flash, 4), 1u);
  EXPECT_EQ(chip_.read(flash + 4, 4), 0xFFFFFFFFu);
  EXPECT_EQ(take_flags(), eop);
}

TEST_F(FlashWords, OfAnotherPlaceAreInconsistent) {
  write_keys(chip_, keyr);
  chip_.write(cr, 4, pg);
  store(flash, 1);
  chip_.write(flash + 32, 4, 9);
  EXPECT_EQ(chip_.read(sr, 4), incerr | wbne);
}

TEST_F(FlashWords, NeedPg) {
  store(flash, 8);
  EXPECT_EQ(take_flags(), pgserr);
  chip_.write(keyr, 4, 9);
  write_keys(chip_, keyr);
  chip_.write(cr, 4, pg);
  store(flash, 8);
  EXPECT_EQ(take_flags(), pgserr) << "a wrong key: CR stays locked";
  EXPECT_EQ(chip_.read(flash, 4), 0xFFFFFFFFu);
}

TEST_F(FlashWords, AreErasedBySectorOrBank) {
  chip_.flash().preload(flash, Bytes(16 * 256, 0x11));
  write_keys(chip_, keyr);
  chip_.write(cr, 4, ser | 2u << 8 | start);
  EXPECT_EQ(chip_.read(flash + 2 * 256, 4), 0xFFFFFFFFu);
  EXPECT_EQ(chip_.read(flash + 3 * 256, 4), 0x11111111u);
  EXPECT_EQ(take_flags(), eop);
  write_keys(chip_, keyr + bank2_registers);
  chip_.write(cr + bank2_registers, 4, ser | 1u << 8 | start);
  EXPECT_EQ(chip_.read(bank2_flash + 256, 4), 0xFFFFFFFFu);
  EXPECT_EQ(chip_.read(bank2_flash, 4), 0x11111111u);
  chip_.write(cr + bank2_registers, 4, ber | start);
  EXPECT_EQ(chip_.read(bank2_flash, 4), 0xFFFFFFFFu);
  EXPECT_EQ(chip_.read(flash, 4), 0x11111111u);
  EXPECT_EQ(take_flags(), 0u);
  EXPECT_EQ(take_flags(bank2_registers), eop);
}

TEST_F(FlashWords, OfBank2AreItsRegisters) {
  write_keys(chip_, keyr + bank2_registers);
  chip_.write(cr + bank2_registers, 4, pg);
  store(bank2_flash, 8);
  EXPECT_EQ(chip_.read(bank2_flash, 4), 1u);
  store(flash, 8);
  EXPECT_EQ(take_flags(), pgserr) << "bank 1's PG";
}

TEST_F(FlashWords, LeaveWhatIsWriteProtected) {
  chip_.option_bytes().preload(options, Bytes{0xAA, 0xFE});
  chip_.reset(ResetKind::OptionByteLoad);
  write_keys(chip_, keyr);
  chip_.write(cr, 4, pg);
  store(flash, 1);
  EXPECT_EQ(take_flags(), wrperr);
  chip_.write(cr, 4, ser | start);
  EXPECT_EQ(take_flags(), wrperr);
}

TEST_F(FlashWords, AreForgottenByAReset) {
  write_keys(chip_, keyr);
  chip_.write(cr, 4, pg);
  store(flash, 7);
  chip_.reset(ResetKind::System);
  write_keys(chip_, keyr);
  chip_.write(cr, 4, pg);
  chip_.write(flash + 28, 4, 8);
  EXPECT_EQ(chip_.read(flash + 28, 4), 0xFFFFFFFFu);
}

}  // namespace
}  // namespace dfurig::stm32
