#include "model/model.h"

#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "model/temporary_models.h"
#include "stm32/chip.h"

namespace dfurig::model {
namespace {

TEST(Library, LoadsEveryShippedModel) {
  const Library library(shipped_models);
  ASSERT_GE(library.names().size(), 45u);
  for (const std::string& name : library.names()) {
    SCOPED_TRACE(name);
    const Model model = library.load(name);
    EXPECT_EQ(model.name, name);
    EXPECT_FALSE(model.facts.empty());
    EXPECT_EQ(model.has_usb_dfu(), model.no_usb_dfu.empty());
    EXPECT_EQ(model.bootloader.alternates.empty(), !model.has_usb_dfu());
    for (const std::string& bootloader : model.flash_bootloaders) {
      EXPECT_EQ(library.load(name, bootloader).bootloader.serial.size(), 12u) << bootloader;
    }
  }
}

// RM0090 §39 and RM0351 §49: where software reads which chip it runs on.
TEST(ShippedModels, CanBeReadForTheirUidAndFlashSize) {
  const Library library(shipped_models);
  stm32::Chip f4(library.load("stm32f405rg").chip);
  EXPECT_EQ(f4.read(0x1FFF7A10, 4), 0x002B0042u);
  EXPECT_EQ(f4.read(0x1FFF7A18, 4), 0x38373231u);
  EXPECT_EQ(f4.read(0x1FFF7A22, 2), 1024u);
  stm32::Chip l4(library.load("stm32l476rg").chip);
  EXPECT_EQ(l4.read(0x1FFF7590, 4), 0x00360041u);
  EXPECT_EQ(l4.read(0x1FFF75E0, 2), 1024u);
  EXPECT_EQ(l4.read(0x1FFF75E0, 4), 0xFFFF0400u) << "ST's driver reads the whole word";
}

TEST(ShippedModels, LeaveTheFactoryWithoutWriteProtection) {
  const Library library(shipped_models);
  for (const std::string& name : library.names()) {
    const Model model = library.load(name);
    const stm32::Chip chip(model.chip);
    for (std::size_t i = 0; i < chip.flash().sectors().size(); ++i) {
      EXPECT_FALSE(chip.option_bytes().is_write_protected(i)) << name << " sector " << i;
    }
  }
}

TEST(ShippedModels, ProtectTheSectorsTheirOptionBytesName) {
  const Library library(shipped_models);
  stm32::OptionBytes f4(library.load("stm32f405rg").chip.option_bytes);
  Bytes content(f4.content().begin(), f4.content().end());
  content[8] = 0xFE;
  content[9] = 0xC7;
  f4.preload(0x1FFFC000, content);
  f4.load();
  EXPECT_TRUE(f4.is_write_protected(0) && f4.is_write_protected(11));
  EXPECT_FALSE(f4.is_write_protected(1) || f4.is_write_protected(10));
  stm32::OptionBytes l4(library.load("stm32l476rg").chip.option_bytes);
  Bytes bank2(l4.view(0x1FFFF800, 40).begin(), l4.view(0x1FFFF800, 40).end());
  bank2[0x18] = 0x10;  // WRP2A_STRT
  bank2[0x1A] = 0x11;  // WRP2A_END
  bank2[0x1C] = 0xEF;  // and their complements
  bank2[0x1E] = 0xEE;
  l4.preload(0x1FFFF800, bank2);
  l4.load();
  EXPECT_TRUE(l4.is_write_protected(256 + 0x10) && l4.is_write_protected(256 + 0x11));
  EXPECT_FALSE(l4.is_write_protected(256 + 0x0F) || l4.is_write_protected(256 + 0x12));
  EXPECT_FALSE(l4.is_write_protected(0x10));
}

TEST(ShippedModels, SourceEveryValueOnceAndSpeakOfTheirPeripherals) {
  const Model model = Library(shipped_models).load("stm32f405rg");
  std::set<std::string> subjects;
  for (const Fact& fact : model.facts)
    EXPECT_TRUE(subjects.insert(fact.subject).second) << fact.subject;
  EXPECT_EQ(subjects.count("gpio-f4"), 1u);
  EXPECT_EQ(subjects.count("flash-f4/registers/OPTCR/reset"), 1u);
}

// RM0090 §7.3 and RM0351 §6.4: start-up code waits for these.
TEST(ShippedModels, LetStartUpCodeSwitchToThePll) {
  const Library library(shipped_models);
  for (const auto& [name, rcc, pll] :
       {std::tuple("stm32f405rg", 0x40023800u, 2u), std::tuple("stm32l476rg", 0x40021000u, 3u)}) {
    SCOPED_TRACE(name);
    stm32::Chip chip(library.load(name).chip);
    chip.write(rcc, 4, *chip.read(rcc, 4) | 1u << 16 | 1u << 24);
    EXPECT_EQ(*chip.read(rcc, 4) >> 17 & 1, 1u) << "HSERDY";
    EXPECT_EQ(*chip.read(rcc, 4) >> 25 & 1, 1u) << "PLLRDY";
    chip.write(rcc + 8, 4, pll);
    EXPECT_EQ(*chip.read(rcc + 8, 4) >> 2 & 3, pll) << "SWS";
  }
}

TEST(Library, NamesThoseNearAnUnknownModel) {
  try {
    Library(shipped_models).load("stm32l476rh");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(),
                 "model \"stm32l476rh\": there is no such model\n"
                 "  did you mean stm32l476rg, stm32l475re or stm32f446re?");
  }
}

TEST(Library, RefusesAFolderThatIsNone) {
  EXPECT_THROW(Library("/nonexistent"), InputError);
}

}  // namespace
}  // namespace dfurig::model
