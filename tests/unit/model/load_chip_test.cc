#include "model/load_chip.h"

#include <gtest/gtest.h>

#include <cctype>

#include "model/temporary_models.h"
#include "stm32/chip.h"

namespace dfurig::model {
namespace {

namespace fs = std::filesystem;
using Json = TemporaryModels::Json;

/// Loads a family's file by a chip that is the F405 in all but its peripherals, with a bootloader
/// that touches none.
class Families : public testing::Test {
 protected:
  Families() {
    for (const char* part : {"/families", "/peripherals"}) {
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
      for (const char* key : {"family", "core", "peripherals"}) chip.erase(key);
      chip["extends"] = family;
    });
    return Library(models_.folder()).load("stm32f405rg");
  }

  TemporaryModels models_;
};

/// ST's CMSIS-SVD and reference manuals. What a port holds after reset: MODER, OSPEEDR, PUPDR of A
/// and of B, MODER of all others; where its clock and its reset are: the RCC and two registers.
struct FamilyRow {
  const char* family;
  const char* ports;
  std::uint32_t port_a;
  std::uint32_t a[3];
  std::uint32_t b[3];
  std::uint32_t others;
  std::uint32_t rcc, enable, reset;
  unsigned bit_of_a;
};
constexpr std::uint32_t analog = 0xFFFFFFFF;
constexpr FamilyRow family_rows[] = {
    {"stm32f0",
     "ABCDEF",
     0x48000000,
     {0x28000000, 0x0C000000, 0x24000000},
     {0, 0, 0},
     0,
     0x40021000,
     0x14,
     0x28,
     17},
    {"stm32f2",
     "ABCDEFGHI",
     0x40020000,
     {0xA8000000, 0x0C000000, 0x64000000},
     {0x280, 0xC0, 0x100},
     0,
     0x40023800,
     0x30,
     0x10,
     0},
    {"stm32f3",
     "ABCDEFG",
     0x48000000,
     {0xA8000000, 0x0C000000, 0x64000000},
     {0x280, 0xC0, 0x100},
     0,
     0x40021000,
     0x14,
     0x28,
     17},
    {"stm32f4",
     "ABCDEFGHI",
     0x40020000,
     {0xA8000000, 0x0C000000, 0x64000000},
     {0x280, 0xC0, 0x100},
     0,
     0x40023800,
     0x30,
     0x10,
     0},
    {"stm32f7",
     "ABCDEFGHIJK",
     0x40020000,
     {0xA8000000, 0x0C000000, 0x64000000},
     {0x280, 0xC0, 0x100},
     0,
     0x40023800,
     0x30,
     0x10,
     0},
    {"stm32l0",
     "ABCDEH",
     0x50000000,
     {0xEBFFFCFF, 0x0C000000, 0x24000000},
     {analog, 0, 0},
     analog,
     0x40021000,
     0x2C,
     0x1C,
     0},
    {"stm32l1",
     "ABCDE",
     0x40020000,
     {0xA8000000, 0, 0x64000000},
     {0x280, 0xC0, 0x100},
     0,
     0x40023800,
     0x1C,
     0x10,
     0},
    {"stm32l4",
     "ABCDEFG",
     0x48000000,
     {0xABFFFFFF, 0x0C000000, 0x64000000},
     {0xFFFFFEBF, 0, 0x100},
     analog,
     0x40021000,
     0x4C,
     0x2C,
     0},
    {"stm32l5",
     "ABCDEFG",
     0x42020000,
     {0xABFFFFFF, 0x0C000000, 0x64000000},
     {0xFFFFFEBF, 0xC0, 0x100},
     analog,
     0x40021000,
     0x4C,
     0x2C,
     0},
    {"stm32g0",
     "ABCDEF",
     0x50000000,
     {0xEBFFFFFF, 0x0C000000, 0x24000000},
     {analog, 0, 0},
     analog,
     0x40021000,
     0x34,
     0x24,
     0},
    {"stm32g4",
     "ABCDEFG",
     0x48000000,
     {0xABFFFFFF, 0x0C000000, 0x64000000},
     {0xFFFFFEBF, 0xC0, 0x100},
     analog,
     0x40021000,
     0x4C,
     0x2C,
     0},
    {"stm32h5",
     "ABCDEFGHI",
     0x42020000,
     {0xABFFFFFF, 0x0C000000, 0x64000000},
     {0xFFFFFEBF, 0xC0, 0x100},
     analog,
     0x44020C00,
     0x8C,
     0x64,
     0},
    {"stm32h7",
     "ABCDEFGHIJK",
     0x58020000,
     {0xABFFFFFF, 0x0C000000, 0x64000000},
     {0xFFFFFEBF, 0xC0, 0x100},
     analog,
     0x58024400,
     0xE0,
     0x88,
     0},
    {"stm32u0",
     "ABCDEF",
     0x50000000,
     {0xEBFFFFFF, 0x0C000000, 0x24000000},
     {analog, 0, 0},
     analog,
     0x40021000,
     0x4C,
     0x2C,
     0},
    {"stm32u5",
     "ABCDEFGHIJ",
     0x42020000,
     {0xABFFFFFF, 0x0C000000, 0x64000000},
     {0xFFFFFEBF, 0xC0, 0x100},
     analog,
     0x46020C00,
     0x8C,
     0x64,
     0},
    {"stm32wb",
     "ABCD",
     0x48000000,
     {0xABFFFFFF, 0x0C000000, 0x64000000},
     {0xFFFFFEBF, 0xC0, 0x100},
     analog,
     0x58000000,
     0x4C,
     0x2C,
     0},
    {"stm32c0",
     "ABCDF",
     0x50000000,
     {0xEBFFFFFF, 0x0C000000, 0x24000000},
     {analog, 0, 0},
     analog,
     0x40021000,
     0x34,
     0x24,
     0},
};

/// A port without clock reads 0; with it, its reset values; under reset it forgets what was
/// written.
void expect_port(const Model& model, const FamilyRow& row, char port) {
  SCOPED_TRACE(std::string(row.family) + " GPIO" + port);
  stm32::Chip chip(model.chip);
  const unsigned number = static_cast<unsigned>(port - 'A');
  const std::uint32_t base = row.port_a + 0x400 * number;
  const std::uint32_t bit = 1u << (row.bit_of_a + number);
  chip.write(row.rcc + row.enable, 4, *chip.read(row.rcc + row.enable, 4) & ~bit);
  EXPECT_EQ(chip.read(base, 4), 0u) << "no clock";
  chip.write(row.rcc + row.enable, 4, bit);
  const std::uint32_t other[3] = {row.others, 0, 0};
  const std::uint32_t* expected = port == 'A' ? row.a : port == 'B' ? row.b : other;
  EXPECT_EQ(chip.read(base + 0x00, 4), expected[0]);
  EXPECT_EQ(chip.read(base + 0x08, 4), expected[1]);
  EXPECT_EQ(chip.read(base + 0x0C, 4), expected[2]);
  chip.write(base + 0x14, 4, 0x8001);
  EXPECT_EQ(chip.read(base + 0x14, 4), 0x8001u);
  chip.write(row.rcc + row.reset, 4, bit);
  chip.write(row.rcc + row.reset, 4, 0);
  EXPECT_EQ(chip.read(base + 0x14, 4), 0u);
}

TEST_F(Families, HaveTheirPortsWhereTheManualHasThem) {
  for (const FamilyRow& row : family_rows) {
    const Model model = load(row.family);
    for (const char port : std::string(row.ports)) expect_port(model, row, port);
  }
}

/// ST's reference manuals: where the keys go, and the lock bit they clear.
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
  for (const FlashRow& row : flash_rows) {
    SCOPED_TRACE(std::string(row.family) + " key register at " + std::to_string(row.key_register));
    stm32::Chip chip(load(row.family).chip);
    const std::uint32_t control = row.base + row.control_register;
    EXPECT_EQ(*chip.read(control, 4) >> row.lock_bit & 1, 1u) << "locked after reset";
    for (const std::uint32_t key : row.keys) chip.write(row.base + row.key_register, 4, key);
    EXPECT_EQ(*chip.read(control, 4) >> row.lock_bit & 1, 0u);
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

}  // namespace
}  // namespace dfurig::model
