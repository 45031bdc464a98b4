// RM0351 §27.
#include "stm32/random_generator.h"

#include <gtest/gtest.h>

#include <set>

#include "stm32/unit_rig.h"

namespace dfurig::stm32 {
namespace {

constexpr std::uint32_t rngen = 4, ie = 8, drdy = 1;

class RandomGeneratorTest : public testing::Test {
 protected:
  std::vector<std::uint32_t> numbers(unsigned count) {
    std::vector<std::uint32_t> all;
    for (unsigned i = 0; i < count; ++i) all.push_back(rig.read("DR"));
    return all;
  }

  UnitRig rig{"random_generator",
              "RNG",
              {storage("CR", 0), with_access(storage("SR", 4), Access::ReadOnly),
               with_access(storage("DR", 8), Access::ReadOnly)},
              {80}};
};

TEST_F(RandomGeneratorTest, IsReadyWhileEnabled) {
  EXPECT_EQ(rig.read("SR"), 0u);
  EXPECT_EQ(rig.read("DR"), 0u);
  rig.write("CR", rngen);
  EXPECT_EQ(rig.read("SR"), drdy);
  EXPECT_NE(rig.read("DR"), 0u);
  EXPECT_EQ(rig.read("SR"), drdy);
  rig.write("CR", 0);
  EXPECT_EQ(rig.read("SR"), 0u);
  EXPECT_EQ(rig.read("DR"), 0u);
}

TEST_F(RandomGeneratorTest, GivesAnotherNumberAtEveryRead) {
  rig.write("CR", rngen);
  const auto all = numbers(1000);
  EXPECT_EQ(std::set(all.begin(), all.end()).size(), 1000u);
}

TEST_F(RandomGeneratorTest, GivesTheSameNumbersAfterEachPowerOn) {
  rig.write("CR", rngen);
  const auto first = numbers(10);
  rig.reset(false);
  rig.write("CR", rngen);
  EXPECT_NE(numbers(10), first);
  rig.reset(true);
  rig.write("CR", rngen);
  EXPECT_EQ(numbers(10), first);
}

TEST_F(RandomGeneratorTest, Interrupts) {
  rig.write("CR", rngen);
  EXPECT_EQ(rig.unit->interrupts(), 0u);
  rig.write("CR", rngen | ie);
  EXPECT_EQ(rig.unit->interrupts(), 1u);
}

}  // namespace
}  // namespace dfurig::stm32
