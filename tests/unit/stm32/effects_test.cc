#include "stm32/effects.h"

#include <gtest/gtest.h>

#include <tuple>

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

/// RM0008 §9.2: a port of an F1.
BlockSpec f1_port() {
  BlockSpec block;
  block.name = "GPIOA";
  block.registers = {with_effect("CRL", 0x00, "gpio_f1_crl", 0x44444444),
                     with_effect("CRH", 0x04, "gpio_f1_crh", 0x44444444),
                     with_effect("IDR", 0x08, "gpio_f1_idr"),
                     with_effect("ODR", 0x0C, ""),
                     with_effect("BSRR", 0x10, "gpio_bsrr"),
                     with_effect("BRR", 0x14, "gpio_brr"),
                     with_effect("LCKR", 0x18, "gpio_lckr")};
  return block;
}

TEST(F1Port, ComputesIdrFromBothConfigurationRegisters) {
  NotEmulated not_emulated;
  const BlockSpec spec = f1_port();
  RegisterBlock port(spec, not_emulated);
  port.write(0x00, 4, 0x44444443);  // pin 0: output, push-pull
  port.write(0x04, 4, 0x84444444);  // pin 15: input with pull
  port.write(0x10, 4, 0x00008001);  // pin 0 high, pin 15 pulled up
  port.drive_pin(9, true);
  EXPECT_EQ(port.read(0x08, 4), 0x8201u);
  port.write(0x14, 4, 0x8001);
  EXPECT_EQ(port.peek("IDR"), 0x0200u) << "pin 0 low, pin 15 pulled down";
}

