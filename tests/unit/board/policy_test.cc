#include "board/policy.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace dfurig::board
