#include "dfu/rom_bootloader.h"

#include <gtest/gtest.h>

namespace dfurig::dfu {
namespace {

using std::chrono::milliseconds;

stm32::ChipSpec small_chip() {
  stm32::ChipSpec chip;
  chip.flash = {
      0x08000000, {{4, 1024}}, 1, 0xFF, stm32::ProgramOverWritten::And, stm32::OddTail::Written};
  chip.option_bytes = {{{0x1FFFC000, 4}}, {0xAA, 1, 2, 3}, 0, 0xAA, 0xCC, {}};
  chip.memories = {{"SRAM", stm32::MemoryKind::Ram, 0x20000000, 64, {9, 9}}};
  return chip;
}

BootloaderSpec small_rom() {
  BootloaderSpec spec;
  spec.wTransferSize = 64;
  spec.default_address = 0x08000000;
  spec.get_commands = {0x00, 0x21, 0x41, 0x92};
  spec.timings.erase_sector = {100, 250};
  spec.timings.leave = {0, 10};
  return spec;
}

class RomBootloaderTest : public testing::Test {
 protected:
  usb::ControlReply out(std::uint8_t bRequest, std::uint16_t wValue, const Bytes& data = {}) {
    const auto wLength = static_cast<std::uint16_t>(data.size());
    return rom_.control({0x21, bRequest, wValue, 0, wLength}, data, now_).reply;
  }
  usb::Answer in(std::uint8_t bRequest, std::uint16_t wLength, std::uint16_t wValue = 0) {
    return rom_.control({0xA1, bRequest, wValue, 0, wLength}, {}, now_);
  }
  StatusReply status() {
    const usb::Answer answer = in(DFU_GETSTATUS, 6);
    now_ += answer.hold;
    return parse_status_reply(std::get<usb::DataStage>(answer.reply).data);
  }
  /// Sends a download and returns what it ends with.
  StatusReply operate(std::uint16_t wValue, const Bytes& data) {
    EXPECT_EQ(out(DFU_DNLOAD, wValue, data), usb::ControlReply{usb::Ack{}});
    EXPECT_EQ(status().bState, State::dfuDNBUSY);
    return status();
  }
  void protect() {
    chip_.option_bytes().preload(0x1FFFC000, Bytes{0x55});
    chip_.option_bytes().load();
  }