TEST(F1Port, FreezesTheFourBitsOfLockedPins) {
  NotEmulated not_emulated;
  const BlockSpec spec = f1_port();
  RegisterBlock port(spec, not_emulated);
  for (const std::uint32_t key : {0x10000u, 0u, 0x10000u}) port.write(0x18, 4, key | 0x8001);
  ASSERT_EQ(port.read(0x18, 4), 0x18001u);
  port.write(0x00, 4, 0x33333333);
  port.write(0x04, 4, 0x33333333);
  EXPECT_EQ(port.read(0x00, 4), 0x33333334u);
  EXPECT_EQ(port.read(0x04, 4), 0x43333333u);
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

TEST(FlashOptionKeys, SetOptwreOnF0F1AndF3) {
  NotEmulated not_emulated;
  BlockSpec spec;
  spec.name = "FLASH";
  RegisterSpec optkeyr = with_effect("OPTKEYR", 0x08, "flash_optwre");
  optkeyr.access = Access::WriteOnly;
  optkeyr.keys = {0x45670123, 0xCDEF89AB};
  optkeyr.unlocks = "CR";
  optkeyr.lock_bit = 9;
  spec.registers = {optkeyr, with_effect("CR", 0x10, "", 0x80)};
  RegisterBlock flash(spec, not_emulated);
  flash.write(0x08, 4, 0x45670123);
  EXPECT_EQ(flash.read(0x10, 4), 0x80u);
  flash.write(0x08, 4, 0xCDEF89AB);
  EXPECT_EQ(flash.read(0x10, 4), 0x280u);
  flash.reset();
  flash.write(0x08, 4, 0x45670123);
  flash.write(0x08, 4, 0xFFFFFFFF);
  EXPECT_EQ(flash.read(0x10, 4), 0x80u) << "a wrong key";
}

// ARM DDI 0403E §B3.4.3 to §B3.4.6
TEST(Nvic, ClearsWhatTheOtherRegisterSetsAndReadsTheSame) {
  NotEmulated not_emulated;
  BlockSpec spec;
  spec.name = "NVIC";
  for (const std::uint32_t n : {0u, 1u}) {
    for (const auto& [name, offset, effect] :
         {std::tuple("ISER", 0x000u, ""), std::tuple("ICER", 0x080u, "nvic_icer"),
          std::tuple("ISPR", 0x100u, ""), std::tuple("ICPR", 0x180u, "nvic_icpr")}) {
      spec.registers.push_back(with_effect(name + std::to_string(n), offset + 4 * n, effect));
      if (*effect == '\0') spec.registers.back().access = Access::OneToSet;
    }
  }
  RegisterBlock nvic(spec, not_emulated);
  for (const std::uint32_t set : {0x000u, 0x004u, 0x100u, 0x104u}) {
    const std::uint32_t clear = set + 0x80;
    nvic.write(set, 4, 0x80000011);
    nvic.write(set, 4, 0x00000002);
    EXPECT_EQ(nvic.read(set, 4), 0x80000013u) << "0 changes nothing";
    EXPECT_EQ(nvic.read(clear, 4), 0x80000013u);
    nvic.write(clear, 4, 0x00000011);
    EXPECT_EQ(nvic.read(set, 4), 0x80000002u);
    nvic.write(clear + 3, 1, 0x80);
    EXPECT_EQ(nvic.read(clear, 4), 0x00000002u) << "by byte";
  }
  EXPECT_EQ(nvic.peek("ICPR1"), 0x00000002u);
  nvic.reset();
  EXPECT_EQ(nvic.peek("ICER0"), 0u);
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

TEST(RccReady, NeverComesFromAnOscillatorThatIsNotThere) {
  NotEmulated not_emulated;
  BlockSpec spec;
  spec.name = "RCC";
  RegisterSpec cr = with_effect("CR", 0, "rcc_ready", 0x1);
  cr.fields = {{"HSION", 0, 1, Access::ReadWrite, {}},
               {"HSIRDY", 1, 1, Access::ReadOnly, {}},
               {"HSEON", 16, 1, Access::ReadWrite, {}},
               {"HSERDY", 17, 1, Access::ReadOnly, {}}};
  spec.registers = {cr};
  spec.silent_clocks = {"HSE"};
  RegisterBlock rcc(spec, not_emulated);
  rcc.write(0, 4, 0x00010001);
  EXPECT_EQ(rcc.read(0, 4), 0x00010003u);
}

TEST(RccReady, KnowsTheOtherSpellingOfTheL0) {
  NotEmulated not_emulated;
  BlockSpec spec;
  spec.name = "RCC";
  RegisterSpec cr = with_effect("CR", 0, "rcc_ready", 0x300);
  cr.fields = {{"HSI16ON", 0, 1, Access::ReadWrite, {}},
               {"HSI16RDYF", 2, 1, Access::ReadOnly, {}},
               {"MSION", 8, 1, Access::ReadWrite, {}},
               {"MSIRDY", 9, 1, Access::ReadOnly, {}}};
  spec.registers = {cr};
  RegisterBlock rcc(spec, not_emulated);
  rcc.write(0, 4, 0x101);
  EXPECT_EQ(rcc.read(0, 4), 0x305u);
}

TEST(PwrReady, FollowsTheBitsOfOverDriveInTheFirstRegister) {
  NotEmulated not_emulated;
  BlockSpec spec;
  spec.name = "PWR";
  RegisterSpec cr = with_effect("CR", 0, "");
  cr.fields = {{"ODEN", 16, 1, Access::ReadWrite, {}}, {"ODSWEN", 17, 1, Access::ReadWrite, {}}};
  RegisterSpec csr = with_effect("CSR", 4, "pwr_ready", 0x4000);
  csr.fields = {{"VOSRDY", 14, 1, Access::ReadOnly, {}},
                {"ODRDY", 16, 1, Access::ReadOnly, {}},
                {"ODSWRDY", 17, 1, Access::ReadOnly, {}}};
  spec.registers = {cr, csr};
  RegisterBlock pwr(spec, not_emulated);
  EXPECT_EQ(pwr.read(4, 4), 0x4000u);
  pwr.write(0, 4, 0x10000);
  EXPECT_EQ(pwr.read(4, 4), 0x14000u);
  pwr.write(0, 4, 0x30000);
  EXPECT_EQ(pwr.read(4, 4), 0x34000u);
  pwr.write(0, 4, 0);
  EXPECT_EQ(pwr.read(4, 4), 0x4000u);
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
