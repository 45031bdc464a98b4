#include "fault/faulty_cells.h"

#include <gtest/gtest.h>

#include "fault/requests.h"

namespace dfurig::fault {
namespace {

using stm32::FlashStatus;

constexpr std::uint32_t base = 0x08000000;

stm32::FlashSpec small_flash() {
  stm32::FlashSpec spec;
  spec.base = base;
  spec.sectors = {{2, 16}};
  spec.program_unit = 4;
  spec.erased_value = 0xFF;
  return spec;
}

class FaultyCellsTest : public ::testing::Test {
 protected:
  FaultyCellsTest() { flash_.use_cells(cells_); }
  Bytes content(std::uint32_t address, std::uint32_t size) const {
    const ByteView view = flash_.view(address, size);
    return {view.begin(), view.end()};
  }

  Armed armed_{1};
  Power power_;
  FaultyCells cells_{armed_, power_};
  stm32::Flash flash_{small_flash()};
};

TEST_F(FaultyCellsTest, AreSoundWithoutFaults) {
  EXPECT_EQ(flash_.program(base, Bytes(8, 0x12)), FlashStatus::Ok);
  EXPECT_EQ(content(base, 8), Bytes(8, 0x12));
  EXPECT_EQ(flash_.erase_sector(base), FlashStatus::Ok);
  EXPECT_EQ(content(base, 8), Bytes(8, 0xFF));
}

TEST_F(FaultyCellsTest, FailWhereAndWhenTheyAreTold) {
  Fault fault = plain(Kind::MemoryProgramFails);
  fault.memory.address = base + 5;
  fault.memory.size = 1;
  armed_.add(fault);
  EXPECT_EQ(flash_.program(base, Bytes(12, 0x12)), FlashStatus::Failed);
  EXPECT_EQ(content(base, 12),
            (Bytes{0x12, 0x12, 0x12, 0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}))
      << "what comes before the unit is there";
  EXPECT_EQ(flash_.program(base + 4, Bytes(8, 0x12)), FlashStatus::Ok) << "once";
}

TEST_F(FaultyCellsTest, DropWhatTheyAreToldToAndSayNothing) {
  flash_.program(base, Bytes(4, 0x00));
  armed_.add(plain(Kind::MemoryEraseDropped));
  EXPECT_EQ(flash_.erase_sector(base), FlashStatus::Ok);
  EXPECT_EQ(content(base, 4), Bytes(4, 0x00));
  armed_.add(plain(Kind::MemoryProgramDropped));
  EXPECT_EQ(flash_.program(base + 4, Bytes(8, 0x12)), FlashStatus::Ok);
  EXPECT_EQ(content(base + 4, 8), (Bytes{0xFF, 0xFF, 0xFF, 0xFF, 0x12, 0x12, 0x12, 0x12}));
  armed_.add(plain(Kind::MemoryEraseFails));
  EXPECT_EQ(flash_.erase_all(), FlashStatus::Failed);
}

TEST_F(FaultyCellsTest, KeepStuckBitsAndFlipOthersOnce) {
  Fault stuck = plain(Kind::MemoryStuckBits);
  stuck.occasion.count = Occasion::always;
  stuck.offset = base + 1;
  stuck.bits = {0x01};
  stuck.level = 1;
  armed_.add(stuck);
  Fault flipped = plain(Kind::MemoryFlippedBits);
  flipped.offset = base + 3;
  flipped.bits = {0x80};
  armed_.add(flipped);
  flash_.program(base, Bytes(4, 0x00));
  EXPECT_EQ(content(base, 4), (Bytes{0x00, 0x01, 0x00, 0x80}));
  flash_.erase_sector(base);
  flash_.program(base, Bytes(4, 0x00));
  EXPECT_EQ(content(base, 4), (Bytes{0x00, 0x01, 0x00, 0x00}));
}

TEST_F(FaultyCellsTest, ChangeAllBitsThatAreToChangeInAUnit) {
  Fault stuck = plain(Kind::MemoryStuckBits);
  stuck.occasion.count = Occasion::always;
  stuck.bits = {0x01};
  stuck.level = 1;
  for (const std::uint32_t offset : {0u, 3u}) {
    stuck.offset = base + offset;
    stuck.place = "x.json: /faults/" + std::to_string(offset);
    armed_.add(stuck);
  }
  flash_.program(base, Bytes(4, 0x00));
  EXPECT_EQ(content(base, 4), (Bytes{0x01, 0x00, 0x00, 0x01}));
}

TEST_F(FaultyCellsTest, KeepBitsStuckAtZeroThroughAnErase) {
  Fault stuck = plain(Kind::MemoryStuckBits);
  stuck.occasion.count = Occasion::always;
  stuck.offset = base;
  stuck.bits = {0x0F};
  armed_.add(stuck);
  flash_.erase_sector(base);
  EXPECT_EQ(content(base, 1), Bytes{0xF0});
}

TEST_F(FaultyCellsTest, WearOutSectorBySector) {
  Fault fault = plain(Kind::MemoryWearsOut);
  fault.occasion.count = Occasion::always;
  fault.erases = 1;
  armed_.add(fault);
  flash_.erase_sector(base);
  EXPECT_EQ(flash_.program(base, Bytes(4, 0x12)), FlashStatus::Ok);
  flash_.erase_sector(base);
  EXPECT_EQ(flash_.program(base + 12, Bytes(4, 0x12)), FlashStatus::Failed);
  EXPECT_EQ(flash_.program(base + 16, Bytes(4, 0x12)), FlashStatus::Ok) << "the next sector";
}

TEST_F(FaultyCellsTest, StopAtAPowerCut) {
  Fault fault = plain(Kind::MemoryPowerCut);
  fault.memory.erases = false;
  fault.occasion.first = 2;
  armed_.add(fault);
  flash_.program(base, Bytes(12, 0x12));
  EXPECT_TRUE(power_.is_cut());
  EXPECT_EQ(content(base, 8), (Bytes{0x12, 0x12, 0x12, 0x12, 0xFF, 0xFF, 0xFF, 0xFF}));
  flash_.erase_sector(base);
  EXPECT_EQ(content(base, 1), Bytes{0x12}) << "nothing happens without power";
}

TEST_F(FaultyCellsTest, AreHalfErasedByAPowerCut) {
  flash_.program(base, Bytes(16, 0x00));
  Fault fault = plain(Kind::MemoryPowerCut);
  fault.memory.programs = false;
  armed_.add(fault);
  flash_.erase_sector(base);
  EXPECT_TRUE(power_.is_cut());
  EXPECT_EQ(content(base, 8), Bytes(8, 0xFF));
  EXPECT_EQ(content(base + 8, 8), Bytes(8, 0x00));
}

TEST_F(FaultyCellsTest, AreBusyForEverUntilPowerOn) {
  armed_.add(plain(Kind::MemoryBusyForEver));
  flash_.erase_sector(base);
  EXPECT_TRUE(cells_.is_busy_for_ever());
  cells_.power_on();
  EXPECT_FALSE(cells_.is_busy_for_ever());
}

}  // namespace
}  // namespace dfurig::fault
