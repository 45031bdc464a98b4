#include "board/boot.h"

#include <gtest/gtest.h>

namespace dfurig::board {
namespace {

model::Model load(const std::string& name) {
  return model::Library(std::string(DFURIG_SOURCE_DIR) + "/models").load(name);
}

struct Row {
  unsigned BOOT0, BOOT1;
  bool starts_bootloader;
};

// AN2606 pattern 1; every combination.
constexpr Row pattern1[] = {{0, 0, false}, {0, 1, false}, {1, 0, true}, {1, 1, false}};

TEST(DecideBoot, FollowsPattern1OnAnF405) {
  const model::Model model = load("stm32f405rg");
  const stm32::Chip chip(model.chip);
  for (const Row& row : pattern1) {
    const BootDecision decision =
        decide_boot(model, chip, {{{"BOOT0", row.BOOT0}, {"BOOT1", row.BOOT1}}, false});
    EXPECT_EQ(decision.starts_bootloader, row.starts_bootloader) << decision.reason;
  }
}

TEST(DecideBoot, SaysWhy) {
  const model::Model model = load("stm32l476rg");
  const stm32::Chip chip(model.chip);
  EXPECT_EQ(decide_boot(model, chip, {{{"BOOT0", 1}}, false}).reason, "BOOT0=1, nBOOT1=1");
}

class FindApplicationTest : public testing::Test {
 protected:
  std::optional<VectorTable> with(std::uint32_t msp, std::uint32_t reset_handler) {
    chip_.flash().preload(0x08000000, ByteWriter().u32le(msp).u32le(reset_handler).take());
    return find_application(chip_, 0x08000000);
  }
  stm32::Chip chip_{load("stm32f405rg").chip};
};

TEST_F(FindApplicationTest, TakesAPlausibleVectorTable) {
  EXPECT_EQ(with(0x20020000, 0x08000101), (VectorTable{0x08000000, 0x20020000, 0x08000101}));
}

TEST_F(FindApplicationTest, RefusesWhatCannotRun) {
  EXPECT_EQ(find_application(chip_, 0x08000000), std::nullopt) << "erased";
  EXPECT_EQ(with(0x20020004, 0x08000101), std::nullopt) << "stack beyond SRAM";
  EXPECT_EQ(with(0x08000000, 0x08000101), std::nullopt) << "stack in flash";
  EXPECT_EQ(with(0x20020000, 0x08000100), std::nullopt) << "no Thumb bit";
  EXPECT_EQ(with(0x20020000, 0x60000001), std::nullopt) << "nothing there";
  EXPECT_EQ(find_application(chip_, 0x60000000), std::nullopt);
}

// STM32CubeL4, DFU_Standalone/Src/main.c: the button, or (word & 0x2FFE0000) is not 0x20000000.
TEST(DecideFlashBoot, StaysForTheButtonOrWithoutAStackPointerInSram) {
  stm32::Chip chip(load("stm32l475re").chip);
  const dfu::UsbdDfuSpec spec{dfu::UsbdVersion::V2_5, 0x08008000, "B1", true};
  EXPECT_EQ(decide_flash_boot(spec, chip, {}).reason, "no valid code at 0x08008000");
  chip.flash().preload(0x08008000, Bytes{0x00, 0x80, 0x01, 0x20});
  EXPECT_FALSE(decide_flash_boot(spec, chip, {}).starts_bootloader);
  EXPECT_FALSE(decide_flash_boot(spec, chip, {{"B1", 0}}).starts_bootloader);
  EXPECT_EQ(decide_flash_boot(spec, chip, {{"B1", 1}}).reason, "B1 is pressed");
}

}  // namespace
}  // namespace dfurig::board
