#include "dfu/usbd_dfu.h"

#include <gtest/gtest.h>

#include <array>

namespace dfurig::dfu {
namespace {

using std::chrono::milliseconds;

constexpr int S = -1;  // USBD_CtlError: STALL, the state stays
constexpr int E = -2;  // acknowledged, then dfuERROR with errUNKNOWN

// The switches of usbd_dfu.c (DFU_Download, DFU_Upload, DFU_GetStatus, DFU_ClearStatus,
// DFU_GetState, DFU_Abort, DFU_Detach), written down without looking at our code: a row a state, a
// column a request, a cell the next state. GETSTATUS is told in the state in which the request can
// come: dfuDNLOAD-SYNC with a block waiting, dfuMANIFEST-SYNC after a zero-length DNLOAD.
struct Row {
  int state;
  //  DETACH DNLOAD DNLOAD(0) UPLOAD GETSTATUS CLRSTATUS GETSTATE ABORT
  std::array<int, 8> next;
};

constexpr std::array<Row, 11> usbd_dfu_c = {{
    {0, {0, S, S, S, 0, E, 0, 0}},
    {1, {1, S, S, S, 1, E, 1, 1}},
    {2, {2, 3, 6, 9, 2, E, 2, 2}},
    {3, {2, S, S, S, 4, E, 3, 2}},
    {4, {4, S, S, S, 4, E, 4, 4}},
    {5, {2, 3, 6, S, 5, E, 5, 2}},
    {6, {2, S, S, S, 7, E, 6, 2}},
    {7, {7, S, S, S, 7, E, 7, 7}},
    {8, {8, S, S, S, 8, E, 8, 8}},
    {9, {2, S, S, 9, 9, E, 9, 2}},
    {10, {10, S, S, S, 10, 2, 10, 10}},
}};

constexpr std::array events = {Event::Detach,    Event::Dnload,    Event::DnloadZero, Event::Upload,
                               Event::Getstatus, Event::Clrstatus, Event::Getstate,   Event::Abort};

constexpr UsbdMemory working = {true, true, false};

/// bStatus changes with DFU_CLRSTATUS only: the other requests that reach dfuIDLE come from states
/// in which it is OK anyway.
Transition expected(int state, int cell, Status status) {
  if (cell == S) return {true, static_cast<State>(state), status};
  if (cell == E) return {false, State::dfuERROR, Status::errUNKNOWN};
  const bool clears = state == 10 && cell == 2;
  return {false, static_cast<State>(cell), clears ? Status::OK : status};
}

TEST(UsbdTransition, IsTheLibrarysInEveryStateForEveryRequest) {
  for (const Row& row : usbd_dfu_c) {
    const Status status = row.state == 10 ? Status::errVENDOR : Status::OK;
    for (std::size_t i = 0; i < events.size(); ++i) {
      const auto state = static_cast<State>(row.state);
      EXPECT_EQ(usbd_transition(state, status, events[i], working),
                expected(row.state, row.next[i], status))
          << to_string(state) << ", column " << i;
    }
  }
}

TEST(UsbdTransition, DependsOnWhatWaitsOnlyInTheSyncStates) {
  const auto getstatus = [](State state, const UsbdMemory& memory) {
    return usbd_transition(state, Status::OK, Event::Getstatus, memory).state;
  };
  EXPECT_EQ(getstatus(State::dfuDNLOAD_SYNC, {false, false, false}), State::dfuDNLOAD_IDLE);
  EXPECT_EQ(getstatus(State::dfuMANIFEST_SYNC, {false, false, true}), State::dfuIDLE);
  EXPECT_EQ(getstatus(State::dfuMANIFEST_SYNC, {false, false, false}), State::dfuMANIFEST_SYNC);
}

stm32::ChipSpec small_chip() {
  stm32::ChipSpec chip;
  chip.flash = {0x08000000,
                {{4, 1024}},
                8,
                0xFF,
                stm32::ProgramOverWritten::RefusedUnlessZero,
                stm32::OddTail::Dropped};
  chip.option_bytes = {{{0x1FFFC000, 4}}, {0xAA, 1, 2, 3}, 0, 0xAA, 0xCC, {}};
  return chip;
}

BootloaderSpec small_cubemx() {
  BootloaderSpec spec;
  spec.kind = BootloaderKind::UsbdDfu;
  spec.dfu_bmAttributes = 0x0B;
  spec.wDetachTimeOut = 255;
  spec.wTransferSize = 64;
  spec.usbd.version = UsbdVersion::V2_11;
  spec.usbd.application_address = 0x08000800;
  spec.timings.erase_sector = {50, 22};
  spec.timings.program = {40, 3};
  return spec;
}

class UsbdDfuTest : public testing::Test {
 protected:
  usb::Answer out(std::uint8_t bRequest, std::uint16_t wValue = 0, const Bytes& data = {}) {
    const auto wLength = static_cast<std::uint16_t>(data.size());
    return device().control({0x21, bRequest, wValue, 0, wLength}, data, now_);
  }
  usb::Answer in(std::uint8_t bRequest, std::uint16_t wLength, std::uint16_t wValue = 0) {
    return device().control({0xA1, bRequest, wValue, 0, wLength}, {}, now_);
  }
  /// Waits for the answer, as the host does.
  StatusReply status() {
    const usb::Answer answer = in(DFU_GETSTATUS, 6);
    now_ += answer.hold;
    return parse_status_reply(std::get<usb::DataStage>(answer.reply).data);
  }
  /// Sends a download and returns what it ends with.
  StatusReply operate(std::uint16_t wValue, const Bytes& data) {
    EXPECT_EQ(out(DFU_DNLOAD, wValue, data).reply, usb::ControlReply{usb::Ack{}});
    EXPECT_EQ(status().bState, State::dfuDNBUSY);
    return status();
  }
  void use(UsbdVersion version) { spec_.usbd.version = version; }
  /// Made at the first request, so that a test may change the spec before.
  UsbdDfu& device() {
    if (!device_) device_.emplace(spec_, chip_);
    return *device_;
  }

