#include "board/policy.h"

#include <gtest/gtest.h>

#include <set>

#include "board/options.h"

namespace dfurig::board {
namespace {

using model::RegisterAction;

class PolicyTest : public testing::Test {
 protected:
  Causes apply_one(RegisterAction action) {
    action.why = "because";
    return apply({"p", "", model::Mark::Observed, "", {std::move(action)}}, chip_);
  }
  stm32::Chip chip_{
      model::Library(std::string(DFURIG_SOURCE_DIR) + "/models").load("stm32l476rg").chip};
};

TEST_F(PolicyTest, SetsAFieldAndNamesTheCause) {
  RegisterAction action;
  action.target = "RCC.AHB2ENR.GPIOBEN";
  action.value = 1;
  const Causes causes = apply_one(action);
  EXPECT_EQ(chip_.peek("RCC.AHB2ENR"), 2u);
  ASSERT_EQ(causes.size(), 1u);
  EXPECT_EQ(causes.at("RCC.AHB2ENR").front().why, "because");
}

TEST_F(PolicyTest, SwitchesTheClocksOfBlocks) {
  RegisterAction action;
  action.kind = RegisterAction::Kind::ClocksOn;
  action.blocks = {"GPIOA", "GPIOC"};
  apply_one(action);
  EXPECT_EQ(chip_.peek("RCC.AHB2ENR"), 5u);
  action.kind = RegisterAction::Kind::ClocksOff;
  action.blocks = {"GPIOA"};
  apply_one(action);
  EXPECT_EQ(chip_.peek("RCC.AHB2ENR"), 4u);
}

TEST_F(PolicyTest, SetsAWholeRegister) {
  RegisterAction action;
  action.target = "SCB.VTOR";
  action.value = 0x1FFF0000;
  apply_one(action);
  EXPECT_EQ(chip_.peek("SCB.VTOR"), 0x1FFF0000u);
}

TEST_F(PolicyTest, NamesNoCauseForWhatStaysTheSame) {
  RegisterAction action;
  action.target = "SCB.VTOR";
  EXPECT_TRUE(apply_one(action).empty());
}

TEST_F(PolicyTest, ConfiguresPinsInEveryRegister) {
  RegisterAction action;
  action.kind = RegisterAction::Kind::ConfigurePin;
  action.pins = {"PC9"};
  action.pin_fields = {{"MODER", 2}, {"OTYPER", 1}, {"PUPDR", 1}, {"AFR", 7}, {"ODR", 1}};
  apply_one(action);
  EXPECT_EQ(chip_.peek("GPIOC.MODER"), 0xFFFBFFFFu);
  EXPECT_EQ(chip_.peek("GPIOC.OTYPER"), 0x200u);
  EXPECT_EQ(chip_.peek("GPIOC.PUPDR"), 0x40000u);
  EXPECT_EQ(chip_.peek("GPIOC.AFRH"), 0x70u);
  EXPECT_EQ(chip_.peek("GPIOC.ODR"), 0x200u);
}

TEST_F(PolicyTest, ResetsNamedBlocksOrEverything) {
  for (const char* name : {"GPIOA.ODR", "GPIOD.ODR", "RCC.AHB2ENR"}) chip_.poke(name, 1);
  RegisterAction action;
  action.kind = RegisterAction::Kind::ResetBlocks;
  action.blocks = {"GPIOA"};
  apply_one(action);
  EXPECT_EQ(chip_.peek("GPIOA.ODR"), 0u);
  EXPECT_EQ(chip_.peek("GPIOD.ODR"), 1u);
  EXPECT_EQ(chip_.peek("RCC.AHB2ENR"), 1u);
  action.kind = RegisterAction::Kind::SystemReset;
  apply_one(action);
  EXPECT_EQ(chip_.peek("RCC.AHB2ENR"), 0u);
  EXPECT_EQ(*chip_.peek("RCC.CSR") >> 24, 0x1Cu) << "SFTRSTF beside BORRSTF and PINRSTF";
}

/// MHz that a ROM runs at (AN2606, STM32 system memory boot mode, of each line), by the beginning
/// of its file's name. Of the others no more is asked than that the core has a clock.
unsigned rom_mhz(const std::string& rom) {
  static const std::pair<const char*, unsigned> rows[] = {
      {"rom-f105", 48}, {"rom-f0", 48}, {"rom-f2", 60}, {"rom-f3", 48},
      {"rom-f4", 60},   {"rom-f7", 60}, {"rom-g0", 60}, {"rom-g4", 72},
      {"rom-l07x", 32}, {"rom-l1", 32}, {"rom-l4", 72}, {"cubemx-l475", 80}};
  for (const auto& [begin, mhz] : rows) {
    if (rom.starts_with(begin)) return mhz;
  }
  return 0;
}

/// Whoever goes on with a bootloader's clock goes on, at the frequency that AN2606 tells.
void expect_clock_in_dfu(const model::Model& model) {
  for (const model::RegisterPolicy& policy : model.entry_policies) {
    stm32::Chip chip(model.chip);
    if (chip.hclk_hz() == 0) return;  // its clocks are not modelled: it executes nothing
    apply(policy, chip);
    EXPECT_NE(chip.hclk_hz(), 0u) << policy.name;
    const unsigned mhz = rom_mhz(model.bootloader.name);
    if (mhz == 0 || policy.name != model.entry_policy) continue;
    EXPECT_EQ(chip.hclk_hz(), mhz * 1'000'000u) << policy.name;
  }
}

/// As AN3156 §5.5 is read: RCC goes back, too.
void expect_clock_after_leave(const model::Model& model) {
  stm32::Chip chip(model.chip);
  const stm32::Chip untouched(model.chip);
  apply(find_policy(model.entry_policies, model.entry_policy, "the test"), chip);
  apply(find_policy(model.leave_policies, "an3156", "the test"), chip);
  EXPECT_EQ(chip.hclk_hz(), untouched.hclk_hz());
  for (const char* it : {"RCC.CFGR", "RCC.CFGR2", "RCC.PLLCFGR"}) {
    EXPECT_EQ(chip.peek(it), untouched.peek(it)) << it;
  }
}

TEST(Clocks, OfRomsAreWhatAn2606TellsAndGoBackByAn3156) {
  const model::Library library(std::string(DFURIG_SOURCE_DIR) + "/models");
  std::set<std::string> seen;
  for (const std::string& name : library.names()) {
    SCOPED_TRACE(name);
    const model::Model model = library.load(name);
    if (!model.has_usb_dfu() || !seen.insert(model.bootloader.name).second) continue;
    expect_clock_in_dfu(model);
    expect_clock_after_leave(model);
  }
  expect_clock_in_dfu(library.load("stm32l475re", "cubemx-l475"));
}

}  // namespace
}  // namespace dfurig::board
