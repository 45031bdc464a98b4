#include "stm32/chip.h"

#include <gtest/gtest.h>

namespace dfurig::stm32 {
namespace {

ChipSpec small_chip() {
  ChipSpec chip;
  chip.flash = {0x08000000, {{4, 256}}, 1, 0xFF, ProgramOverWritten::And, OddTail::Written};
  chip.option_bytes = {{{0x1FFFC000, 4}}, {0xAA, 1, 2, 3}, 0, 0xAA, 0xCC, {}};
  chip.memories = {{"SRAM", MemoryKind::Ram, 0x20000000, 64, {}},
                   {"ROM", MemoryKind::SystemMemory, 0x1FFF0000, 16, {1, 2, 3, 4}},
                   {"OTP", MemoryKind::Otp, 0x1FFF7800, 16, {}}};
  BlockSpec rcc;
  rcc.name = "RCC";
  rcc.base = 0x40021000;
  rcc.registers = {{"ENR", 0, 0, Access::ReadWrite, {}, "", {}, "", 0, ""},
                   {"RSTR", 4, 0, Access::ReadWrite, {}, "", {}, "", 0, ""}};
  BlockSpec port;
  port.name = "GPIOA";
  port.kind = "gpio";
  port.base = 0x48000000;
  port.registers = {{"MODER", 0, 0xAB, Access::ReadWrite, {}, "", {}, "", 0, ""},
                    {"BSRR", 4, 0, Access::WriteOnly, {}, "", {}, "", 0, ""}};
  port.clock_enable = BitReference{"RCC", "ENR", 3};
  port.reset_bit = BitReference{"RCC", "RSTR", 3};
  chip.blocks = {rcc, port};
  return chip;
}

class ChipTest : public testing::Test {
 protected:
  void clock_port() { chip_.write(0x40021000, 4, 8); }
  Chip chip_{small_chip()};
};

TEST_F(ChipTest, DropsAccessesToAPortWithoutItsClock) {
  EXPECT_TRUE(chip_.write(0x48000000, 4, 1));
  EXPECT_EQ(chip_.read(0x48000000, 4), 0u);
  EXPECT_EQ(chip_.peek("GPIOA.MODER"), 0xABu) << "a debugger sees the content";
  EXPECT_EQ(chip_.not_emulated().counts().at("GPIOA written without its clock"), 1u);
  clock_port();
  chip_.write(0x48000000, 4, 1);
  EXPECT_EQ(chip_.read(0x48000000, 4), 1u);
  chip_.write(0x40021000, 4, 0);
  EXPECT_EQ(chip_.peek("GPIOA.MODER"), 1u) << "content survives the clock";
}

TEST_F(ChipTest, HoldsAPortInResetWhileItsBitIsSet) {
  clock_port();
  chip_.write(0x48000000, 4, 1);
  chip_.write(0x40021004, 4, 8);
  EXPECT_EQ(chip_.peek("GPIOA.MODER"), 0xABu);
  chip_.write(0x48000000, 4, 1);
  EXPECT_EQ(chip_.peek("GPIOA.MODER"), 0xABu);
}

TEST_F(ChipTest, ReadsMemoryInItsPlace) {
  EXPECT_EQ(chip_.read(0x1FFF0000, 4), 0x04030201u);
  EXPECT_EQ(chip_.read(0x08000000, 2), 0xFFFFu);
  EXPECT_EQ(chip_.read(0x1FFFC001, 1), 1u);
  EXPECT_EQ(chip_.read(0x60000000, 4), std::nullopt);
  EXPECT_EQ(chip_.not_emulated().counts().count("read at 0x60000000, where nothing is mapped"), 1u);
}

TEST_F(ChipTest, WritesRamButNoOtherMemory) {
  EXPECT_TRUE(chip_.write(0x20000004, 2, 0xBEEF));
  EXPECT_EQ(chip_.read(0x20000004, 4), 0xBEEFu);
  EXPECT_FALSE(chip_.write(0x1FFF0000, 4, 0));
  EXPECT_FALSE(chip_.write(0x08000000, 4, 0));
  EXPECT_FALSE(chip_.write(0x2000003E, 4, 0)) << "across its end";
}

TEST_F(ChipTest, ProgramsWhatCanBeProgrammed) {
  EXPECT_EQ(chip_.program(0x08000000, Bytes{1}), MemoryStatus::Ok);
  EXPECT_EQ(chip_.program(0x20000000, Bytes{1, 2}), MemoryStatus::Ok);
  EXPECT_EQ(chip_.program(0x1FFF7800, Bytes{0xF0}), MemoryStatus::Ok);
  EXPECT_EQ(chip_.program(0x1FFF7800, Bytes{0x3C}), MemoryStatus::Ok);
  EXPECT_EQ(chip_.read(0x1FFF7800, 1), 0x30u) << "OTP bits can only be cleared";
  EXPECT_EQ(chip_.program(0x1FFF0000, Bytes{1}), MemoryStatus::BadAddress);
  EXPECT_EQ(chip_.program(0x080003FF, Bytes{1, 2}), MemoryStatus::BadAddress);
  EXPECT_EQ(chip_.program(0x60000000, Bytes{1}), MemoryStatus::BadAddress);
  EXPECT_EQ(chip_.erase_sector(0x20000000), MemoryStatus::BadAddress);
}

TEST(WriteProtectedChip, KeepsItsSectorsAndReportsNoError) {
  ChipSpec spec = small_chip();
  spec.option_bytes.factory = {0xAA, 0xFD, 0, 0};  // sector 1
  spec.option_bytes.write_protection.bits = {{{1}, 4}};
  Chip chip(spec);
  EXPECT_EQ(chip.program(0x080000FE, Bytes(4, 0x11)), MemoryStatus::Ok);
  EXPECT_EQ(chip.read(0x080000FE, 4), 0xFFFF1111u) << "half of it is in sector 0";
  chip.flash().preload(0x08000100, Bytes(1, 0x22));
  EXPECT_EQ(chip.erase_sector(0x08000100), MemoryStatus::Ok);
  EXPECT_EQ(chip.mass_erase(), MemoryStatus::Ok);
  EXPECT_EQ(chip.read(0x08000100, 1), 0x22u);
  EXPECT_EQ(chip.read(0x080000FE, 1), 0x11u)
      << "RM0090 Rev 21 §3.7.4: a mass erase erases nothing then";
  chip.option_bytes().preload(0x1FFFC000, Bytes{0xAA, 0xFF});
  chip.reset(ResetKind::OptionByteLoad);
  EXPECT_EQ(chip.mass_erase(), MemoryStatus::Ok);
  EXPECT_EQ(chip.read(0x080000FE, 4), 0xFFFFFFFFu);
}

ChipSpec with_memory(MemorySpec memory) {
  ChipSpec spec = small_chip();
  spec.memories = {std::move(memory)};
  return spec;
}

// RM0090 Rev 21 §3.7.5: SPRMOD turns the sense of nWRPi and adds read protection.
ChipSpec with_sprmod() {
  ChipSpec spec = small_chip();
  spec.option_bytes.factory = {0xAA, 0xFF, 0, 0};  // byte 1: nWRP of four sectors
  spec.option_bytes.write_protection.bits = {{{1}, 4}};
  spec.option_bytes.pcrop.mode = OptionBit{2, 7};
  return spec;
}

TEST(PcropOfSectors, KeepsThemFromReadWriteAndErase) {
  Chip chip(with_sprmod());
  chip.flash().preload(0x08000000, Bytes(1024, 0x11));
  EXPECT_EQ(chip.read(0x08000100, 4), 0x11111111u);
  chip.option_bytes().preload(0x1FFFC000, Bytes{0xAA, 0x02, 0x80});  // sector 1
  chip.reset(ResetKind::OptionByteLoad);
  EXPECT_EQ(chip.read(0x080000FE, 4), 0x00001111u) << "half of it is in sector 0";
  Bytes across(258);
  EXPECT_EQ(chip.read_memory(0x080000FF, across), MemoryStatus::Ok) << "no error says so";
  EXPECT_EQ(across.front(), 0x11);
  EXPECT_EQ(across[1], 0x00);
  EXPECT_EQ(across[256], 0x00);
  EXPECT_EQ(across.back(), 0x11);
  EXPECT_EQ(chip.program(0x080000FE, Bytes(4, 0x01)), MemoryStatus::Ok);
  EXPECT_EQ(chip.erase_sector(0x08000100), MemoryStatus::Ok);
  EXPECT_EQ(chip.erase_sector(0x08000200), MemoryStatus::Ok);
  EXPECT_EQ(chip.mass_erase(), MemoryStatus::Ok);
  EXPECT_EQ(chip.flash().view(0x080000FE, 4)[1], 0x01) << "mass erase erased nothing";
  EXPECT_EQ(chip.flash().view(0x08000100, 1)[0], 0x11);
  EXPECT_EQ(chip.flash().view(0x08000200, 1)[0], 0xFF);
}

// RM0440 §3.5.2
ChipSpec with_pcrop_area() {
  ChipSpec spec = small_chip();
  spec.flash.program_unit = 8;
  spec.option_bytes = {{{0x1FFF7800, 12}}, Bytes(12, 0xFF), 0, 0xAA, 0xCC, {}};
  spec.option_bytes.factory[0] = 0xAA;
  spec.option_bytes.factory[8] = 0x00;  // END below STRT: no area
  spec.option_bytes.factory[9] = 0x00;
  spec.option_bytes.pcrop.areas = {{4, 8, 15, 8, 0x08000000}};
  return spec;
}

TEST(PcropArea, IsCountedInDoubleWordsAndKeepsItsPagesFromErase) {
  Chip chip(with_pcrop_area());
  chip.flash().preload(0x08000000, Bytes(1024, 0x11));
  EXPECT_EQ(chip.read(0x080001F8, 4), 0x11111111u);
  chip.option_bytes().preload(0x1FFF7804, Bytes{0x3F, 0x80, 0xFF, 0xFF, 0x40, 0x80});
  chip.reset(ResetKind::OptionByteLoad);  // 0x080001F8 to 0x08000207; bit 15 is reserved
  EXPECT_EQ(chip.read(0x080001F4, 4), 0x11111111u);
  EXPECT_EQ(chip.read(0x080001F8, 4), 0u);
  EXPECT_EQ(chip.read(0x08000204, 4), 0u);
  EXPECT_EQ(chip.read(0x08000208, 4), 0x11111111u);
  EXPECT_EQ(chip.program(0x080001F0, Bytes(32, 0x00)), MemoryStatus::Ok);
  EXPECT_EQ(chip.flash().view(0x080001F0, 32)[7], 0x00);
  EXPECT_EQ(chip.flash().view(0x080001F0, 32)[8], 0x11);
  EXPECT_EQ(chip.flash().view(0x080001F0, 32)[23], 0x11);
  EXPECT_EQ(chip.flash().view(0x080001F0, 32)[24], 0x00);
  for (const std::uint32_t page : {0x08000100u, 0x08000200u, 0x08000300u}) {
    EXPECT_EQ(chip.erase_sector(page), MemoryStatus::Ok);
    EXPECT_EQ(chip.read(page + 0x80, 1), page == 0x08000300 ? 0xFFu : 0x11u);
  }
  EXPECT_EQ(chip.mass_erase(), MemoryStatus::Ok);
  EXPECT_EQ(chip.read(0x08000000, 1), 0x11u);
}

TEST(Eeprom, IsWrittenWithoutErasingAndKeepsItsContent) {
  Chip chip(with_memory({"EEPROM", MemoryKind::Eeprom, 0x08080000, 16, {}}));
  EXPECT_EQ(chip.read(0x08080000, 4), 0u);
  EXPECT_EQ(chip.program(0x08080001, Bytes{0x12}), MemoryStatus::Ok);
  EXPECT_EQ(chip.program(0x08080001, Bytes{0x21}), MemoryStatus::Ok);
  chip.reset(ResetKind::PowerOn);
  EXPECT_EQ(chip.read(0x08080000, 4), 0x2100u);
}

TEST(DeviceFeature, IsOneByteFrom0To4) {
  Chip chip(with_memory(
      {"Device Feature", MemoryKind::DeviceFeature, 0xFFFF0000, 4, {0, 0xFF, 0xFF, 0xFF}}));
  EXPECT_EQ(chip.program(0xFFFF0000, Bytes{3, 0, 0, 0}), MemoryStatus::Ok);
  EXPECT_EQ(chip.program(0xFFFF0000, Bytes{5}), MemoryStatus::BadAddress);
  EXPECT_EQ(chip.program(0xFFFF0001, Bytes{1}), MemoryStatus::BadAddress);
  EXPECT_EQ(chip.read(0xFFFF0000, 4), 0xFFFFFF03u);
}

TEST(FlashLayouts, FollowAnOptionBitWhenItIsLoaded) {
  ChipSpec spec = small_chip();
  spec.flash.layouts = {{1, 5, true, spec.flash.sectors}, {1, 5, false, {{8, 128}}}};
  spec.option_bytes.factory[1] = 0x20;
  Chip chip(spec);
  chip.reset(ResetKind::PowerOn);
  EXPECT_EQ(chip.flash_layout(), 0u);
  chip.flash().preload(0x08000000, Bytes(1024, 0x11));
  chip.option_bytes().preload(0x1FFFC000, Bytes{0xAA, 0x00});
  chip.reset(ResetKind::System);
  EXPECT_EQ(chip.flash_layout(), 0u) << "a system reset loads no option bytes";
  chip.reset(ResetKind::OptionByteLoad);
  EXPECT_EQ(chip.flash_layout(), 1u);
  EXPECT_EQ(chip.erase_sector(0x08000080), MemoryStatus::Ok);
  EXPECT_EQ(chip.read(0x0800007F, 1), 0x11u);
  EXPECT_EQ(chip.read(0x08000080, 1), 0xFFu);
  EXPECT_EQ(chip.read(0x08000100, 1), 0x11u);
}

TEST(FlashLayouts, MayNumberProtectedSectorsInTheirOwnWay) {
  ChipSpec spec = small_chip();
  spec.option_bytes.factory = {0xAA, 0x20, 0x01, 0};
  spec.option_bytes.write_protection.bits = {{{2}, 4}};  // protects sectors 1 to 3
  WriteProtectionSpec pairs;
  pairs.bits = {{{2}, 4, 0, 2}};
  spec.flash.layouts = {{1, 5, true, spec.flash.sectors}, {1, 5, false, {{8, 128}}, pairs}};
  Chip chip(spec);
  chip.flash().preload(0x08000000, Bytes(1024, 0x11));
  chip.option_bytes().preload(0x1FFFC000,
                              Bytes{0xAA, 0x00, 0x0D});  // pair 1 of bits is sector 2, 3
  chip.reset(ResetKind::OptionByteLoad);
  for (std::uint32_t address = 0x08000000; address < 0x08000400; address += 128) {
    EXPECT_EQ(chip.erase_sector(address), MemoryStatus::Ok);
    const bool is_protected = address == 0x08000100 || address == 0x08000180;
    EXPECT_EQ(chip.read(address, 1), is_protected ? 0x11u : 0xFFu) << address;
  }
}

TEST_F(ChipTest, ASystemResetKeepsRamAndAPowerOnResetDoesNot) {
  clock_port();
  chip_.write(0x20000000, 4, 5);
  chip_.reset(ResetKind::System);
  EXPECT_EQ(chip_.peek("RCC.ENR"), 0u);
  EXPECT_EQ(chip_.read(0x20000000, 4), 5u);
  chip_.reset(ResetKind::PowerOn);
  EXPECT_EQ(chip_.read(0x20000000, 4), 0u);
}

TEST_F(ChipTest, RefusesUnalignedAccessesToRegisters) {
  clock_port();
  EXPECT_EQ(chip_.read(0x48000002, 4), std::nullopt);
  EXPECT_FALSE(chip_.write(0x48000001, 2, 1));
  EXPECT_EQ(chip_.peek("GPIOA.MODER"), 0xABu);
  EXPECT_EQ(chip_.not_emulated().counts().at("unaligned read at 0x48000002"), 1u);
  EXPECT_EQ(chip_.not_emulated().counts().at("unaligned write at 0x48000001"), 1u);
  EXPECT_TRUE(chip_.write(0x20000001, 4, 0x04030201)) << "memory takes them";
  EXPECT_EQ(chip_.read(0x20000001, 4), 0x04030201u);
}

TEST_F(ChipTest, SnapshotsEveryRegisterThatHasContent) {
  const Snapshot snapshot = chip_.snapshot();
  EXPECT_EQ(*snapshot.names, (RegisterNames{"RCC.ENR", "RCC.RSTR", "GPIOA.MODER"}));
  EXPECT_EQ(snapshot.values, (std::vector<std::uint32_t>{0, 0, 0xAB}));
}

TEST_F(ChipTest, FindsRegistersAndPinsByName) {
  EXPECT_EQ(chip_.address_of("GPIOA.BSRR"), 0x48000004u);
  EXPECT_EQ(chip_.address_of("GPIOB.BSRR"), std::nullopt);
  EXPECT_TRUE(chip_.drive_pin("PA15", true));
  for (const char* bad : {"PA16", "PB0", "A1", "PA", "PAx", "PA001"}) {
    EXPECT_FALSE(chip_.drive_pin(bad, true)) << bad;
  }
}

}  // namespace
}  // namespace dfurig::stm32
