#include "stm32/register_block.h"

#include <gtest/gtest.h>

namespace dfurig::stm32 {
namespace {

BlockSpec block_with(std::vector<RegisterSpec> registers) {
  BlockSpec block;
  block.name = "B";
  block.registers = std::move(registers);
  return block;
}

RegisterSpec plain(const std::string& name, std::uint32_t offset, Access access,
                   std::uint32_t reset = 0) {
  RegisterSpec spec;
  spec.name = name;
  spec.offset = offset;
  spec.access = access;
  spec.reset = reset;
  return spec;
}

class RegisterBlockTest : public testing::Test {
 protected:
  NotEmulated not_emulated_;
};

// CMSIS-SVD: access and modifiedWriteValues. Reset value, written word, content after, read after.
struct AccessRow {
  Access access;
  std::uint32_t reset, written, content, read;
};
constexpr AccessRow access_table[] = {
    {Access::ReadWrite, 0x0F0F, 0x1234, 0x1234, 0x1234},
    {Access::ReadOnly, 0x0F0F, 0x1234, 0x0F0F, 0x0F0F},
    {Access::WriteOnly, 0x0F0F, 0x1234, 0x0F0F, 0x0000},
    {Access::OneToClear, 0x0F0F, 0x0F03, 0x000C, 0x000C},
    {Access::OneToSet, 0x0F00, 0x1234, 0x1F34, 0x1F34},
};

TEST_F(RegisterBlockTest, KeepsEachAccessMode) {
  for (const AccessRow& row : access_table) {
    const BlockSpec spec = block_with({plain("R", 0, row.access, row.reset)});
    RegisterBlock block(spec, not_emulated_);
    block.write(0, 4, row.written);
    EXPECT_EQ(block.peek("R"), row.content) << static_cast<int>(row.access);
    EXPECT_EQ(block.read(0, 4), row.read) << static_cast<int>(row.access);
  }
}

TEST_F(RegisterBlockTest, MixesAccessModesByField) {
  RegisterSpec sr = plain("SR", 0, Access::ReadWrite, 0x10013);
  sr.fields = {{"EOP", 0, 1, Access::OneToClear, {}},
               {"ERR", 1, 1, Access::OneToClear, {}},
               {"MODE", 4, 4, Access::ReadWrite, {}},
               {"BSY", 16, 1, Access::ReadOnly, {}}};
  const BlockSpec spec = block_with({sr});
  RegisterBlock block(spec, not_emulated_);
  block.write(0, 4, 0x51);
  EXPECT_EQ(block.read(0, 4), 0x10052u);
  EXPECT_TRUE(not_emulated_.counts().empty());
}

TEST_F(RegisterBlockTest, KeepsReservedBitsAndReportsThem) {
  RegisterSpec cr = plain("CR", 0, Access::ReadWrite, 0);
  cr.fields = {{"EN", 0, 1, Access::ReadWrite, {}}};
  const BlockSpec spec = block_with({cr});
  RegisterBlock block(spec, not_emulated_);
  block.write(0, 4, 0x81);
  EXPECT_EQ(block.read(0, 4), 1u);
  EXPECT_EQ(not_emulated_.counts().at("B.CR reserved bits 0x00000080 written"), 1u);
}

TEST_F(RegisterBlockTest, TakesBytesAndHalfwords) {
  const BlockSpec spec = block_with({plain("R", 4, Access::ReadWrite, 0x11223344)});
  RegisterBlock block(spec, not_emulated_);
  block.write(5, 1, 0xAA);
  block.write(6, 2, 0xBBCC);
  EXPECT_EQ(block.peek("R"), 0xBBCCAA44u);
  EXPECT_EQ(block.read(7, 1), 0xBBu);
  EXPECT_EQ(block.read(4, 2), 0xAA44u);
}

TEST_F(RegisterBlockTest, ReportsRegistersNobodyModelled) {
  const BlockSpec spec = block_with({plain("R", 0, Access::ReadWrite)});
  RegisterBlock block(spec, not_emulated_);
  EXPECT_EQ(block.read(0x20, 4), 0u);
  block.write(0x24, 4, 1);
  EXPECT_EQ(not_emulated_.counts().count("B offset 0x020 read"), 1u);
  EXPECT_EQ(not_emulated_.counts().count("B offset 0x024 written"), 1u);
}

TEST_F(RegisterBlockTest, PokesAndPeeksByName) {
  const BlockSpec spec = block_with({plain("R", 0, Access::ReadOnly)});
  RegisterBlock block(spec, not_emulated_);
  EXPECT_TRUE(block.poke("R", 7));
  EXPECT_EQ(block.peek("R"), 7u);
  EXPECT_FALSE(block.poke("Q", 7));
  EXPECT_EQ(block.peek("Q"), std::nullopt);
  block.reset();
  EXPECT_EQ(block.peek("R"), 0u);
}

TEST_F(RegisterBlockTest, LetsAFieldDifferFromItsRegister) {
  RegisterSpec flags = plain("FLAGS", 0, Access::ReadOnly, 0x3);
  flags.fields = {{"DONE", 0, 1, Access::OneToClear, {}}, {"BUSY", 1, 1, Access::ReadOnly, {}}};
  const BlockSpec spec = block_with({flags});
  RegisterBlock block(spec, not_emulated_);
  block.write(0, 4, 0x3);
  EXPECT_EQ(block.read(0, 4), 0x2u);
}

TEST_F(RegisterBlockTest, ReportsFieldsThatWouldMoveHardware) {
  RegisterSpec cr = plain("CR", 0, Access::ReadWrite);
  cr.fields = {{"SER", 1, 1, Access::ReadWrite, {}},
               {"STRT", 16, 1, Access::WriteOnly, {}, /*is_emulated=*/false}};
  const BlockSpec spec = block_with({cr});
  RegisterBlock block(spec, not_emulated_);
  block.write(0, 4, 0x00002);
  EXPECT_TRUE(not_emulated_.counts().empty());
  block.write(0, 4, 0x10002);
  EXPECT_EQ(block.read(0, 4), 0x2u) << "it reads as 0: the operation is over";
  EXPECT_EQ(not_emulated_.counts().at("B.CR.STRT written"), 1u);
}

TEST_F(RegisterBlockTest, ReportsReservedBitsWhateverTheEffect) {
  RegisterSpec odr = plain("ODR", 0x14, Access::ReadWrite);
  RegisterSpec brr = plain("BRR", 0x28, Access::WriteOnly);
  brr.effect = "gpio_brr";
  brr.fields = {{"BR", 0, 16, Access::WriteOnly, {}}};
  const BlockSpec spec = block_with({odr, brr});
  RegisterBlock block(spec, not_emulated_);
  block.write(0x28, 4, 0x00020001);
  EXPECT_EQ(not_emulated_.counts().at("B.BRR reserved bits 0x00020000 written"), 1u);
}

}  // namespace
}  // namespace dfurig::stm32