  Instant now_{};
  stm32::Chip chip_{small_chip()};
  BootloaderSpec spec_ = small_cubemx();
  std::optional<UsbdDfu> device_;
};

const Bytes set_address = {0x21, 0x00, 0x08, 0x00, 0x08};  // 0x08000800
const Bytes erase_own = {0x41, 0x00, 0x04, 0x00, 0x08};    // 0x08000400
const Bytes erase_last = {0x41, 0x00, 0x0C, 0x00, 0x08};   // 0x08000C00
const usb::ControlReply ack{usb::Ack{}};
const usb::ControlReply stall{usb::Stall{}};
const usb::ControlReply no_reply{usb::NoReply{}};
const StatusReply download_idle = {Status::OK, 0, State::dfuDNLOAD_IDLE, 0};

TEST_F(UsbdDfuTest, StartsIdleWithThePointerOnTheApplication) {
  EXPECT_EQ(status(), (StatusReply{Status::OK, 0, State::dfuIDLE, 0}));
  EXPECT_EQ(device().address_pointer(), 0x08000800u);
}

TEST_F(UsbdDfuTest, RunsTheBlockAfterTheStatusStageAndHoldsTheNextRequest) {
  out(DFU_DNLOAD, 0, erase_last);
  EXPECT_EQ(in(DFU_GETSTATE, 1).reply, (usb::ControlReply{usb::DataStage{{3}}}));
  EXPECT_EQ(status(), (StatusReply{Status::OK, 50, State::dfuDNBUSY, 0}));
  const usb::Answer next = in(DFU_GETSTATE, 1);
  EXPECT_EQ(next, (usb::Answer{usb::DataStage{{3}}, milliseconds(22)}));
  now_ += milliseconds(30);
  EXPECT_EQ(in(DFU_GETSTATUS, 6).hold, Duration{0});
  EXPECT_EQ(status(), download_idle);
}

TEST_F(UsbdDfuTest, AsksTheMediaForTheProgramTimeOfASetAddressToo) {
  out(DFU_DNLOAD, 0, set_address);
  EXPECT_EQ(status(), (StatusReply{Status::OK, 40, State::dfuDNBUSY, 0}));
}

TEST_F(UsbdDfuTest, WritesWholeUnitsAndFillsTheLastWithWhatTheBufferHolds) {
  operate(2, Bytes(16, 0x11));
  EXPECT_EQ(operate(3, {1, 2, 3}), download_idle);
  EXPECT_EQ(chip_.flash().view(0x08000840, 8)[2], 3);
  EXPECT_EQ(chip_.flash().view(0x08000840, 8)[3], 0x11) << "from the block before";
  EXPECT_EQ(device().address_pointer(), 0x08000800u) << "writing does not move it";
}

TEST_F(UsbdDfuTest, TakesBlock1OfADownloadAndDropsIt) {
  EXPECT_EQ(operate(1, {1, 2, 3, 4, 5, 6, 7, 8}), download_idle);
  EXPECT_EQ(chip_.flash().view(0x08000800, 1)[0], 0xFF);
}

// 2.11.2: DFU_ERROR_VENDOR; before, USBD_FAIL is returned to nobody and the state stays.
TEST_F(UsbdDfuTest, AFailingMediaIsErrVendorOrDnbusyForEver) {
  EXPECT_EQ(operate(0, erase_own), (StatusReply{Status::errVENDOR, 0, State::dfuERROR, 0}));
  use(UsbdVersion::V2_5);
  device_.reset();
  const StatusReply stuck = {Status::OK, 50, State::dfuDNBUSY, 0};
  EXPECT_EQ(operate(0, erase_own), stuck);
  EXPECT_EQ(out(DFU_ABORT).reply, ack);
  EXPECT_EQ(status(), stuck) << "DFU_ABORT is acknowledged and ignored in dfuDNBUSY";
  EXPECT_EQ(out(DFU_CLRSTATUS).reply, ack);
  EXPECT_EQ(status().bStatus, Status::errUNKNOWN);
}

TEST_F(UsbdDfuTest, AUnitThatIsNotErasedFails) {
  operate(2, Bytes(8, 0x11));
  EXPECT_EQ(operate(2, Bytes(8, 0x22)).bStatus, Status::errVENDOR);
}

TEST_F(UsbdDfuTest, EraseMovesThePointerUpTo2_11_1) {
  operate(0, erase_last);
  EXPECT_EQ(device().address_pointer(), 0x08000800u);
  use(UsbdVersion::V2_5);
  device_.reset();
  operate(0, erase_last);
  EXPECT_EQ(device().address_pointer(), 0x08000C00u);
}

TEST_F(UsbdDfuTest, AMassEraseIsStalledOrPassesWithoutErasing) {
  chip_.flash().preload(0x08000800, Bytes{1});
  EXPECT_EQ(operate(0, {0x41}), download_idle);
  EXPECT_EQ(chip_.flash().view(0x08000800, 1)[0], 1);
  use(UsbdVersion::V2_5);
  device_.reset();
  out(DFU_DNLOAD, 0, {0x41});
  EXPECT_EQ(in(DFU_GETSTATUS, 6).reply, stall);
  EXPECT_EQ(status(), download_idle);
}

TEST_F(UsbdDfuTest, AnUnknownCommandIsStalledOrDnbusyForEver) {
  const Bytes unknown = {0x99, 0, 0, 0, 0};
  EXPECT_EQ(operate(0, unknown).bState, State::dfuDNBUSY);
  use(UsbdVersion::V2_5);
  device_.reset();
  out(DFU_DNLOAD, 0, unknown);
  EXPECT_EQ(in(DFU_GETSTATUS, 6).reply, stall);
}

TEST_F(UsbdDfuTest, UploadsCommandsThenDataByTheBlocksAddress) {
  chip_.flash().preload(0x08000840, Bytes{7, 8, 9});
  EXPECT_EQ(in(DFU_UPLOAD, 64, 0).reply, (usb::ControlReply{usb::DataStage{{0x00, 0x21, 0x41}}}));
  EXPECT_EQ(device().state(), State::dfuIDLE);
  in(DFU_UPLOAD, 3, 0);
  EXPECT_EQ(device().state(), State::dfuUPLOAD_IDLE);
  EXPECT_EQ(in(DFU_UPLOAD, 3, 3).reply, (usb::ControlReply{usb::DataStage{{7, 8, 9}}}));
  in(DFU_UPLOAD, 0, 2);
  EXPECT_EQ(device().state(), State::dfuIDLE) << "wLength 0 ends the upload";
}

TEST_F(UsbdDfuTest, AnUploadOfBlock1LeavesAStateThereIsNot) {
  EXPECT_EQ(in(DFU_UPLOAD, 8, 1).reply, stall);
  EXPECT_EQ(status(), (StatusReply{Status::OK, 0, usbd_state_after_block_1, 0}));
  EXPECT_EQ(out(DFU_ABORT).reply, ack);
  EXPECT_EQ(device().state(), usbd_state_after_block_1) << "only CLRSTATUS twice leads out of it";
  out(DFU_CLRSTATUS);
  out(DFU_CLRSTATUS);
  EXPECT_EQ(device().state(), State::dfuIDLE);
}

TEST_F(UsbdDfuTest, AStalledUploadDropsTheBlockThatWaits) {
  out(DFU_DNLOAD, 0, set_address);
  EXPECT_EQ(in(DFU_UPLOAD, 8, 2).reply, stall);
  EXPECT_EQ(status(), download_idle) << "without dfuDNBUSY";
}

TEST_F(UsbdDfuTest, ReadingWhereNothingIsEndsInTheHardFaultHandler) {
  operate(0, {0x21, 0x00, 0x00, 0x00, 0x09});
  out(DFU_ABORT);
  EXPECT_EQ(in(DFU_UPLOAD, 8, 2).reply, no_reply);
  EXPECT_EQ(in(DFU_GETSTATUS, 6).reply, no_reply);
}

TEST_F(UsbdDfuTest, EmptyMemoryFunctionsSucceedDoNothingAndReadFromAddress0) {
  spec_.usbd.memory_functions = MemoryFunctions::Empty;
  const Bytes at_zero = {9, 8, 7, 6, 5, 4, 3, 2};
  chip_.flash().preload(0x08000000, at_zero);  // flash is what this chip maps at 0
  const Bytes before(chip_.flash().content().begin(), chip_.flash().content().end());
  operate(0, set_address);
  operate(0, {0x41, 0x00, 0x08, 0x00, 0x08});
  EXPECT_EQ(operate(2, {1, 2, 3, 4}), download_idle);
  EXPECT_TRUE(std::ranges::equal(chip_.flash().content(), before));
  out(DFU_ABORT);
  EXPECT_EQ(in(DFU_UPLOAD, 8, 2).reply, (usb::ControlReply{usb::DataStage{at_zero}}));
}

TEST_F(UsbdDfuTest, LeavesByResetAfterTheReply) {
  for (const std::uint16_t wValue : std::array<std::uint16_t, 3>{0, 2, 9}) {
    device_.reset();
    EXPECT_EQ(out(DFU_DNLOAD, wValue).reply, ack);
    EXPECT_EQ(status(), (StatusReply{Status::OK, 1, State::dfuMANIFEST, 0}));
    EXPECT_EQ(device().departure(), (Departure{Departure::Kind::LeaveByReset, 0, now_, true}));
    EXPECT_EQ(in(DFU_GETSTATUS, 6).reply, no_reply);
  }
}

TEST_F(UsbdDfuTest, LeavesBeforeTheReplyWhereUsbdStopComesFirst) {
  spec_.leave_reply = LeaveReply::Lost;
  out(DFU_DNLOAD);
  EXPECT_EQ(in(DFU_GETSTATUS, 6).reply, no_reply);
  EXPECT_TRUE(device().departure());
}

TEST_F(UsbdDfuTest, TheDepartureSaysWhetherTheHostSeesIt) {
  spec_.usbd.unplug_is_seen = false;
  out(DFU_DNLOAD);
  status();
  EXPECT_FALSE(device().departure()->is_seen);
}

TEST_F(UsbdDfuTest, AManifestationTolerantDeviceDoesNotLeave) {
  spec_.dfu_bmAttributes = 0x0F;
  out(DFU_DNLOAD);
  EXPECT_EQ(status().bState, State::dfuMANIFEST);
  EXPECT_FALSE(device().departure());
  EXPECT_EQ(status().bState, State::dfuIDLE);
}

TEST_F(UsbdDfuTest, DetachReattachesByWillDetachOrByTheWrongByte) {
  spec_.dfu_bmAttributes = 0x03;
  EXPECT_EQ(out(DFU_DETACH, 1000), (usb::Answer{usb::Ack{}, milliseconds(1000)}));
  use(UsbdVersion::V2_5);
  device_.reset();
  EXPECT_EQ(out(DFU_DETACH, 1000).reply, no_reply);
  EXPECT_EQ(device().departure()->kind, Departure::Kind::Reattach);
}

TEST_F(UsbdDfuTest, StallsWhatIsNotForIt) {
  EXPECT_EQ(out(7).reply, stall);
  EXPECT_EQ(device().control({0xA1, DFU_GETSTATUS, 0, 2, 6}, {}, now_).reply, stall);
  EXPECT_EQ(device().control({0x21, DFU_GETSTATUS, 0, 0, 6}, Bytes(6), now_).reply, stall);
  EXPECT_EQ(device().state(), State::dfuIDLE) << "a stall changes nothing";
}

TEST_F(UsbdDfuTest, ABusResetStartsTheClassAfresh) {
  operate(0, {0x21, 0x00, 0x0C, 0x00, 0x08});
  device().bus_reset();
  EXPECT_EQ(device().state(), State::dfuIDLE);
  EXPECT_EQ(device().address_pointer(), 0x08000800u);
}

TEST(MakeBootloader, MakesTheKindTheSpecNames) {
  stm32::Chip chip(small_chip());
  const BootloaderSpec spec = small_cubemx();
  EXPECT_NE(dynamic_cast<UsbdDfu*>(make_bootloader(spec, chip).get()), nullptr);
  const BootloaderSpec rom;
  EXPECT_EQ(dynamic_cast<UsbdDfu*>(make_bootloader(rom, chip).get()), nullptr);
}

}  // namespace
}  // namespace dfurig::dfu
