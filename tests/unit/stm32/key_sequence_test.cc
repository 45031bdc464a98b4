#include "stm32/key_sequence.h"

#include <gtest/gtest.h>

namespace dfurig::stm32 {
namespace {

TEST(KeySequence, UnlocksWithTheRightKeysInOrder) {
  KeySequence keys({1, 2});
  EXPECT_FALSE(keys.write(1));
  EXPECT_TRUE(keys.write(2));
  EXPECT_FALSE(keys.write(1));
  EXPECT_TRUE(keys.write(2)) << "and again after a lock";
}

TEST(KeySequence, IsBlockedByAWrongKey) {
  KeySequence keys({1, 2});
  keys.write(2);
  EXPECT_TRUE(keys.is_blocked());
  keys.write(1);
  EXPECT_FALSE(keys.write(2));
}

}  // namespace
}  // namespace dfurig::stm32