  Instant now_{};
  stm32::ChipSpec chip_spec_ = small_chip();
  stm32::Chip chip_{chip_spec_};
  BootloaderSpec spec_ = small_rom();
  RomBootloader rom_{spec_, chip_};
};

const Bytes erase_first = {0x41, 0x00, 0x00, 0x00, 0x08};

TEST_F(RomBootloaderTest, RunsAnOperationOnGetstatusAndHoldsTheNextUntilItHasEnded) {
  out(DFU_DNLOAD, 0, erase_first);
  EXPECT_EQ(rom_.state(), State::dfuDNLOAD_SYNC);
  EXPECT_EQ(status(), (StatusReply{Status::OK, 100, State::dfuDNBUSY, 0}));
  now_ += milliseconds(100);
  const usb::Answer held = in(DFU_GETSTATUS, 6);
  EXPECT_EQ(held.hold, Duration(milliseconds(150)));
  EXPECT_EQ(parse_status_reply(std::get<usb::DataStage>(held.reply).data).bState,
            State::dfuDNLOAD_IDLE);
}

TEST_F(RomBootloaderTest, SaysDnbusyAgainWhereThatPolicyIsChosen) {
  spec_.while_busy = WhileBusy::DnbusyAgain;
  out(DFU_DNLOAD, 0, erase_first);
  status();
  EXPECT_EQ(status().bState, State::dfuDNBUSY);
  now_ += milliseconds(250);
  EXPECT_EQ(status().bState, State::dfuDNLOAD_IDLE);
}

TEST_F(RomBootloaderTest, StallsAnEarlyGetstatusWhereThatPolicyIsChosen) {
  spec_.while_busy = WhileBusy::Stall;
  out(DFU_DNLOAD, 0, erase_first);
  status();
  EXPECT_EQ(in(DFU_GETSTATUS, 6).reply, usb::ControlReply{usb::Stall{}});
  now_ += milliseconds(250);
  EXPECT_EQ(status().bState, State::dfuDNLOAD_IDLE);
}

TEST_F(RomBootloaderTest, ReportsAnAddressNothingServesAsErrTarget) {
  const Bytes nowhere = {0x21, 0, 0, 0, 0x60};
  EXPECT_EQ(operate(0, nowhere).bStatus, Status::errTARGET);
  EXPECT_EQ(rom_.address_pointer(), 0x08000000u) << "the pointer stays";
}

TEST_F(RomBootloaderTest, WritesAtTheBlocksAddressAndReadsItBack) {
  EXPECT_EQ(operate(3, {1, 2, 3}).bState, State::dfuDNLOAD_IDLE);
  EXPECT_EQ(chip_.flash().view(0x08000040, 3)[0], 1);
  out(DFU_ABORT, 0);
  EXPECT_EQ(in(DFU_UPLOAD, 4, 3).reply, (usb::ControlReply{usb::DataStage{{1, 2, 3, 0xFF}}}));
  EXPECT_EQ(rom_.state(), State::dfuUPLOAD_IDLE);
}

TEST_F(RomBootloaderTest, StallsAnUploadBeyondTheMemoryWithErrTarget) {
  EXPECT_EQ(in(DFU_UPLOAD, 64, 0x100).reply, usb::ControlReply{usb::Stall{}});
  EXPECT_EQ(rom_.status(), Status::errTARGET);
}

TEST_F(RomBootloaderTest, RefusesEverythingButAddressAndLeaveWhenProtected) {
  protect();
  EXPECT_EQ(operate(0, {0x21, 0, 0, 0, 0x08}).bStatus, Status::OK);
  EXPECT_EQ(operate(0, erase_first).bStatus, Status::errVENDOR);
  out(DFU_CLRSTATUS, 0);
  EXPECT_EQ(operate(2, {1}).bStatus, Status::errVENDOR);
  out(DFU_CLRSTATUS, 0);
  EXPECT_EQ(operate(0, {0x41}).bStatus, Status::errVENDOR) << "mass erase";
  out(DFU_CLRSTATUS, 0);
  EXPECT_EQ(in(DFU_UPLOAD, 4, 2).reply, usb::ControlReply{usb::Stall{}});
  EXPECT_EQ(rom_.status(), Status::errVENDOR);
}

TEST_F(RomBootloaderTest, RefusesTheAddressTooWhereThatPolicyIsChosen) {
  spec_.set_address_protected = SetAddressProtected::ErrVendor;
  protect();
  EXPECT_EQ(operate(0, {0x21, 0, 0, 0, 0x08}).bStatus, Status::errVENDOR);
}

TEST_F(RomBootloaderTest, ReadUnprotectErasesAndResetsAndGivesNoSecondStatus) {
  protect();
  chip_.flash().preload(0x08000000, Bytes{1});
  out(DFU_DNLOAD, 0, {0x92});
  EXPECT_EQ(status().bState, State::dfuDNBUSY);
  EXPECT_EQ(in(DFU_GETSTATUS, 6).reply, usb::ControlReply{usb::NoReply{}});
  ASSERT_TRUE(rom_.departure());
  EXPECT_EQ(rom_.departure()->kind, Departure::Kind::Reset);
  EXPECT_EQ(chip_.flash().content()[0], 0xFF);
  chip_.option_bytes().load();
  EXPECT_EQ(chip_.option_bytes().read_protection(), stm32::ReadProtection::Level0);
}

TEST_F(RomBootloaderTest, ReadUnprotectOfAnUnprotectedChipFollowsThePolicy) {
  spec_.unprotect_unprotected = UnprotectUnprotected::RamCleared;
  chip_.flash().preload(0x08000000, Bytes{1});
  out(DFU_DNLOAD, 0, {0x92});
  status();
  EXPECT_EQ(chip_.flash().content()[0], 1);
}

TEST_F(RomBootloaderTest, WritesOptionBytesFromTheirStartOnlyAndResets) {
  EXPECT_EQ(operate(0, {0x21, 0x01, 0xC0, 0xFF, 0x1F}).bStatus, Status::OK);
  EXPECT_EQ(operate(2, {7}).bStatus, Status::errTARGET);
  out(DFU_CLRSTATUS, 0);
  EXPECT_EQ(operate(0, {0x21, 0x00, 0xC0, 0xFF, 0x1F}).bStatus, Status::OK);
  out(DFU_DNLOAD, 2, {0xAA, 7, 8, 9});
  EXPECT_EQ(status().bState, State::dfuDNBUSY);
  ASSERT_TRUE(rom_.departure());
  EXPECT_EQ(chip_.option_bytes().content()[1], 0xFF) << "erased until the operation has ended";
  chip_.option_bytes().finish_write();
  EXPECT_EQ(chip_.option_bytes().content()[1], 7);
}

TEST_F(RomBootloaderTest, DropsWritesOfAProtectedChipWhereThatPolicyIsChosen) {
  spec_.protected_access = ProtectedAccess::Dropped;
  protect();
  EXPECT_EQ(operate(2, {1, 2}).bState, State::dfuDNLOAD_IDLE);
  EXPECT_EQ(chip_.flash().content()[0], 0xFF);
  EXPECT_EQ(operate(0, {0x41}).bState, State::dfuDNLOAD_IDLE);
  EXPECT_EQ(operate(0, {0x21, 0x00, 0xC0, 0xFF, 0x1F}).bStatus, Status::OK);
  out(DFU_ABORT, 0);
  EXPECT_EQ(std::get<usb::DataStage>(in(DFU_UPLOAD, 4, 2).reply).data, (Bytes{0x55, 1, 2, 3}));
  out(DFU_ABORT, 0);
  EXPECT_EQ(operate(0, {0x21, 0, 0, 0, 0x08}).bStatus, Status::OK);
  out(DFU_ABORT, 0);
  EXPECT_EQ(in(DFU_UPLOAD, 4, 2).reply, usb::ControlReply{usb::Stall{}});
  EXPECT_EQ(rom_.status(), Status::errVENDOR);
}

TEST_F(RomBootloaderTest, CountsBlocksByTheRequestsLengthWhereThatPolicyIsChosen) {
  spec_.block_size = BlockSize::wLength;
  operate(5, {1, 2, 3});
  EXPECT_EQ(chip_.flash().view(0x08000009, 3)[0], 1) << "(5 - 2) × 3";
  out(DFU_ABORT, 0);
  EXPECT_EQ(in(DFU_UPLOAD, 9, 3).reply,
            (usb::ControlReply{usb::DataStage{{1, 2, 3, 255, 255, 255, 255, 255, 255}}}));
}

TEST_F(RomBootloaderTest, KeepsItsOwnRam) {
  spec_.reserved_ram = 32;
  EXPECT_EQ(operate(0, {0x21, 0x1F, 0, 0, 0x20}).bStatus, Status::errTARGET);
  out(DFU_CLRSTATUS, 0);
  EXPECT_EQ(operate(0, {0x21, 0x20, 0, 0, 0x20}).bStatus, Status::OK);
}

TEST_F(RomBootloaderTest, MassEraseDoesNothingWithThatDefect) {
  spec_.defects = {Defect::MassEraseDoesNothing};
  chip_.flash().preload(0x08000000, Bytes{1});
  EXPECT_EQ(operate(0, {0x41}).bStatus, Status::OK);
  EXPECT_EQ(chip_.flash().content()[0], 1);
}

// betaflight-configurator, H743 Rev V: CLRSTATUS gives errUNKNOWN, a second one dfuIDLE.
TEST_F(RomBootloaderTest, WedgesAfterABank2EraseWithThatDefect) {
  spec_.defects = {Defect::Bank2EraseWedges};
  EXPECT_EQ(operate(0, erase_first).bState, State::dfuDNLOAD_IDLE) << "bank 1";
  chip_.flash().preload(0x08000800, Bytes{1});
  EXPECT_EQ(operate(0, {0x41, 0x00, 0x08, 0x00, 0x08}).bState, State::dfuDNBUSY);
  now_ += milliseconds(10000);
  EXPECT_EQ(status().bState, State::dfuDNBUSY);
  EXPECT_EQ(chip_.flash().content()[0x800], 0xFF) << "though the erase is done";
  EXPECT_EQ(out(DFU_CLRSTATUS, 0), usb::ControlReply{usb::Ack{}});
  EXPECT_EQ(status(), (StatusReply{Status::errUNKNOWN, 0, State::dfuERROR, 0}));
  out(DFU_CLRSTATUS, 0);
  EXPECT_EQ(status().bState, State::dfuIDLE);
}

TEST_F(RomBootloaderTest, ErasesFurtherInBank2WithThatDefect) {
  spec_.defects = {Defect::Bank2EraseHitsFurther};
  chip_spec_.flash.sectors = {{16, 256}};
  stm32::Chip chip(chip_spec_);
  chip.flash().preload(0x08000000, Bytes(4096, 0x11));
  MemoryOperations memory(spec_, chip);
  EXPECT_EQ(memory.run(EraseSector{0x08000800}).status, Status::OK);
  EXPECT_EQ(chip.flash().content()[0x800], 0x11);
  EXPECT_EQ(chip.flash().content()[0xC00], 0xFF);
  EXPECT_EQ(memory.run(EraseSector{0x08000F00}).status, Status::errTARGET) << "beyond the end";
}

TEST_F(RomBootloaderTest, StaysInTheRomWithThatDefect) {
  spec_.defects = {Defect::LeaveStaysInRom};
  out(DFU_DNLOAD, 0);
  status();
  ASSERT_TRUE(rom_.departure());
  EXPECT_EQ(rom_.departure()->kind, Departure::Kind::Stuck);
}

TEST_F(RomBootloaderTest, LosesTheReplyToTheLastGetstatusWhereThatPolicyIsChosen) {
  spec_.leave_reply = LeaveReply::Lost;
  out(DFU_DNLOAD, 0);
  EXPECT_EQ(in(DFU_GETSTATUS, 6).reply, usb::ControlReply{usb::NoReply{}});
  ASSERT_TRUE(rom_.departure());
  EXPECT_EQ(rom_.departure()->kind, Departure::Kind::Jump);
}

TEST_F(RomBootloaderTest, LeavesThroughManifestAfterItsReply) {
  now_ = milliseconds(1000);
  EXPECT_EQ(out(DFU_DNLOAD, 0), usb::ControlReply{usb::Ack{}});
  EXPECT_FALSE(rom_.departure()) << "nothing happens before GETSTATUS";
  EXPECT_EQ(status().bState, State::dfuMANIFEST);
  EXPECT_EQ(rom_.departure(),
            (Departure{Departure::Kind::Jump, 0x08000000, Instant(milliseconds(1010))}));
}

TEST_F(RomBootloaderTest, LeavesOnlyAfterAnAddressWhereThatPolicyIsChosen) {
  spec_.leave_needs = LeaveNeeds::AddressCommand;
  const Bytes set_address = {0x21, 0x00, 0x00, 0x00, 0x08};
  const auto leave = [&] {
    out(DFU_DNLOAD, 0);
    const State state = status().bState;
    out(DFU_CLRSTATUS, 0);
    return state;
  };
  EXPECT_EQ(leave(), State::dfuERROR) << "no operation at all";
  EXPECT_FALSE(rom_.departure());
  operate(0, set_address);
  operate(2, {1, 2, 3, 4});
  EXPECT_EQ(leave(), State::dfuERROR) << "data after the address";
  EXPECT_FALSE(rom_.departure());
  operate(0, set_address);
  out(DFU_ABORT, 0);
  EXPECT_EQ(leave(), State::dfuMANIFEST);
  EXPECT_TRUE(rom_.departure());
}

TEST_F(RomBootloaderTest, StallsWhatIsNotForIt) {
  EXPECT_EQ(rom_.control({0x21, DFU_GETSTATUS, 0, 0, 0}, {}, now_).reply,
            usb::ControlReply{usb::Stall{}})
      << "wrong direction";
  EXPECT_EQ(rom_.control({0xA1, DFU_GETSTATUS, 0, 1, 6}, {}, now_).reply,
            usb::ControlReply{usb::Stall{}})
      << "no interface 1";
  EXPECT_EQ(out(9, 0), usb::ControlReply{usb::Stall{}});
}

TEST_F(RomBootloaderTest, ABusResetBringsItBackToIdle) {
  out(DFU_DNLOAD, 1, {1});
  EXPECT_EQ(rom_.state(), State::dfuERROR);
  rom_.bus_reset();
  EXPECT_EQ(rom_.state(), State::dfuIDLE);
}

}  // namespace
}  // namespace dfurig::dfu
