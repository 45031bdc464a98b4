#include "model/model.h"

#include <gtest/gtest.h>

#include "model/temporary_models.h"

namespace dfurig::model {
namespace {

TEST(Library, LoadsEveryShippedModel) {
  const Library library(shipped_models);
  ASSERT_GE(library.names().size(), 2u);
  for (const std::string& name : library.names()) {
    SCOPED_TRACE(name);
    const Model model = library.load(name);
    EXPECT_EQ(model.name, name);
    EXPECT_FALSE(model.facts.empty());
    EXPECT_EQ(model.bootloader.serial.size(), 12u);
  }
}

TEST(Library, DerivesTheRomsLayoutString) {
  const Library library(shipped_models);
  EXPECT_EQ(library.load("stm32f405rg").bootloader.alternates[0].name,
            "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg");
  EXPECT_EQ(library.load("stm32l476rg").bootloader.alternates[0].name,
            "@Internal Flash  /0x08000000/0512*0002Kg");
}

// RM0090 and RM0351 §8.4, ST's CMSIS-SVD: MODER, OSPEEDR, PUPDR of each port after reset.
struct PortRow {
  const char* model;
  const char* port;
  std::uint32_t moder, ospeedr, pupdr;
};
constexpr PortRow reset_values[] = {
    {"stm32f405rg", "GPIOA", 0xA8000000, 0x0C000000, 0x64000000},
    {"stm32f405rg", "GPIOB", 0x00000280, 0x000000C0, 0x00000100},
    {"stm32f405rg", "GPIOC", 0, 0, 0},
    {"stm32f405rg", "GPIOI", 0, 0, 0},
    {"stm32l476rg", "GPIOA", 0xABFFFFFF, 0x0C000000, 0x64000000},
    {"stm32l476rg", "GPIOB", 0xFFFFFEBF, 0, 0x00000100},
    {"stm32l476rg", "GPIOC", 0xFFFFFFFF, 0, 0},
    {"stm32l476rg", "GPIOG", 0xFFFFFFFF, 0, 0},
    {"stm32l476rg", "GPIOH", 0x0000000F, 0, 0},
};

std::uint32_t reset_of(const Model& model, const std::string& port, const std::string& name) {
  for (const stm32::BlockSpec& block : model.chip.blocks) {
    for (const stm32::RegisterSpec& spec : block.registers) {
      if (block.name == port && spec.name == name) return spec.reset;
    }
  }
  ADD_FAILURE() << port << "." << name;
  return 0;
}

TEST(ShippedModels, HaveTheManualsGpioResetValues) {
  const Library library(shipped_models);
  for (const PortRow& row : reset_values) {
    const Model model = library.load(row.model);
    SCOPED_TRACE(std::string(row.model) + " " + row.port);
    EXPECT_EQ(reset_of(model, row.port, "MODER"), row.moder);
    EXPECT_EQ(reset_of(model, row.port, "OSPEEDR"), row.ospeedr);
    EXPECT_EQ(reset_of(model, row.port, "PUPDR"), row.pupdr);
  }
}

TEST(Library, NamesThoseNearAnUnknownModel) {
  try {
    Library(shipped_models).load("stm32l475rg");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(),
                 "model \"stm32l475rg\": there is no such model\n"
                 "  did you mean stm32l476rg or stm32f405rg?");
  }
}

TEST(Library, RefusesAFolderThatIsNone) {
  EXPECT_THROW(Library("/nonexistent"), InputError);
}

}  // namespace
}  // namespace dfurig::model
