#include "stm32/effects.h"

#include <gtest/gtest.h>

#include "stm32/register_block.h"

namespace dfurig::stm32 {
namespace {

RegisterSpec with_effect(const std::string& name, std::uint32_t offset, const std::string& effect,
                         std::uint32_t reset = 0) {
  RegisterSpec spec;
  spec.name = name;
  spec.offset = offset;
  spec.effect = effect;
  spec.reset = reset;
  return spec;
}

BlockSpec port() {
  BlockSpec block;
  block.name = "GPIOA";
  block.registers = {with_effect("MODER", 0x00, "gpio_moder"),
                     with_effect("OTYPER", 0x04, "gpio_otyper"),
                     with_effect("PUPDR", 0x0C, "gpio_pupdr"),
                     with_effect("IDR", 0x10, "gpio_idr"),
                     with_effect("ODR", 0x14, ""),
                     with_effect("BSRR", 0x18, "gpio_bsrr"),
                     with_effect("LCKR", 0x1C, "gpio_lckr"),
                     with_effect("AFRL", 0x20, "gpio_afrl"),
                     with_effect("AFRH", 0x24, "gpio_afrh"),
                     with_effect("BRR", 0x28, "gpio_brr")};
  return block;
}

class PortTest : public testing::Test {
 protected:
  void write(const std::string& name, std::uint32_t value) {
    port_.write(spec_.registers[*port_.find(name)].offset, 4, value);
  }
  std::uint32_t read(const std::string& name) {
    return port_.read(spec_.registers[*port_.find(name)].offset, 4);
  }
  void lock(std::uint32_t pins) {
    for (const std::uint32_t key : {0x10000u, 0u, 0x10000u}) write("LCKR", key | pins);
    ASSERT_EQ(read("LCKR"), 0x10000 | pins);
  }

  NotEmulated not_emulated_;
  BlockSpec spec_ = port();
  RegisterBlock port_{spec_, not_emulated_};
};

TEST_F(PortTest, SetsAndResetsOutputsAndSetWins) {
  write("BSRR", 0x0000000F);
  EXPECT_EQ(read("ODR"), 0xFu);
  write("BSRR", 0x00030000);
  EXPECT_EQ(read("ODR"), 0xCu);
  write("BSRR", 0x00FF0001);
  EXPECT_EQ(read("ODR"), 0x1u) << "RM0351 §8.4.7: BSx has priority over BRx";
}

TEST_F(PortTest, ResetsOutputsByBrr) {
  write("ODR", 0xFF);
  write("BRR", 0x0F);
  EXPECT_EQ(read("ODR"), 0xF0u);
}

TEST_F(PortTest, ComputesIdrFromEveryPin) {
  write("MODER", 0x00000001);  // pin 0: output
  write("ODR", 0x1);
  write("PUPDR", 0x00000004);  // pin 1: pull-up
  port_.drive_pin(2, true);
  EXPECT_EQ(read("IDR"), 0x7u);
  port_.drive_pin(1, false);
  EXPECT_EQ(port_.peek("IDR"), 0x5u);
}

TEST_F(PortTest, FreezesTheConfigurationOfLockedPinsUntilReset) {
  lock(0x0101);
  for (const char* name : {"MODER", "OTYPER", "PUPDR", "AFRL", "AFRH"}) write(name, 0xFFFFFFFF);
  EXPECT_EQ(read("MODER"), 0xFFFCFFFCu);
  EXPECT_EQ(read("OTYPER"), 0xFFFFFEFEu);
  EXPECT_EQ(read("PUPDR"), 0xFFFCFFFCu);
  EXPECT_EQ(read("AFRL"), 0xFFFFFFF0u);
  EXPECT_EQ(read("AFRH"), 0xFFFFFFF0u);
  write("ODR", 0xFFFF);
  EXPECT_EQ(read("ODR"), 0xFFFFu) << "outputs are not configuration";
  port_.reset();
  write("MODER", 0x3);
  EXPECT_EQ(read("MODER"), 0x3u);
}

TEST(FlashKeys, UnlockTheControlRegister) {
  NotEmulated not_emulated;
  BlockSpec spec;
  spec.name = "FLASH";
  RegisterSpec keyr = with_effect("KEYR", 0x04, "flash_keyr");
  keyr.access = Access::WriteOnly;
  keyr.keys = {0x45670123, 0xCDEF89AB};
  keyr.unlocks = "CR";
  keyr.lock_bit = 31;
  RegisterSpec cr = with_effect("CR", 0x10, "locked", 0x80000000);
  cr.lock_bit = 31;
  spec.registers = {keyr, cr};
  RegisterBlock flash(spec, not_emulated);
  flash.write(0x10, 4, 1);
  EXPECT_EQ(flash.read(0x10, 4), 0x80000000u) << "locked";
  EXPECT_EQ(not_emulated.counts().at("FLASH.CR written while locked"), 1u);
  flash.write(0x04, 4, 0x45670123);
  flash.write(0x04, 4, 0xCDEF89AB);
  flash.write(0x10, 4, 1);
  EXPECT_EQ(flash.read(0x10, 4), 1u);
  flash.write(0x10, 4, 0x80000000);
  EXPECT_EQ(flash.read(0x10, 4), 0x80000000u) << "locked again by software";
}

TEST(Effects, AreAnExplicitTable) {
  EXPECT_TRUE(is_effect("gpio_bsrr"));
  EXPECT_FALSE(is_effect("gpio_bsr"));
  for (const std::string& name : effect_names()) EXPECT_TRUE(is_effect(name));
}

TEST(RccReady, FollowsEachClockThatIsSwitchedOnOrOff) {
  NotEmulated not_emulated;
  BlockSpec spec;
  spec.name = "RCC";
  RegisterSpec cr = with_effect("CR", 0, "rcc_ready", 0x1);
  cr.fields = {{"HSION", 0, 1, Access::ReadWrite, {}},
               {"HSIRDY", 1, 1, Access::ReadOnly, {}},
               {"CSSON", 19, 1, Access::ReadWrite, {}},
               {"PLLON", 24, 1, Access::ReadWrite, {}},
               {"PLLRDY", 25, 1, Access::ReadOnly, {}}};
  spec.registers = {cr};
  RegisterBlock rcc(spec, not_emulated);
  rcc.write(0, 4, 0x01080001);
  EXPECT_EQ(rcc.read(0, 4), 0x03080003u);
  rcc.write(0, 4, 0x03000003);
  EXPECT_EQ(rcc.read(0, 4), 0x03000003u);
  rcc.write(0, 4, 0x00000001);
  EXPECT_EQ(rcc.read(0, 4), 0x00000003u);
}

TEST(RccSwitch, TellsTheClockThatIsSelected) {
  NotEmulated not_emulated;
  BlockSpec spec;
  spec.name = "RCC";
  RegisterSpec cfgr = with_effect("CFGR", 0, "rcc_switch");
  cfgr.fields = {{"SW", 0, 2, Access::ReadWrite, {}},
                 {"SWS", 2, 2, Access::ReadOnly, {}},
                 {"HPRE", 4, 4, Access::ReadWrite, {}}};
  spec.registers = {cfgr};
  RegisterBlock rcc(spec, not_emulated);
  rcc.write(0, 4, 0x92);
  EXPECT_EQ(rcc.read(0, 4), 0x9Au);
  rcc.write(0, 4, 0x91);
  EXPECT_EQ(rcc.read(0, 4), 0x95u);
}

}  // namespace
}  // namespace dfurig::stm32
