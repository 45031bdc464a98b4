#include <gtest/gtest.h>

#include "stm32/chip.h"

namespace dfurig::stm32 {
namespace {

using std::chrono::nanoseconds;

constexpr std::uint32_t flash = 0x08000000;
constexpr std::uint32_t rcc = 0x40021000;
constexpr std::uint32_t syscfg = 0x40010000;
constexpr std::uint32_t port = 0x48000000;

FieldSpec field(const char* name, unsigned lsb, unsigned width) {
  FieldSpec spec;
  spec.name = name;
  spec.lsb = lsb;
  spec.width = width;
  return spec;
}

RegisterSpec plain(const char* name, std::uint32_t offset, std::vector<FieldSpec> fields = {}) {
  RegisterSpec spec;
  spec.name = name;
  spec.offset = offset;
  spec.fields = std::move(fields);
  return spec;
}

BlockSpec block(const char* name, const char* kind, std::uint32_t base,
                std::vector<RegisterSpec> registers) {
  BlockSpec spec;
  spec.name = name;
  spec.kind = kind;
  spec.base = base;
  spec.registers = std::move(registers);
  return spec;
}

/// HCLK is 3 MHz, or 7 Hz while SW is 1.
ChipSpec chip_that_runs() {
  ChipSpec chip;
  chip.flash.base = flash;
  chip.flash.sectors = {{4, 256}};
  chip.option_bytes.windows = {{0x1FFFC000, 4}};
  chip.option_bytes.factory = {0xAA, 0xFF, 0, 0};
  chip.option_bytes.write_protection.bits = {{{1}, 4}};
  chip.option_bytes.pcrop.mode = OptionBit{2, 7};
  chip.memories = {{"SRAM", MemoryKind::Ram, 0x20000000, 64, {}},
                   {"ROM", MemoryKind::SystemMemory, 0x1FFF0000, 16, {1, 2, 3, 4}},
                   {"OTP", MemoryKind::Otp, 0x1FFF7800, 16, {}}};
  RegisterSpec csr = plain("CSR", 8, {field("LSION", 0, 1), field("RMVF", 23, 1)});
  for (const auto& [name, bit] :
       {std::pair("OBLRSTF", 25u), std::pair("PINRSTF", 26u), std::pair("BORRSTF", 27u),
        std::pair("SFTRSTF", 28u), std::pair("IWDGRSTF", 29u), std::pair("WWDGRSTF", 30u)}) {
    csr.fields.push_back(field(name, bit, 1));
    csr.fields.back().access = Access::ReadOnly;
  }
  csr.reset = 0x0C000000;
  csr.effect = "rcc_reset_flags";
  csr.outlives_reset = 0x7E000000;
  RegisterSpec bdcr = plain("BDCR", 12);
  bdcr.outlives_reset = 0xFFFFFFFF;
  chip.blocks = {block("RCC", "rcc", rcc, {plain("CFGR", 0, {field("SW", 0, 1)}), csr, bdcr}),
                 block("SYSCFG", "syscfg", syscfg, {plain("MEMRMP", 0, {field("MEM_MODE", 0, 3)})}),
                 block("GPIOA", "gpio", port, {plain("MODER", 0), plain("ODR", 4)})};
  ClockSpec hsi{"HSI", 3'000'000};
  ClockSpec slow{"slow", 7};
  ClockSpec hclk{"HCLK"};
  hclk.switch_field = FieldNumber{"RCC.CFGR", "SW", {}};
  hclk.switched = {{0, "HSI"}, {1, "slow"}};
  chip.clocks = {hsi, slow, hclk};
  return chip;
}

class ChipBusTest : public testing::Test {
 protected:
  Chip chip_{chip_that_runs()};
};

TEST_F(ChipBusTest, ShowsEachMemoryAsItIs) {
  const auto in_flash = chip_.find_memory(flash + 5);
  ASSERT_TRUE(in_flash);
  EXPECT_EQ(in_flash->base, flash);
  EXPECT_EQ(in_flash->size, 1024u);
  EXPECT_EQ(in_flash->writable, nullptr);
  EXPECT_TRUE(in_flash->is_readable && in_flash->is_executable);
  const auto ram = chip_.find_memory(0x2000003F);
  ASSERT_TRUE(ram);
  EXPECT_EQ(ram->writable, ram->content);
  EXPECT_TRUE(ram->is_executable);
  const auto rom = chip_.find_memory(0x1FFF0000);
  ASSERT_TRUE(rom);
  EXPECT_TRUE(rom->is_readable);
  EXPECT_FALSE(rom->is_executable);
  EXPECT_EQ(rom->writable, nullptr);
  EXPECT_EQ(chip_.find_memory(0x20000040), std::nullopt);
  EXPECT_EQ(chip_.find_memory(port), std::nullopt);
}

// RM0351 §9.2.1
TEST_F(ChipBusTest, ShowsAtZeroWhatMemModeSays) {
  EXPECT_EQ(chip_.find_memory(0)->content, chip_.flash().content().data());
  EXPECT_EQ(chip_.find_memory(0)->base, 0u);
  EXPECT_EQ(chip_.find_memory(0x400), std::nullopt) << "the end of flash";
  EXPECT_EQ(chip_.find_memory(0x18000000), std::nullopt) << "RAM is not behind flash";
  const std::uint64_t before = chip_.memory_version();
  chip_.write(syscfg, 4, 1);
  EXPECT_NE(chip_.memory_version(), before);
  EXPECT_EQ(chip_.find_memory(8)->size, 16u);
  EXPECT_FALSE(chip_.find_memory(8)->is_executable);
  EXPECT_EQ(chip_.read(0, 4), 0x04030201u);
  chip_.poke("SYSCFG.MEMRMP", 3);
  EXPECT_EQ(chip_.find_memory(0)->content, chip_.find_memory(0x20000000)->content);
  for (const std::uint32_t external : {2u, 4u, 6u}) {
    chip_.poke("SYSCFG.MEMRMP", external);
    EXPECT_FALSE(chip_.find_memory(0)) << external;
  }
}

// RM0385 §7.2.1: MEM_BOOT of the F7 tells which boot address a pin chose, and moves nothing.
TEST(ChipBus, LeavesFlashAt0WithoutAMemMode) {
  ChipSpec spec = chip_that_runs();
  spec.blocks[1].registers[0].fields = {field("MEM_BOOT", 0, 1)};
  Chip chip(spec);
  chip.poke("SYSCFG.MEMRMP", 1);
  EXPECT_EQ(chip.find_memory(0)->content, chip.find_memory(flash)->content);
}

// RM0090 Rev 21 §3.7.5
TEST_F(ChipBusTest, ShowsWhatPcropHidesAsAViewOfItsOwn) {
  chip_.option_bytes().preload(0x1FFFC000, Bytes{0xAA, 0x02, 0x80});  // sector 1
  chip_.reset(ResetKind::OptionByteLoad);
  const auto before = chip_.find_memory(flash);
  const auto hidden = chip_.find_memory(flash + 256);
  const auto behind = chip_.find_memory(0x300);
  ASSERT_TRUE(before && hidden && behind);
  EXPECT_EQ(before->size, 256u);
  EXPECT_TRUE(before->is_readable);
  EXPECT_EQ(hidden->base, flash + 256);
  EXPECT_EQ(hidden->size, 256u);
  EXPECT_FALSE(hidden->is_readable);
  EXPECT_TRUE(hidden->is_executable);
  EXPECT_EQ(behind->base, 0x200u);
  EXPECT_EQ(behind->size, 512u);
  EXPECT_TRUE(behind->is_readable);
}

TEST_F(ChipBusTest, ChangesItsVersionWhenContentDoes) {
  std::uint64_t version = chip_.memory_version();
  const auto has_changed = [&] {
    return std::exchange(version, chip_.memory_version()) != version;
  };
  chip_.program(flash, Bytes{1});
  EXPECT_TRUE(has_changed());
  chip_.erase_sector(flash);
  EXPECT_TRUE(has_changed());
  chip_.mass_erase();
  EXPECT_TRUE(has_changed());
  chip_.flash().preload(flash, Bytes{1});
  EXPECT_TRUE(has_changed());
  chip_.reset(ResetKind::OptionByteLoad);
  EXPECT_TRUE(has_changed());
  chip_.write(port, 4, 1);
  EXPECT_FALSE(has_changed());
}

TEST_F(ChipBusTest, KeepsTimeWithoutDrift) {
  for (int i = 0; i < 3'000'000; ++i) chip_.advance(1);
  EXPECT_EQ(chip_.now(), std::chrono::seconds(1)) << "a cycle of 333.3 ns";
  EXPECT_EQ(chip_.cycles_until(std::chrono::seconds(1) + nanoseconds(334)), 2u);
  EXPECT_EQ(chip_.cycles_until(std::chrono::seconds(1)), 0u);
  chip_.write(rcc, 4, 1);
  EXPECT_EQ(chip_.hclk_hz(), 7u);
  EXPECT_TRUE(chip_.wants_attention());
  EXPECT_FALSE(chip_.take_attention());
  EXPECT_FALSE(chip_.wants_attention());
  chip_.advance(7);
  EXPECT_EQ(chip_.now(), std::chrono::seconds(2));
  chip_.reset(ResetKind::System);
  EXPECT_EQ(chip_.hclk_hz(), 3'000'000u);
  EXPECT_EQ(chip_.now(), std::chrono::seconds(2)) << "it goes on over a reset";
}

TEST_F(ChipBusTest, FollowsPinsThatAreOutputs) {
  chip_.write(port + 4, 4, 1u << 5);
  EXPECT_TRUE(chip_.pin_changes().empty()) << "an input";
  chip_.stop_at_pin(PinChange{{}, "PA5", false});
  chip_.write(port, 4, 1u << 10);
  chip_.advance(3);
  EXPECT_FALSE(chip_.wants_attention());
  chip_.write(port + 4, 4, 0);
  EXPECT_TRUE(chip_.wants_attention());
  EXPECT_TRUE(chip_.take_attention());
  const std::vector<PinChange> expected = {{nanoseconds(0), "PA5", true},
                                           {nanoseconds(1000), "PA5", false}};
  EXPECT_EQ(chip_.pin_changes(), expected);
  chip_.write(port + 4, 4, 1);
  EXPECT_EQ(chip_.pin_change_count(), 2u);
}

// RM0351 §6.4.29
TEST_F(ChipBusTest, TellsWhyItWasReset) {
  const auto flags = [&] { return *chip_.peek("RCC.CSR"); };
  EXPECT_EQ(flags(), 0x0C000000u);
  chip_.write(rcc + 8, 4, 1u << 23 | 1);
  EXPECT_EQ(flags() & 0x7E000000, 0u);
  chip_.reset(ResetKind::System, ResetCause::Software);
  EXPECT_EQ(flags(), 0x14000000u) << "with PINRSTF; LSION is 0 again";
  chip_.reset(ResetKind::System, ResetCause::IndependentWatchdog);
  EXPECT_EQ(flags(), 0x34000000u) << "flags stay until RMVF";
  chip_.reset(ResetKind::OptionByteLoad);
  EXPECT_EQ(flags(), 0x36000000u);
  chip_.reset(ResetKind::System, ResetCause::WindowWatchdog);
  EXPECT_EQ(flags(), 0x76000000u);
  chip_.reset(ResetKind::PowerOn);
  EXPECT_EQ(flags(), 0x0C000000u);
  chip_.reset(ResetKind::System);
  EXPECT_EQ(flags(), 0x0C000000u) << "the pin";
}

TEST_F(ChipBusTest, KeepsTheBackupDomainUntilPowerIsLost) {
  chip_.write(rcc + 12, 4, 0x8001);
  chip_.reset(ResetKind::System, ResetCause::Software);
  EXPECT_EQ(chip_.peek("RCC.BDCR"), 0x8001u);
  chip_.reset(ResetKind::PowerOn);
  EXPECT_EQ(chip_.peek("RCC.BDCR"), 0u);
}

TEST_F(ChipBusTest, ReadsZeroWhereAPeripheralIsNotModelled) {
  chip_.set_pc(0x08000100);
  EXPECT_EQ(chip_.read(0x40013800, 4), 0u);
  EXPECT_TRUE(chip_.write(0x40013804, 2, 1));
  EXPECT_EQ(chip_.read(0x40013801, 4), std::nullopt) << "unaligned";
  EXPECT_FALSE(chip_.write(0x40013801, 2, 0));
  EXPECT_EQ(chip_.read(0x60000000, 4), std::nullopt);
  EXPECT_FALSE(chip_.write(0x30000000, 4, 0));
  const auto& counts = chip_.not_emulated().counts();
  EXPECT_EQ(counts.at("read at 0x40013800, a peripheral that is not modelled (PC 0x08000100)"), 1u);
  EXPECT_EQ(counts.at("write at 0x40013804, a peripheral that is not modelled (PC 0x08000100)"),
            1u);
}

}  // namespace
}  // namespace dfurig::stm32
