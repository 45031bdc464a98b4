#include "model/load_chip.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <utility>

#include "model/temporary_models.h"
#include "stm32/chip.h"

namespace dfurig::model {
namespace {

namespace fs = std::filesystem;
using Json = TemporaryModels::Json;

/// Loads a family's file by a chip that is the F405 in all but its peripherals, with a bootloader
/// that touches none, and with option bytes that no register shows.
class Families : public testing::Test {
 protected:
  Families() {
    for (const char* part : {"/families", "/peripherals", "/cores"}) {
      fs::copy(shipped_models + part, models_.folder() + part,
               fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    }
    const Json none = Json::parse(
        R"({"default": "none", "policies": {"none": {"summary": "nothing", "actions": []}}})");
    models_.edit("bootloaders/rom-f4.json", [&](Json& rom) {
      rom["entry_policies"] = none;
      rom["leave_policies"] = none;
    });
  }

  Model load(const std::string& family) {
    models_.edit("chips/stm32f405rg.json", [&](Json& chip) {
      for (const char* key : {"family", "core", "clocks", "peripherals"}) chip.erase(key);
      chip["extends"] = family;
      chip["option_bytes"]["registers"] = nullptr;
    });
    return Library(models_.folder()).load("stm32f405rg");
  }

  TemporaryModels models_;
};

/// ST's reference manuals: where the keys go, and the lock bit they clear. What another lock keeps
/// closed comes behind that.
struct FlashRow {
  const char* family;
  std::uint32_t base, key_register, control_register;
  unsigned lock_bit;
  std::uint32_t keys[2] = {0x45670123, 0xCDEF89AB};
};
constexpr FlashRow flash_rows[] = {
    {"stm32f0", 0x40022000, 0x04, 0x10, 7},
    {"stm32f1", 0x40022000, 0x04, 0x10, 7},
    {"stm32f2", 0x40023C00, 0x04, 0x10, 31},
    {"stm32f3", 0x40022000, 0x04, 0x10, 7},
    {"stm32f4", 0x40023C00, 0x04, 0x10, 31},
    {"stm32f7", 0x40023C00, 0x04, 0x10, 31},
    {"stm32l0", 0x40022000, 0x0C, 0x04, 0, {0x89ABCDEF, 0x02030405}},
    {"stm32l0", 0x40022000, 0x10, 0x04, 1, {0x8C9DAEBF, 0x13141516}},
    {"stm32l0", 0x40022000, 0x14, 0x04, 2, {0xFBEAD9C8, 0x24252627}},
    {"stm32l1", 0x40023C00, 0x0C, 0x04, 0, {0x89ABCDEF, 0x02030405}},
    {"stm32l4", 0x40022000, 0x08, 0x14, 31},
    {"stm32l4", 0x40022000, 0x0C, 0x14, 30, {0x08192A3B, 0x4C5D6E7F}},
    {"stm32l5", 0x40022000, 0x08, 0x28, 31},
    {"stm32g0", 0x40022000, 0x08, 0x14, 31},
    {"stm32g4", 0x40022000, 0x08, 0x14, 31},
    {"stm32h5", 0x40022000, 0x04, 0x28, 0},
    {"stm32h5", 0x40022000, 0x0C, 0x1C, 0, {0x08192A3B, 0x4C5D6E7F}},
    {"stm32h7", 0x52002000, 0x04, 0x0C, 0},
    {"stm32h7", 0x52002000, 0x104, 0x10C, 0},
    {"stm32h7", 0x52002000, 0x08, 0x18, 0, {0x08192A3B, 0x4C5D6E7F}},
    {"stm32u0", 0x40022000, 0x08, 0x14, 31},
    {"stm32u5", 0x40022000, 0x08, 0x28, 31},
    {"stm32wb", 0x58004000, 0x08, 0x14, 31},
    {"stm32c0", 0x40022000, 0x08, 0x14, 31},
};

TEST_F(Families, UnlockTheirFlashByTheManualsKeys) {
  std::string family;
  std::unique_ptr<stm32::Chip> chip;
  for (const FlashRow& row : flash_rows) {
    SCOPED_TRACE(std::string(row.family) + " key register at " + std::to_string(row.key_register));
    const bool is_new = std::exchange(family, row.family) != row.family;
    if (is_new) chip = std::make_unique<stm32::Chip>(load(row.family).chip);
    const std::uint32_t control = row.base + row.control_register;
    EXPECT_EQ(*chip->read(control, 4) >> row.lock_bit & 1, 1u) << "locked after reset";
    for (const std::uint32_t key : row.keys) chip->write(row.base + row.key_register, 4, key);
    EXPECT_EQ(*chip->read(control, 4) >> row.lock_bit & 1, 0u);
  }
}

TEST_F(Families, AllLoadAndSayWhoTheyAre) {
  unsigned count = 0;
  for (const auto& entry : fs::directory_iterator(shipped_models + "/families")) {
    std::string name = entry.path().stem().string();
    SCOPED_TRACE(name);
    const Json json = Json::parse(std::ifstream(entry.path()));
    if (json.contains("extends")) continue;  // a line of a family
    const Model model = load(name);
    for (char& c : name) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(model.family, name);
    EXPECT_TRUE(model.core.starts_with("Cortex-M")) << model.core;
    ++count;
  }
  EXPECT_GE(count, 18u);
}

/// A block with a life of its own, as a model wires it to a clock and to the NVIC.
struct UnitRow {
  const char* chip;
  const char* block;
  std::uint32_t base;
  const char* unit;
  const char* clock;
  std::vector<unsigned> interrupts;
};

// Memory maps and vector tables of the reference manuals.
const std::vector<UnitRow> unit_rows = {
    {"stm32f405rg", "TIM1", 0x40010000, "timer", "TIMPCLK2", {25, 27}},  // RM0090 §2.3, §12.2
    {"stm32f405rg", "TIM6", 0x40001000, "timer", "TIMPCLK1", {54}},
    {"stm32f405rg", "USART2", 0x40004400, "usart", "", {38}},
    {"stm32f405rg", "RNG", 0x50060800, "random_generator", "", {80}},
    {"stm32f405rg", "EXTI", 0x40013C00, "exti", "", {6, 7, 8, 9, 10, 23, 40}},
    {"stm32l476rg", "TIM2", 0x40000000, "timer", "TIMPCLK1", {28}},  // RM0351 §2.2, §13.3
    {"stm32l476rg", "LPUART1", 0x40008000, "usart", "", {70}},
    {"stm32l476rg", "IWDG", 0x40003000, "iwdg", "LSI", {}},
    {"stm32l476rg", "RTC", 0x40002800, "backup", "", {}},
    {"stm32l053r8", "TIM21", 0x40010800, "timer", "TIMPCLK2", {20}},  // RM0367 §2.2, §12.3
    {"stm32l053r8", "EXTI", 0x40010400, "exti", "", {5, 6, 7}},
    {"stm32f103c8", "USART1", 0x40013800, "usart", "", {37}},  // RM0008 §3.3, §10.1
    {"stm32f103c8", "BKP", 0x40006C00, "backup", "", {}},
    {"stm32f072rb", "TIM6", 0x40001000, "timer", "TIMPCLK", {17}},  // RM0091 §2.2, §12.1
    {"stm32g071rb", "USART2", 0x40004400, "usart", "", {28}},       // RM0444 §2.2, §12.3
    {"stm32g071rb", "TAMP", 0x4000B000, "backup", "", {}},
};

TEST(Units, AreWhereTheManualsSay) {
  const Library library(shipped_models);
  for (const UnitRow& row : unit_rows) {
    const Model model = library.load(row.chip);
    const auto block = std::ranges::find(model.chip.blocks, row.block, &stm32::BlockSpec::name);
    ASSERT_NE(block, model.chip.blocks.end()) << row.chip << " " << row.block;
    EXPECT_EQ(block->base, row.base) << row.chip << " " << row.block;
    EXPECT_EQ(block->unit, row.unit) << row.chip << " " << row.block;
    EXPECT_EQ(block->clock, row.clock) << row.chip << " " << row.block;
    EXPECT_EQ(block->interrupts, row.interrupts) << row.chip << " " << row.block;
  }
}

// The parts' data sheets: what a line has and a part of it does not.
TEST(Units, AreNotWhereAChipHasNone) {
  const Library library(shipped_models);
  for (const auto& [chip, name] :
       {std::pair("stm32f103c8", "TIM8"), std::pair("stm32f401cc", "TIM6"),
        std::pair("stm32f030r8", "TIM2"), std::pair("stm32l011k4", "TIM6"),
        std::pair("stm32f411ce", "RNG")}) {
    const Model model = library.load(chip);
    EXPECT_EQ(std::ranges::count(model.chip.blocks, name, &stm32::BlockSpec::name), 0)
        << chip << " " << name;
  }
}

}  // namespace
}  // namespace dfurig::model
