// The pseudo-code functions, by the tables of DDI 0403E §A2.2.1 and §A5.3.2.
#include "cpu/arithmetic.h"

#include <gtest/gtest.h>

#include <vector>

namespace dfurig::cpu {
namespace {

// Table A5-11: i:imm3:a:bcdefgh.
TEST(Arithmetic, ModifiedImmediates) {
  struct Row {
    std::uint32_t imm12, value;
    bool carry_in, carry;
  };
  const std::vector<Row> rows = {
      {0x0AB, 0x000000AB, true, true},  {0x1AB, 0x00AB00AB, false, false},
      {0x2AB, 0xAB00AB00, true, true},  {0x3AB, 0xABABABAB, false, false},
      {0x400, 0x80000000, false, true}, {0x47F, 0xFF000000, false, true},
      {0x480, 0x40000000, true, false}, {0x4FF, 0x7F800000, true, false},
      {0xF80, 0x00000100, true, false}, {0xFFF, 0x000001FE, true, false},
  };
  for (const Row& it : rows) {
    const Shifted result = expand_immediate(it.imm12, it.carry_in);
    EXPECT_EQ(result.value, it.value) << std::hex << it.imm12;
    EXPECT_EQ(result.carry, it.carry) << std::hex << it.imm12;
  }
}

TEST(Arithmetic, ShiftsByAnyAmount) {
  struct Row {
    ShiftType type;
    unsigned amount;
    std::uint32_t value;
    bool carry;
  };
  // Of 0x80000001, with carry 1 before.
  const std::vector<Row> rows = {
      {ShiftType::Lsl, 0, 0x80000001, true},   {ShiftType::Lsl, 1, 2, true},
      {ShiftType::Lsl, 31, 0x80000000, false}, {ShiftType::Lsl, 32, 0, true},
      {ShiftType::Lsl, 33, 0, false},          {ShiftType::Lsl, 255, 0, false},
      {ShiftType::Lsr, 1, 0x40000000, true},   {ShiftType::Lsr, 31, 1, false},
      {ShiftType::Lsr, 32, 0, true},           {ShiftType::Lsr, 33, 0, false},
      {ShiftType::Asr, 1, 0xC0000000, true},   {ShiftType::Asr, 31, 0xFFFFFFFF, false},
      {ShiftType::Asr, 32, 0xFFFFFFFF, true},  {ShiftType::Asr, 255, 0xFFFFFFFF, true},
      {ShiftType::Ror, 1, 0xC0000000, true},   {ShiftType::Ror, 32, 0x80000001, true},
      {ShiftType::Ror, 33, 0xC0000000, true},  {ShiftType::Ror, 4, 0x18000000, false},
      {ShiftType::Rrx, 1, 0xC0000000, true},
  };
  for (const Row& it : rows) {
    const Shifted result = shift(0x80000001, it.type, it.amount, true);
    EXPECT_EQ(result.value, it.value) << static_cast<int>(it.type) << " by " << it.amount;
    EXPECT_EQ(result.carry, it.carry) << static_cast<int>(it.type) << " by " << it.amount;
  }
}

// §A7.4.2, DecodeImmShift(): 0 means 32 for LSR and ASR, and RRX for ROR.
TEST(Arithmetic, AnImmediateOfZero) {
  EXPECT_EQ(shift_by_immediate(0x80000001, 0, 0, false).value, 0x80000001u);
  EXPECT_EQ(shift_by_immediate(0x80000001, 1, 0, false).value, 0u);
  EXPECT_EQ(shift_by_immediate(0x80000001, 2, 0, false).value, 0xFFFFFFFFu);
  EXPECT_EQ(shift_by_immediate(0x80000001, 3, 0, false).value, 0x40000000u);
}

TEST(Arithmetic, Saturation) {
  EXPECT_EQ(saturate_signed(127, 8).value, 127u);
  EXPECT_FALSE(saturate_signed(127, 8).has_saturated);
  EXPECT_EQ(saturate_signed(128, 8).value, 127u);
  EXPECT_TRUE(saturate_signed(128, 8).has_saturated);
  EXPECT_EQ(saturate_signed(-129, 8).value, 0xFFFFFF80u);
  EXPECT_EQ(saturate_signed(-2, 1).value, 0xFFFFFFFFu);
  EXPECT_EQ(saturate_unsigned(-1, 8).value, 0u);
  EXPECT_TRUE(saturate_unsigned(-1, 8).has_saturated);
  EXPECT_EQ(saturate_unsigned(256, 8).value, 255u);
  EXPECT_EQ(saturate_unsigned(1, 0).value, 0u);
  EXPECT_EQ(saturate_unsigned(std::int64_t{1} << 40, 31).value, 0x7FFFFFFFu);
}

}  // namespace
}  // namespace dfurig::cpu
