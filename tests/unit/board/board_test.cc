#include "board/board.h"

#include <gtest/gtest.h>

#include "board/bench.h"
#include "board/protection.h"
#include "support/input_error.h"

namespace dfurig::board {
namespace {

using std::chrono::milliseconds;

TEST_F(BoardTest, StartsTheApplicationUnlessABootRuleHolds) {
  board_.chip().flash().preload(0x08000000, application);
  board_.power_on(now_);
  EXPECT_EQ(board_.phase(), Phase::Application);
  EXPECT_FALSE(board_.is_attached());
  EXPECT_EQ(last_event(), "application at 0x08000000 starts: MSP 0x20001000, PC 0x08000041");
}

TEST_F(BoardTest, StartsTheRomByBootPinsAndComesOnTheBusAfterItsStartUp) {
  board_.set_boot_pin("BOOT0", 1);
  board_.power_on(now_);
  EXPECT_EQ(board_.phase(), Phase::Bootloader);
  EXPECT_FALSE(board_.is_attached());
  EXPECT_EQ(board_.next_event(), Instant(milliseconds(55)));
  run();
  EXPECT_TRUE(board_.is_attached());
}

TEST_F(BoardTest, AsksOptionBitsAsWellAsPins) {
  board_.chip().option_bytes().preload(0x1FFF7800, Bytes{0xAA, 0xF8, 0x6F});  // nBOOT1 = 0
  board_.set_boot_pin("BOOT0", 1);
  board_.power_on(now_);
  EXPECT_EQ(board_.phase(), Phase::Stuck) << "flash is selected, and empty";
}

TEST_F(BoardTest, KnowsItsBootPins) {
  EXPECT_FALSE(board_.set_boot_pin("BOOT9", 1));
}

TEST_F(BoardTest, KeepsTheApplicationsRegistersWhenItJumps) {
  board_.power_on(now_);
  board_.chip().poke("GPIOD.ODR", 4);
  board_.jump_to_bootloader(now_);
  EXPECT_EQ(board_.chip().peek("GPIOD.ODR"), 4u);
  EXPECT_EQ(board_.find_moment("before_entry")->causes.size(), 0u);
  EXPECT_EQ(board_.find_moment("in_dfu")->causes.count("GPIOA.MODER"), 1u);
  EXPECT_EQ(board_.find_moment("after_leave"), nullptr);
}

TEST_F(BoardTest, LeavesToTheApplicationAndSaysWhoChangedWhat) {
  start_in_bootloader();
  board_.chip().flash().preload(0x08000000, application);
  leave();
  EXPECT_TRUE(board_.is_attached()) << "the reply comes first";
  run();
  EXPECT_FALSE(board_.is_attached());
  EXPECT_EQ(board_.phase(), Phase::Application);
  EXPECT_EQ(board_.application(), (VectorTable{0x08000000, 0x20001000, 0x08000041}));
  const Moment* after = board_.find_moment("after_leave");
  ASSERT_NE(after, nullptr);
  EXPECT_EQ(after->causes.at("GPIOA.MODER").front().policy, "an3156");
  EXPECT_EQ(board_.chip().peek("GPIOA.MODER"), 0xABFFFFFFu);
}

TEST_F(BoardTest, ResetsWhenThereIsNothingToRunAndDecidesAgain) {
  start_in_bootloader();
  const std::uint32_t first = board_.attachment();
  leave();
  run();
  EXPECT_EQ(board_.phase(), Phase::Bootloader);
  EXPECT_TRUE(board_.is_attached());
  EXPECT_NE(board_.attachment(), first) << "a new plug-in for whoever watches";
}

TEST_F(BoardTest, ResetsAfterOptionBytesWereWritten) {
  start_in_bootloader();
  while (getstatus() == dfu::State::dfuERROR) out(dfu::DFU_CLRSTATUS, 0);
  out(dfu::DFU_DNLOAD, 0, {0x21, 0x00, 0x78, 0xFF, 0x1F});
  getstatus();
  getstatus();
  out(dfu::DFU_DNLOAD, 2, {0xAA, 0xF8, 0x6F});  // nBOOT1 = 0
  EXPECT_EQ(getstatus(), dfu::State::dfuDNBUSY);
  run();
  EXPECT_EQ(board_.phase(), Phase::Stuck) << "the new option bytes select flash";
}

TEST_F(BoardTest, AnswersNothingWhileItIsOffTheBus) {
  board_.power_on(now_);
  EXPECT_EQ(board_.control({0x80, usb::GET_DESCRIPTOR, 0x0100, 0, 18}, {}, now_).reply,
            usb::ControlReply{usb::NoReply{}});
}

TEST_F(BoardTest, CountsRequestsItDoesNotKnow) {
  start_in_bootloader();
  EXPECT_EQ(board_.control({0xC0, 0x42, 0, 0, 8}, {}, now_).reply, usb::ControlReply{usb::Stall{}});
  EXPECT_EQ(board_.unknown_requests().counts().size(), 1u);
}

TEST_F(BoardTest, ABusResetReturnsToIdleAndUnconfigured) {
  start_in_bootloader();
  board_.control({0x00, usb::SET_CONFIGURATION, 1, 0, 0}, {}, now_);
  board_.bus_reset(now_);
  EXPECT_EQ(board_.bootloader()->state(), dfu::State::dfuIDLE);
  EXPECT_EQ(board_.control({0x80, usb::GET_CONFIGURATION, 0, 0, 1}, {}, now_).reply,
            (usb::ControlReply{usb::DataStage{{0}}}));
}

/// A bootloader in flash whose Leave is answered, at 0x08000000 to 0x08007FFF.
class FlashBootloaderTest : public BoardTest {
 protected:
  explicit FlashBootloaderTest(const std::string& variant = "reply-delivered")
      : BoardTest(load("stm32l475re", "cubemx-l475"), {1.0, "", "", variant}) {
    board_.chip().flash().preload(0x08008000, application);
  }
  void start_with_button() {
    board_.set_boot_pin("B1", 1);
    board_.power_on(now_);
    run();
  }
};

TEST_F(FlashBootloaderTest, JumpsOnToTheApplicationWithoutItsButton) {
  board_.power_on(now_);
  EXPECT_EQ(board_.phase(), Phase::Application);
  EXPECT_EQ(board_.application()->address, 0x08008000u);
  EXPECT_EQ(board_.find_moment("in_dfu"), nullptr);
}

TEST_F(FlashBootloaderTest, StaysForItsButtonAndForAnEmptyApplicationArea) {
  start_with_button();
  EXPECT_EQ(board_.phase(), Phase::Bootloader);
  EXPECT_TRUE(board_.is_attached());
  EXPECT_EQ(board_.find_moment("before_entry")->registers.values,
            stm32::Chip(board_.model().chip).snapshot().values)
      << "it starts after a reset, like any application";
  EXPECT_EQ(board_.find_moment("in_dfu")->causes.at("GPIOA.MODER").front().policy, "cubemx-init");
  board_.reset(now_, stm32::ResetCause::Pin);
  EXPECT_EQ(board_.phase(), Phase::Application) << "the button was let go";
  board_.chip().flash().erase_all();
  board_.reset(now_, stm32::ResetCause::Pin);
  EXPECT_EQ(board_.phase(), Phase::Bootloader);
}

TEST_F(FlashBootloaderTest, LeavesByAResetThatRunsItAgain) {
  start_with_button();
  leave();
  EXPECT_TRUE(board_.is_attached()) << "the reply comes first";
  run();
  EXPECT_FALSE(board_.is_attached());
  EXPECT_EQ(board_.phase(), Phase::Application);
  EXPECT_EQ(board_.application()->address, 0x08008000u);
  const Moment* after = board_.find_moment("after_leave");
  ASSERT_NE(after, nullptr);
  board_.chip().poke("RCC.CSR", 0x0C000600);  // but for SFTRSTF
  EXPECT_EQ(board_.chip().snapshot().values, board_.find_moment("before_entry")->registers.values);
}

TEST_F(FlashBootloaderTest, LeavesBackIntoItselfWhenThereIsNoApplication) {
  board_.chip().flash().erase_all();
  board_.power_on(now_);
  run();
  const std::uint32_t first = board_.attachment();
  leave();
  run();
  EXPECT_EQ(board_.phase(), Phase::Bootloader);
  EXPECT_NE(board_.attachment(), first);
  EXPECT_NE(board_.find_moment("after_leave"), nullptr);
}

TEST_F(FlashBootloaderTest, ComesBackAfterDetach) {
  start_with_button();
  const std::uint32_t first = board_.attachment();
  EXPECT_EQ(out(dfu::DFU_DETACH, 1000).reply, usb::ControlReply{usb::NoReply{}});
  run();
  EXPECT_TRUE(board_.is_attached());
  EXPECT_NE(board_.attachment(), first);
  EXPECT_EQ(getstatus(), dfu::State::dfuIDLE);
}

TEST_F(FlashBootloaderTest, StandsBackWhenBootPinsSelectTheRom) {
  board_.set_boot_pin("BOOT0", 1);
  board_.power_on(now_);
  EXPECT_EQ(board_.phase(), Phase::Bootloader);
  EXPECT_EQ(board_.bootloader(), nullptr);
  EXPECT_EQ(last_event(),
            "ROM bootloader starts (boot: BOOT0=1, nBOOT1=1); only the one in flash is "
            "emulated here");
}

TEST(FlashBootloader, RegistersAfterLeaveAreAsItsStartUpCodeLeftThem) {
  Options options;
  options.variant = "reply-delivered";
  options.leave_policy = "checks-after-init";
  Board board(load("stm32l475re", "cubemx-l475"), options);
  board.chip().flash().preload(0x08008000, application);
  board.power_on({});
  EXPECT_EQ(board.chip().peek("SYST.CTRL"), 1u);
}

class MuteBoardTest : public FlashBootloaderTest {
 protected:
  MuteBoardTest() : FlashBootloaderTest("never-unplugs") {}
};

TEST_F(MuteBoardTest, StaysAttachedForTheHostAndAnswersNothing) {
  start_with_button();
  const std::uint32_t first = board_.attachment();
  leave();
  run();
  EXPECT_EQ(board_.phase(), Phase::Application);
  EXPECT_EQ(board_.attachment(), first);
  EXPECT_EQ(board_.control({0x80, usb::GET_DESCRIPTOR, 0x0100, 0, 18}, {}, now_).reply,
            usb::ControlReply{usb::NoReply{}});
  board_.set_boot_pin("B1", 1);
  board_.reset(now_, stm32::ResetCause::Pin);
  run();
  EXPECT_EQ(board_.attachment(), first) << "nobody enumerates it again";
  board_.set_boot_pin("B1", 1);
  board_.power_on(now_);
  run();
  EXPECT_NE(board_.attachment(), first) << "the cable was out";
}

class LostReplyTest : public FlashBootloaderTest {
 protected:
  LostReplyTest() : FlashBootloaderTest("") {}
};

TEST_F(LostReplyTest, IsGoneBeforeTheReply) {
  start_with_button();
  out(dfu::DFU_DNLOAD, 0);
  EXPECT_EQ(board_.control({0xA1, dfu::DFU_GETSTATUS, 0, 0, 6}, {}, now_).reply,
            usb::ControlReply{usb::NoReply{}});
  board_.advance(now_);
  EXPECT_FALSE(board_.is_attached());
  EXPECT_EQ(board_.phase(), Phase::Application);
}

TEST(Board, RefusesAChipWithoutUsbDfu) {
  try {
    const Board board(load("stm32f103ze"));
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(),
                 "stm32f103ze: its ROM bootloader speaks USART only (STM32F103: the chip has USB, "
                 "the ROM does not use it)\n"
                 "  put one into its flash: --bootloader cubemx-f103");
  }
}

// AN3156 §5.5: without executable code at the pointer the device resets and may come back.
TEST(Leave, WithoutCodeDecidesAgainByPinsAndOptionBits) {
  struct {
    unsigned BOOT0;
    std::uint8_t option_byte3;  ///< nBOOT_SEL, nBOOT1, nBOOT0 from bit 0
    Phase phase;
  } rows[] = {{0, 0xFE, Phase::Stuck},
              {1, 0xFE, Phase::Bootloader},
              {1, 0xFF, Phase::Stuck},
              {0, 0xFB, Phase::Bootloader},
              {0, 0xF9, Phase::Stuck}};
  for (const auto& row : rows) {
    Bench bench(load("stm32g0b1re"));
    bench.board_.chip().flash().preload(0x08000000, Bytes(8, 0x11));  // not empty, and no code
    bench.start_in_bootloader();
    bench.board_.chip().option_bytes().preload(0x1FFF7803, Bytes{row.option_byte3});
    bench.board_.chip().option_bytes().load();
    bench.board_.set_boot_pin("BOOT0", row.BOOT0);
    bench.leave_unheard();
    EXPECT_EQ(bench.board_.phase(), row.phase) << row.BOOT0 << " " << int{row.option_byte3};
  }
}

TEST_P(ProtectionTest, IsSetByOptionBytesAndTakenAwayByReadUnprotect) {
  write_rdp(GetParam().level1);
  EXPECT_EQ(board_.phase(), Phase::Bootloader) << "BOOT0 is still 1";
  EXPECT_TRUE(has_application()) << "only the way back erases";
  EXPECT_EQ(upload(0, 4), (Bytes{0x00, 0x21, 0x41, 0x92})) << "Get";
  EXPECT_EQ(set_address(flash), dfu::Status::OK);
  expect_no_access();

  operate_and_lose(0, {dfu::READ_UNPROTECT});
  EXPECT_EQ(reset_event(), GetParam().resets);
  EXPECT_EQ(board_.phase(), Phase::Bootloader);
  EXPECT_FALSE(has_application());
  for (const std::uint32_t address : erased_with_protection_) EXPECT_TRUE(is_zero(address));
  if (GetParam().resets == Resets::InVain) {
    EXPECT_EQ(upload(2, 16), std::nullopt) << "the level waits for the next power-on";
    start_in_bootloader();
  }
  EXPECT_EQ(set_address(GetParam().window), dfu::Status::OK);
  EXPECT_EQ(upload(2, GetParam().size), block_) << "RDP as before, nothing else changed";
  EXPECT_EQ(set_address(flash), dfu::Status::OK);
  EXPECT_EQ(operate(2, Bytes(16, 0x00)), dfu::Status::OK);
}

TEST_P(ProtectionTest, LetsLeaveAtLevel1) {
  write_rdp(GetParam().level1);
  ASSERT_EQ(set_address(flash), dfu::Status::OK);
  leave_unheard();
  EXPECT_EQ(board_.phase(), Phase::Application);
  ASSERT_TRUE(board_.application());
  EXPECT_EQ(board_.application()->address, flash);
}

TEST_P(ProtectionTest, ClosesTheRomAtLevel2) {
  const std::uint8_t rdp = GetParam().level2.value_or(0xCC);
  board_.chip().option_bytes().preload(GetParam().window + GetParam().rdp_byte, Bytes{rdp});
  start_in_bootloader();
  if (!GetParam().level2) return expect_no_access();  // the F1 has none: level 1
  if (!GetParam().is_open_at_level2) {
    EXPECT_EQ(board_.phase(), Phase::Application);
    EXPECT_FALSE(board_.is_attached());
    return;
  }
  EXPECT_EQ(upload(0, 4), (Bytes{0x00, 0x21, 0x41, 0x92})) << "Get";
  EXPECT_EQ(set_address(flash), dfu::Status::errVENDOR);
  expect_no_access();
  EXPECT_EQ(operate(0, {dfu::READ_UNPROTECT}), dfu::Status::errUNKNOWN);
}

INSTANTIATE_TEST_SUITE_P(Styles, ProtectionTest, testing::ValuesIn(protection_rows),
                         [](const testing::TestParamInfo<ProtectionRow>& it) {
                           return it.param.chip;
                         });

class PowerCutTest : public BoardTest, public testing::WithParamInterface<PowerCutRow> {
 protected:
  PowerCutTest() : BoardTest(load(GetParam().chip)) { start_in_bootloader(); }
};

TEST_P(PowerCutTest, BetweenErasingAndProgrammingLeavesErasedOptionBytes) {
  const PowerCutRow& row = GetParam();
  ASSERT_EQ(set_address(row.window), dfu::Status::OK);
  const Bytes block = upload(2, row.size).value();
  ASSERT_EQ(set_address(row.window), dfu::Status::OK);
  go_idle();
  out(dfu::DFU_DNLOAD, 2, block);
  ASSERT_EQ(getstatus(), dfu::State::dfuDNBUSY);
  start_in_bootloader();
  const stm32::OptionBytes& options = board_.chip().option_bytes();
  EXPECT_EQ(options.read_protection(), stm32::ReadProtection::Level1);
  EXPECT_EQ(options.is_write_protected(0), row.protects_flash);
  EXPECT_EQ(board_.phase() == Phase::Bootloader, row.has_rom);
}

INSTANTIATE_TEST_SUITE_P(Styles, PowerCutTest, testing::ValuesIn(power_cut_rows),
                         [](const testing::TestParamInfo<PowerCutRow>& it) {
                           return it.param.chip;
                         });

// AN3156 §4.2: the H5 has no RDP, and its ROM no such command; §5 figure 5 stalls the unknown.
TEST(ProductState, HasNoReadUnprotect) {
  Bench bench(load("stm32h563zi"));
  bench.start_in_bootloader();
  EXPECT_EQ(bench.upload(0, 4), (Bytes{0x00, 0x21, 0x41}));
  bench.go_idle();
  EXPECT_EQ(bench.out(dfu::DFU_DNLOAD, 0, {dfu::READ_UNPROTECT}).reply,
            usb::ControlReply{usb::Stall{}});
  EXPECT_EQ(bench.status().bStatus, dfu::Status::errSTALLEDPKT);
  EXPECT_EQ(bench.set_address(0x40022050), dfu::Status::OK);
  Bytes block = bench.upload(2, 176).value();
  block[1] = 0x17;  // provisioning
  bench.board_.set_boot_pin("BOOT0", 0);
  EXPECT_EQ(bench.set_address(0x40022050), dfu::Status::OK);
  bench.operate_and_lose(2, block);
  EXPECT_EQ(bench.board_.phase(), Phase::Bootloader) << "whatever BOOT0 is";
}

// STM32CubeProgrammer's data base and OpenOCD's stm32l4x.c: 0x55 is level 0.5 with TZEN=1 only,
// where read protection is not active. RM0456: from there is no way to level 0.
TEST(ReadProtection, HasALevelBetweenWithTrustZone) {
  for (const bool has_trust_zone : {true, false}) {
    Bench bench(load("stm32u575zi"));
    stm32::OptionBytes& options = bench.board_.chip().option_bytes();
    options.preload(0x40022040, Bytes{0x55});
    if (has_trust_zone) options.preload(0x40022043, Bytes{0x9F});
    bench.start_in_bootloader();
    EXPECT_EQ(bench.upload(2, 16).has_value(), has_trust_zone);
    if (!has_trust_zone) continue;
    EXPECT_EQ(bench.operate(0, {dfu::READ_UNPROTECT}), dfu::Status::errUNKNOWN);
    EXPECT_EQ(options.content()[0], 0x55);
  }
}

}  // namespace
}  // namespace dfurig::board
