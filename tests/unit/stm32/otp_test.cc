#include "stm32/otp.h"

#include <gtest/gtest.h>

namespace dfurig::stm32 {
namespace {

MemorySpec otp(std::uint32_t size) {
  return {"OTP", MemoryKind::Otp, 0x1FFF7800, size, {}};
}

// RM0090 Rev 21 §3.8
TEST(OtpWithLocks, ClearsBitsUntilItsLockByteIs0) {
  MemorySpec spec = otp(36);
  spec.otp_locks = OtpLocks{16, 32};
  Bytes content(36, 0xFF);
  EXPECT_TRUE(program_otp(spec, content, 16, Bytes{0xF0}));
  EXPECT_TRUE(program_otp(spec, content, 16, Bytes{0x3F}));
  EXPECT_EQ(content[16], 0x30);
  EXPECT_TRUE(program_otp(spec, content, 33, Bytes{0x00})) << "locks block 1";
  EXPECT_TRUE(program_otp(spec, content, 15, Bytes{1, 1}));
  EXPECT_EQ(content[15], 1);
  EXPECT_EQ(content[16], 0x30);
  EXPECT_TRUE(program_otp(spec, content, 33, Bytes{0xFF}));
  EXPECT_EQ(content[33], 0x00) << "a lock stays";
}

// RM0440 §3.3.1
TEST(OtpWithEcc, TakesEachUnitOnce) {
  MemorySpec spec = otp(32);
  spec.otp_unit = 8;
  Bytes content(32, 0xFF);
  Bytes data(8, 0xFF);
  data[3] = 0xFE;
  EXPECT_TRUE(program_otp(spec, content, 8, data));
  EXPECT_FALSE(program_otp(spec, content, 8, Bytes(8, 0x00))) << "not even zeros";
  EXPECT_EQ(content[11], 0xFE);
  EXPECT_FALSE(program_otp(spec, content, 0, Bytes(16, 0x00)));
  EXPECT_EQ(content[0], 0x00) << "what came before is programmed";
  EXPECT_FALSE(program_otp(spec, content, 20, Bytes(8, 0x00))) << "not where a unit starts";
  EXPECT_TRUE(program_otp(spec, content, 16, Bytes(13, 0x11)));
  EXPECT_EQ(content[23], 0x11);
  EXPECT_EQ(content[24], 0xFF) << "an odd tail is lost";
}

}  // namespace
}  // namespace dfurig::stm32
