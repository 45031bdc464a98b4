#include "dfu/memory_operations.h"

#include <gtest/gtest.h>

namespace dfurig::dfu {
namespace {

stm32::ChipSpec chip_with(unsigned program_unit, stm32::OddTail odd_tail) {
  stm32::ChipSpec chip;
  chip.flash = {
      0x08000000, {{4, 1024}}, program_unit, 0xFF, stm32::ProgramOverWritten::RefusedUnlessZero,
      odd_tail};
  chip.option_bytes = {{{0x1FFFC000, 4}}, {0xAA, 1, 2, 3}, 0, 0xAA, 0xCC, {}};
  return chip;
}

/// A bootloader that asks for 4 bytes on a chip whose flash programs 8 at once, as a G0.
BootloaderSpec bootloader_with(MisalignedWrite policy) {
  BootloaderSpec spec;
  spec.default_address = 0x08000000;
  spec.wTransferSize = 8;
  spec.write_alignment = 4;
  spec.misaligned_write = policy;
  return spec;
}

class MisalignedWrites : public testing::Test {
 protected:
  explicit MisalignedWrites(MisalignedWrite policy) : spec_(bootloader_with(policy)) {}
  Status write(std::uint16_t wBlockNum, std::size_t size) {
    return memory_.run(WriteMemory{wBlockNum, Bytes(size, 0x5A)}).status;
  }
  std::uint8_t at(std::size_t offset) { return chip_.flash().content()[offset]; }

  BootloaderSpec spec_;
  stm32::Chip chip_{chip_with(8, stm32::OddTail::Dropped)};
  MemoryOperations memory_{spec_, chip_};
};

class LeftToTheMemory : public MisalignedWrites {
 protected:
  LeftToTheMemory() : MisalignedWrites(MisalignedWrite::AsMemory) {}
};

TEST_F(LeftToTheMemory, LosesTheOddTailAndRefusesAnAddressWithinAUnit) {
  EXPECT_EQ(write(2, 13), Status::OK);
  EXPECT_EQ(at(7), 0x5A);
  EXPECT_EQ(at(8), 0xFF);
  EXPECT_EQ(memory_.run(SetAddress{0x08000104}).status, Status::OK);
  EXPECT_EQ(write(2, 8), Status::errTARGET);
  EXPECT_EQ(memory_.run(SetAddress{0x08000200}).status, Status::OK);
  EXPECT_EQ(write(2, 8), Status::OK) << "the next is not held against it";
}

class AllFail : public MisalignedWrites {
 protected:
  AllFail() : MisalignedWrites(MisalignedWrite::AllFail) {}
};

// AN2606 table 7
TEST_F(AllFail, TakesWhatIsAsTheBootloaderAsks) {
  EXPECT_EQ(write(2, 12), Status::OK) << "4 bytes is what it asks for, though flash programs 8";
  EXPECT_EQ(at(7), 0x5A);
  EXPECT_EQ(at(8), 0xFF);
}

TEST_F(AllFail, FailsFromAMisalignedLengthOn) {
  EXPECT_EQ(write(2, 8), Status::OK);
  EXPECT_EQ(write(3, 7), Status::errTARGET);
  EXPECT_EQ(write(4, 8), Status::errTARGET);
  EXPECT_EQ(at(16), 0xFF);
  EXPECT_EQ(memory_.run(EraseSector{0x08000000}).status, Status::OK) << "programs, not erases";
  EXPECT_EQ(write(4, 8), Status::errTARGET);
  MemoryOperations restarted(spec_, chip_);
  EXPECT_EQ(restarted.run(WriteMemory{4, Bytes(8, 1)}).status, Status::OK) << "until a reset";
}

TEST_F(AllFail, FailsFromAMisalignedAddressOn) {
  EXPECT_EQ(memory_.run(SetAddress{0x08000002}).status, Status::OK);
  EXPECT_EQ(write(2, 8), Status::errTARGET);
  EXPECT_EQ(memory_.run(SetAddress{0x08000000}).status, Status::OK);
  EXPECT_EQ(write(2, 8), Status::errTARGET);
}

class Corrupted : public MisalignedWrites {
 protected:
  Corrupted() : MisalignedWrites(MisalignedWrite::Corrupted) {}
};

// AN2606 known limitations, L47x and L43x
TEST_F(Corrupted, WritesWrongBytesBehindALongOddBlock) {
  EXPECT_EQ(write(2, 257), Status::OK);
  EXPECT_EQ(at(256), 0x5A);
  EXPECT_EQ(at(257), 0x00);
  EXPECT_EQ(at(263), 0x00);
  EXPECT_EQ(at(264), 0xFF);
}

TEST_F(Corrupted, LeavesOtherBlocksToTheMemory) {
  EXPECT_EQ(write(2, 255), Status::OK);
  EXPECT_EQ(at(247), 0x5A);
  EXPECT_EQ(at(248), 0xFF) << "up to 256 bytes the odd tail is lost";
  EXPECT_EQ(memory_.run(SetAddress{0x08000400}).status, Status::OK);
  EXPECT_EQ(write(2, 264), Status::OK);
  EXPECT_EQ(at(0x400 + 263), 0x5A);
  EXPECT_EQ(at(0x400 + 264), 0xFF);
}

}  // namespace
}  // namespace dfurig::dfu
