#include "model/load_bootloader.h"

#include <gtest/gtest.h>

namespace dfurig::model {
namespace {

TEST(SerialFromUid, AddsTheFirstAndThirdWordWithoutCarry) {
  EXPECT_EQ(serial_from_uid({0x00000001, 0xABCD1234, 0x00000002}), "00000003ABCD");
  // What ROMs show whose UID reads blank: the sum is taken modulo 2^32.
  EXPECT_EQ(serial_from_uid({0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}), "FFFFFFFEFFFF");
}

}  // namespace
}  // namespace dfurig::model
