#include "board/board.h"

#include <gtest/gtest.h>

#include "dfu/dfu.h"
#include "support/input_error.h"

namespace dfurig::board {
namespace {

using std::chrono::milliseconds;

model::Model load(const std::string& name, const std::string& bootloader = "") {
  return model::Library(std::string(DFURIG_SOURCE_DIR) + "/models").load(name, bootloader);
}

/// MSP into SRAM, a Thumb reset handler in flash.
const Bytes application = {0x00, 0x10, 0x00, 0x20, 0x41, 0x00, 0x00, 0x08};

class BoardTest : public testing::Test {
 protected:
  explicit BoardTest(model::Model model = load("stm32l476rg"), Options options = {})
      : board_(std::move(model), std::move(options)) {}

  void start_in_bootloader() {
    board_.set_boot_pin("BOOT0", 1);
    board_.power_on(now_);
    run();
  }
  /// Lets everything that is about to happen happen.
  void run() {
    for (auto next = board_.next_event(); next; next = board_.next_event()) {
      now_ = *next;
      board_.advance(now_);
    }
  }
  usb::Answer out(std::uint8_t bRequest, std::uint16_t wValue, const Bytes& data = {}) {
    const auto wLength = static_cast<std::uint16_t>(data.size());
    return board_.control({0x21, bRequest, wValue, 0, wLength}, data, now_);
  }
  dfu::State getstatus() {
    const usb::Answer answer = board_.control({0xA1, dfu::DFU_GETSTATUS, 0, 0, 6}, {}, now_);
    now_ += answer.hold;
    return dfu::parse_status_reply(std::get<usb::DataStage>(answer.reply).data).bState;
  }
  void leave() {
    while (getstatus() == dfu::State::dfuERROR) out(dfu::DFU_CLRSTATUS, 0);
    out(dfu::DFU_DNLOAD, 0);
    ASSERT_EQ(getstatus(), dfu::State::dfuMANIFEST);
  }
  std::string last_event() const { return board_.events().back().what; }

  Instant now_{};
  Board board_;
};

TEST_F(BoardTest, StartsTheApplicationUnlessABootRuleHolds) {
  board_.power_on(now_);
  EXPECT_EQ(board_.phase(), Phase::Application);
  EXPECT_FALSE(board_.is_attached());
  EXPECT_EQ(last_event(), "0x08000000 is selected and holds no application");
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
  EXPECT_EQ(board_.phase(), Phase::Application);
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
  EXPECT_EQ(board_.phase(), Phase::Application) << "the new option bytes decide";
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
  EXPECT_EQ(board_.find_moment("before_entry")->registers,
            stm32::Chip(board_.model().chip).snapshot())
      << "it starts after a reset, like any application";
  EXPECT_EQ(board_.find_moment("in_dfu")->causes.at("GPIOA.MODER").front().policy, "cubemx-init");
  board_.system_reset(now_);
  EXPECT_EQ(board_.phase(), Phase::Application) << "the button was let go";
  board_.chip().flash().erase_all();
  board_.system_reset(now_);
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
  EXPECT_EQ(after->registers, board_.find_moment("before_entry")->registers);
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
  board_.system_reset(now_);
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

TEST(Board, RefusesAVariantItsBootloaderDoesNotHave) {
  const auto complaint = [](model::Model model, const std::string& variant) {
    try {
      const Board board(std::move(model), {1.0, "", "", variant});
      return std::string();
    } catch (const InputError& error) {
      return std::string(error.what());
    }
  };
  EXPECT_EQ(complaint(load("stm32l475re", "cubemx-l475"), "tolerent"),
            "stm32l475re: variant: unknown variant \"tolerent\"\n  did you mean tolerant?");
  EXPECT_EQ(complaint(load("stm32l476rg"), "tolerant"),
            "stm32l476rg: variant: unknown variant \"tolerant\"\n  rom-l47x has no variants");
}

TEST(Board, RefusesAPolicyItsModelDoesNotHave) {
  Options options;
  options.leave_policy = "an3155";
  try {
    const Board board(load("stm32f405rg"), options);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(),
                 "stm32f405rg: leave policy: unknown policy \"an3155\"\n"
                 "  did you mean an3156?");
  }
}

}  // namespace
}  // namespace dfurig::board
