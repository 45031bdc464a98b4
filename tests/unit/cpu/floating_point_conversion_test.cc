// Expectations from DDI 0403E §A2.5: FPToFixed, FixedToFP, FPRoundInt, half precision.
#include <gtest/gtest.h>

#include "cpu/floating_point_arithmetic.h"

namespace dfurig::cpu {
namespace {

using namespace fpscr;  // NOLINT: the flags read as in the manual

constexpr std::uint32_t rp = 1u << rmode_lsb, rz = 3u << rmode_lsb;
constexpr FixedFormat s32{32, 0, true}, u32{32, 0, false};
constexpr Rounding nearest = Rounding::Nearest, zero = Rounding::Zero;

struct FixedRow {
  std::uint32_t from;
  FixedFormat format;
  Rounding rounding;
  std::uint32_t to, flags;
};

TEST(FloatingPointConversion, ToIntegersAndFixedPoint) {
  const std::vector<FixedRow> rows = {
      {0x3FC00000, s32, zero, 1, ixc},
      {0xBFC00000, s32, zero, 0xFFFFFFFF, ixc},
      {0x40200000, s32, nearest, 2, ixc},
      {0x40600000, s32, nearest, 4, ixc},
      {0x40200000, s32, Rounding::NearestAway, 3, ixc},
      {0xBF000000, s32, Rounding::NearestAway, 0xFFFFFFFF, ixc},
      {0xBFC00000, s32, Rounding::MinusInfinity, 0xFFFFFFFE, ixc},
      {0xBFC00000, s32, Rounding::PlusInfinity, 0xFFFFFFFF, ixc},
      {0x00000001, s32, Rounding::PlusInfinity, 1, ixc},
      {0x4F000000, s32, zero, 0x7FFFFFFF, ioc},
      {0xCF000000, s32, zero, 0x80000000, 0},
      {0xCF000001, s32, zero, 0x80000000, ioc},
      {0x4F000000, u32, zero, 0x80000000, 0},
      {0x4F800000, u32, zero, 0xFFFFFFFF, ioc},
      {0xBF000000, u32, zero, 0, ixc},
      {0xBF800000, u32, zero, 0, ioc},
      {0x7FC00000, s32, zero, 0, ioc},
      {0x7F800000, s32, zero, 0x7FFFFFFF, ioc},
      {0xFF800000, s32, zero, 0x80000000, ioc},
      {0xFF800000, u32, zero, 0, ioc},
      {0x7F7FFFFF, u32, zero, 0xFFFFFFFF, ioc},
      {0x80000000, s32, zero, 0, 0},
      {0x3FC00000, {16, 8, true}, zero, 0x180, 0},
      {0xBFC00000, {16, 8, true}, zero, 0xFFFFFE80, 0},
      {0x43480000, {16, 8, true}, zero, 0x7FFF, ioc},
      {0xC3480000, {16, 8, true}, zero, 0xFFFF8000, ioc},
      {0x3F000000, {32, 32, false}, zero, 0x80000000, 0},
      {0x3F800000, {16, 16, false}, zero, 0xFFFF, ioc},
  };
  for (const FixedRow& it : rows) {
    std::uint32_t status = 0;
    EXPECT_EQ(fp_to_fixed(it.from, it.format, it.rounding, status), it.to) << std::hex << it.from;
    EXPECT_EQ(status, it.flags) << std::hex << it.from;
  }
}

TEST(FloatingPointConversion, FromIntegersAndFixedPoint) {
  const std::vector<FixedRow> rows = {
      {1, s32, nearest, 0x3F800000, 0},
      {0, s32, Rounding::MinusInfinity, 0, 0},
      {0x01000001, s32, nearest, 0x4B800000, ixc},
      {0x01000001, s32, Rounding::PlusInfinity, 0x4B800001, ixc},
      {0xFFFFFFFF, s32, nearest, 0xBF800000, 0},
      {0xFFFFFFFF, u32, nearest, 0x4F800000, ixc},
      {0xFFFFFFFF, u32, zero, 0x4F7FFFFF, ixc},
      {0x80000000, s32, nearest, 0xCF000000, 0},
      {0x1234FE80, {16, 8, true}, nearest, 0xBFC00000, 0},
      {0x1234FE80, {16, 8, false}, nearest, 0x437E8000, 0},
      {1, {32, 32, false}, nearest, 0x2F800000, 0},
  };
  for (const FixedRow& it : rows) {
    std::uint32_t status = 0;
    EXPECT_EQ(fixed_to_fp(it.from, it.format, it.rounding, status), it.to) << std::hex << it.from;
    EXPECT_EQ(status, it.flags) << std::hex << it.from;
  }
}

struct Row {
  std::uint32_t from, control, to, flags;
};

TEST(FloatingPointConversion, FromHalfPrecision) {
  const std::vector<Row> rows = {
      {0x3C00, 0, 0x3F800000, 0},   {0x8000, 0, 0x80000000, 0},   {0x0001, 0, 0x33800000, 0},
      {0x0001, fz, 0x33800000, 0},  {0x7BFF, 0, 0x477FE000, 0},   {0xFC00, 0, 0xFF800000, 0},
      {0x7C00, ahp, 0x47800000, 0}, {0x7C01, 0, 0x7FC02000, ioc}, {0xFE03, 0, 0xFFC06000, 0},
      {0xFE03, dn, 0x7FC00000, 0},  {0xFFFF, ahp, 0xC7FFE000, 0},
  };
  for (const Row& it : rows) {
    std::uint32_t status = it.control;
    EXPECT_EQ(fp_half_to_single(it.from, status), it.to) << std::hex << it.from;
    EXPECT_EQ(status, it.control | it.flags) << std::hex << it.from;
  }
}

TEST(FloatingPointConversion, ToHalfPrecision) {
  const std::vector<Row> rows = {
      {0x3F800000, 0, 0x3C00, 0},          {0x3F801000, 0, 0x3C00, ixc},
      {0x3F803000, 0, 0x3C02, ixc},        {0x3F801000, rp, 0x3C01, ixc},
      {0x477FF000, 0, 0x7C00, ofc | ixc},  {0x477FF000, rz, 0x7BFF, ixc},
      {0x47800000, rz, 0x7BFF, ofc | ixc}, {0x477FF000, ahp, 0x7C00, ixc},
      {0x47FFE000, ahp, 0x7FFF, 0},        {0x48000000, ahp, 0x7FFF, ioc},
      {0xFF800000, ahp, 0xFFFF, ioc},      {0xFFC00000, ahp, 0x8000, ioc},
      {0x33800000, 0, 0x0001, 0},          {0x33000000, 0, 0x0000, ufc | ixc},
      {0x33000000, fz, 0x0000, ufc | ixc}, {0x38800000, 0, 0x0400, 0},
      {0x7F800000, 0, 0x7C00, 0},          {0x7FC02000, 0, 0x7E01, 0},
      {0xFF802000, 0, 0xFE01, ioc},        {0xFF802000, dn, 0x7E00, ioc},
      {0x00000001, fz, 0x0000, idc},       {0x80000001, 0, 0x8000, ufc | ixc},
  };
  for (const Row& it : rows) {
    std::uint32_t status = it.control;
    EXPECT_EQ(fp_single_to_half(it.from, status), it.to)
        << std::hex << it.from << " " << it.control;
    EXPECT_EQ(status, it.control | it.flags) << std::hex << it.from << " " << it.control;
  }
}

struct IntegralRow {
  std::uint32_t from;
  Rounding rounding;
  bool is_exact;
  std::uint32_t to, flags;
};

TEST(FloatingPointConversion, ToIntegralNumbers) {
  const std::vector<IntegralRow> rows = {
      {0x40200000, nearest, false, 0x40000000, 0},
      {0x40200000, nearest, true, 0x40000000, ixc},
      {0x40200000, Rounding::NearestAway, false, 0x40400000, 0},
      {0xBE800000, nearest, true, 0x80000000, ixc},
      {0xBF000001, Rounding::MinusInfinity, false, 0xBF800000, 0},
      {0x4B000001, zero, true, 0x4B000001, 0},
      {0x7F7FFFFF, zero, true, 0x7F7FFFFF, 0},
      {0xFF800000, zero, true, 0xFF800000, 0},
      {0x80000000, zero, true, 0x80000000, 0},
      {0x7F800001, zero, false, 0x7FC00001, ioc},
  };
  for (const IntegralRow& it : rows) {
    std::uint32_t status = 0;
    EXPECT_EQ(fp_round_int(it.from, it.rounding, it.is_exact, status), it.to)
        << std::hex << it.from;
    EXPECT_EQ(status, it.flags) << std::hex << it.from;
  }
}

}  // namespace
}  // namespace dfurig::cpu
