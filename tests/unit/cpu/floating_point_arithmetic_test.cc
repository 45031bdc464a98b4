// Expectations from DDI 0403E §A2.5, IEEE 754 and, where flags do not depend on it, the host.
#include "cpu/floating_point_arithmetic.h"

#include <gtest/gtest.h>

#include <bit>
#include <cfenv>
#include <cmath>
#include <random>

namespace dfurig::cpu {
namespace {

using namespace fpscr;  // NOLINT: the flags read as in the manual

constexpr std::uint32_t rp = 1u << rmode_lsb, rm = 2u << rmode_lsb, rz = 3u << rmode_lsb;

using Binary = std::uint32_t (*)(std::uint32_t, std::uint32_t, std::uint32_t&);

struct Row {
  std::uint32_t a, b, control, result, flags;
};

template <typename Rows, typename Operation>
void check(const Rows& rows, const Operation& operation) {
  for (const auto& row : rows) {
    std::uint32_t status = row.control;
    const std::uint32_t result = operation(row, status);
    EXPECT_EQ(result, row.result) << std::hex << row.a << " control " << row.control << " gave "
                                  << result << " expected " << row.result;
    EXPECT_EQ(status, row.control | row.flags) << std::hex << row.a << " control " << row.control;
  }
}

void check_binary(Binary operation, const std::vector<Row>& rows) {
  check(rows, [&](const Row& it, std::uint32_t& s) { return operation(it.a, it.b, s); });
}

TEST(FloatingPointArithmetic, Sums) {
  check_binary(fp_add, {
                           {0x3F800000, 0x3F800000, 0, 0x40000000, 0},
                           {0x3F800000, 0x33800000, 0, 0x3F800000, ixc},
                           {0x3F800001, 0x33800000, 0, 0x3F800002, ixc},
                           {0x3F800000, 0x33800000, rp, 0x3F800001, ixc},
                           {0x3F800001, 0x33800000, rm, 0x3F800001, ixc},
                           {0x3F800001, 0x33800000, rz, 0x3F800001, ixc},
                           {0x3F800000, 0x00000001, rp, 0x3F800001, ixc},
                           {0x3F800000, 0x80000001, rz, 0x3F7FFFFF, ixc},
                           {0x3F800000, 0xBF800000, 0, 0, 0},
                           {0x3F800000, 0xBF800000, rm, 0x80000000, 0},
                           {0x80000000, 0x80000000, 0, 0x80000000, 0},
                           {0x00000000, 0x80000000, 0, 0, 0},
                           {0x00000000, 0x80000000, rm, 0x80000000, 0},
                           {0x00000000, 0xC0400000, 0, 0xC0400000, 0},
                       });
}

TEST(FloatingPointArithmetic, OverflowsAsRoundingSays) {
  check_binary(fp_add, {
                           {0x7F7FFFFF, 0x7F7FFFFF, 0, 0x7F800000, ofc | ixc},
                           {0x7F7FFFFF, 0x7F7FFFFF, rp, 0x7F800000, ofc | ixc},
                           {0x7F7FFFFF, 0x7F7FFFFF, rm, 0x7F7FFFFF, ofc | ixc},
                           {0x7F7FFFFF, 0x7F7FFFFF, rz, 0x7F7FFFFF, ofc | ixc},
                           {0xFF7FFFFF, 0xFF7FFFFF, rp, 0xFF7FFFFF, ofc | ixc},
                           {0xFF7FFFFF, 0xFF7FFFFF, rm, 0xFF800000, ofc | ixc},
                           {0x7F800000, 0xFF7FFFFF, 0, 0x7F800000, 0},
                           {0x7F800000, 0xFF800000, 0, 0x7FC00000, ioc},
                       });
}

TEST(FloatingPointArithmetic, NansInTheOrderOfFPProcessNaNs) {
  check_binary(fp_add, {
                           {0x7F800001, 0x7FC12345, 0, 0x7FC00001, ioc},
                           {0x7FC12345, 0x7F800001, 0, 0x7FC00001, ioc},
                           {0x7FC12345, 0xFFC00002, 0, 0x7FC12345, 0},
                           {0x3F800000, 0xFFC00002, 0, 0xFFC00002, 0},
                           {0x3F800000, 0xFFC00002, dn, 0x7FC00000, 0},
                           {0xFF800003, 0x7F800001, dn, 0x7FC00000, ioc},
                       });
  check_binary(fp_sub, {{0x3F800000, 0xFFC00002, 0, 0xFFC00002, 0},
                        {0x40400000, 0x3F800000, 0, 0x40000000, 0},
                        {0x7F800000, 0x7F800000, 0, 0x7FC00000, ioc}});
}

TEST(FloatingPointArithmetic, DenormalsAndFlushToZero) {
  check_binary(fp_add, {
                           {0x00000001, 0x00000001, 0, 0x00000002, 0},
                           {0x00000001, 0x00000001, fz, 0, idc},
                           {0x80000001, 0x80000001, fz, 0x80000000, idc},
                           {0x00800000, 0x80000001, 0, 0x007FFFFF, 0},
                           {0x00800000, 0x80000001, fz, 0x00800000, idc},
                           {0x00800001, 0x80800000, 0, 0x00000001, 0},
                           {0x00800001, 0x80800000, fz, 0, ufc},
                           {0x00400000, 0x00400000, 0, 0x00800000, 0},
                       });
  check_binary(fp_mul, {
                           {0x00800000, 0x3F000000, 0, 0x00400000, 0},
                           {0x80800000, 0x3F000000, fz, 0x80000000, ufc},
                           {0x00000001, 0x3F000000, 0, 0, ufc | ixc},
                           {0x00000001, 0x3F000000, rp, 1, ufc | ixc},
                           {0x00000003, 0x3F000000, 0, 2, ufc | ixc},
                           // Tiny before rounding, not after: UFC.
                           {0x3F7FFFFF, 0x00800000, 0, 0x00800000, ufc | ixc},
                           {0x3F7FFFFF, 0x00800000, fz, 0, ufc},
                       });
}

TEST(FloatingPointArithmetic, ProductsAndQuotients) {
  check_binary(fp_mul, {{0xC0000000, 0x40400000, 0, 0xC0C00000, 0},
                        {0x7F800000, 0x80000000, 0, 0x7FC00000, ioc},
                        {0x7F800000, 0xBF800000, 0, 0xFF800000, 0},
                        {0x80000000, 0x40000000, 0, 0x80000000, 0},
                        {0x7F000000, 0x40000000, 0, 0x7F800000, ofc | ixc}});
  check_binary(fp_div, {{0x3F800000, 0x40400000, 0, 0x3EAAAAAB, ixc},
                        {0x3F800000, 0x40400000, rz, 0x3EAAAAAA, ixc},
                        {0x40C00000, 0x40000000, 0, 0x40400000, 0},
                        {0x3F800000, 0x00000000, 0, 0x7F800000, dzc},
                        {0x3F800000, 0x80000000, 0, 0xFF800000, dzc},
                        {0x3F800000, 0x00000001, fz, 0x7F800000, dzc | idc},
                        {0x7F800000, 0x00000000, 0, 0x7F800000, 0},
                        {0x00000000, 0x80000000, 0, 0x7FC00000, ioc},
                        {0xFF800000, 0x7F800000, 0, 0x7FC00000, ioc},
                        {0xC0A00000, 0x7F800000, 0, 0x80000000, 0},
                        {0x00000002, 0x40000000, 0, 0x00000001, 0}});
}

TEST(FloatingPointArithmetic, SquareRoots) {
  const std::vector<Row> rows = {
      {0x40800000, 0, 0, 0x40000000, 0},    {0x40000000, 0, 0, 0x3FB504F3, ixc},
      {0x40000000, 0, rp, 0x3FB504F4, ixc}, {0x00000001, 0, 0, 0x1A3504F3, ixc},
      {0xBF800000, 0, 0, 0x7FC00000, ioc},  {0x80000000, 0, 0, 0x80000000, 0},
      {0x7F800000, 0, 0, 0x7F800000, 0},    {0xFF800000, 0, 0, 0x7FC00000, ioc},
      {0xFFC00009, 0, 0, 0xFFC00009, 0},    {0x80000001, 0, fz, 0x80000000, idc},
      {0x80000001, 0, 0, 0x7FC00000, ioc},
  };
  check(rows, [](const Row& it, std::uint32_t& s) { return fp_sqrt(it.a, s); });
}

struct FusedRow {
  std::uint32_t addend, a, b, control, result, flags;
};

TEST(FloatingPointArithmetic, FusedProductsAreRoundedOnce) {
  const std::vector<FusedRow> rows = {
      {0xBF800000, 0x3F800001, 0x3F7FFFFE, 0, 0xA8800000, 0},
      {0x3F800000, 0x40000000, 0x40400000, 0, 0x40E00000, 0},
      {0x7FC00005, 0x7F800000, 0x00000000, 0, 0x7FC00000, ioc},
      {0x7F800005, 0x7F800000, 0x00000000, 0, 0x7FC00005, ioc},
      {0x3F800000, 0x7F800000, 0x80000000, 0, 0x7FC00000, ioc},
      {0xFF800000, 0x7F800000, 0x3F800000, 0, 0x7FC00000, ioc},
      {0x7F800000, 0x7F800000, 0x3F800000, 0, 0x7F800000, 0},
      {0x3F800000, 0x7FC00002, 0x7FC00003, 0, 0x7FC00002, 0},
      {0x7FC00001, 0x3F800000, 0x7F800003, 0, 0x7FC00003, ioc},
      {0x80000000, 0x80000000, 0x3F800000, 0, 0x80000000, 0},
      {0xC0C00000, 0x40000000, 0x40400000, 0, 0, 0},
      {0xC0C00000, 0x40000000, 0x40400000, rm, 0x80000000, 0},
      {0x3F800000, 0x00800000, 0x00800000, rp, 0x3F800001, ixc},
      {0x00000000, 0x00800000, 0x00800000, 0, 0, ufc | ixc},
      {0x00000001, 0x3F800000, 0x40000000, fz, 0x40000000, idc},
  };
  check(rows,
        [](const FusedRow& it, std::uint32_t& s) { return fp_mul_add(it.addend, it.a, it.b, s); });
}

TEST(FloatingPointArithmetic, Comparisons) {
  constexpr unsigned less = 8, equal = 6, greater = 2, unordered = 3;
  const std::vector<Row> rows = {
      {0x3F800000, 0x40000000, 0, less, 0},      {0xBF800000, 0xC0000000, 0, greater, 0},
      {0x80000000, 0x00000000, 0, equal, 0},     {0x00000001, 0x00000000, 0, greater, 0},
      {0x00000001, 0x00000000, fz, equal, idc},  {0xFF800000, 0x7F800000, 0, less, 0},
      {0x7FC00000, 0x00000000, 0, unordered, 0}, {0x00000000, 0x7F800001, 0, unordered, ioc},
      {0x00000000, 0x80000001, 0, greater, 0},   {0x7F800000, 0x7F7FFFFF, 0, greater, 0},
  };
  check(rows, [](const Row& it, std::uint32_t& s) { return fp_compare(it.a, it.b, false, s); });
  const std::vector<Row> signalling = {{0x7FC00000, 0x00000000, 0, unordered, ioc},
                                       {0x3F800000, 0x3F800000, 0, equal, 0}};
  check(signalling,
        [](const Row& it, std::uint32_t& s) { return fp_compare(it.a, it.b, true, s); });
}

TEST(FloatingPointArithmetic, ANumberWinsOverAQuietNan) {
  check_binary(fp_max_num, {{0x3F800000, 0xC0000000, 0, 0x3F800000, 0},
                            {0x7FC00001, 0xC0000000, 0, 0xC0000000, 0},
                            {0xC0000000, 0xFFC00001, 0, 0xC0000000, 0},
                            {0x7FC00001, 0x7FC00002, 0, 0x7FC00001, 0},
                            {0x7F800001, 0x3F800000, 0, 0x7FC00001, ioc},
                            {0x80000000, 0x00000000, 0, 0x00000000, 0},
                            {0x00000001, 0x80000000, fz, 0x00000000, idc}});
  check_binary(fp_min_num, {{0x3F800000, 0xC0000000, 0, 0xC0000000, 0},
                            {0x7FC00001, 0x40000000, 0, 0x40000000, 0},
                            {0x00000000, 0x80000000, 0, 0x80000000, 0},
                            {0xFF800000, 0xC0000000, 0, 0xFF800000, 0}});
}

/// Values of all kinds, near each other often enough that sums cancel.
std::uint32_t any_number(std::mt19937& random) {
  const auto bits = static_cast<std::uint32_t>(random());
  switch (random() % 4) {
    case 0:
      return bits;
    case 1:
      return (bits & 0x80FFFFFF) | 0x3F000000;
    case 2:
      return bits & 0x81FFFFFF;  // small and denormal
    default:
      return (bits & 0xFF800000) | (bits & 3);
  }
}

struct HostRounding {
  explicit HostRounding(unsigned mode) {
    constexpr int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    std::fesetround(modes[mode]);
  }
  ~HostRounding() { std::fesetround(FE_TONEAREST); }
};

TEST(FloatingPointArithmetic, IsTheHostsWhereItsRulesAreTheSame) {
  std::mt19937 random(1);
  for (unsigned i = 0; i < 200000; ++i) {
    const std::uint32_t bits[] = {any_number(random), any_number(random), any_number(random)};
    volatile float a = std::bit_cast<float>(bits[0]), b = std::bit_cast<float>(bits[1]);
    volatile float c = std::bit_cast<float>(bits[2]), sum, product, quotient, root, fused;
    const auto mode = static_cast<unsigned>(random() % 4);
    {
      const HostRounding rounding(mode);
      sum = a + b;
      product = a * b;
      quotient = a / b;
      root = std::sqrt(a);
      fused = std::fma(a, b, c);
    }
    const auto same = [&](float host, auto operation) {
      std::uint32_t status = mode << rmode_lsb;
      const std::uint32_t ours = operation(status);
      const bool is_same_nan = std::isnan(host) && std::isnan(std::bit_cast<float>(ours));
      if (is_same_nan) return;
      EXPECT_EQ(ours, std::bit_cast<std::uint32_t>(host))
          << std::hex << bits[0] << " " << bits[1] << " " << bits[2] << " mode " << mode;
    };
    same(sum, [&](std::uint32_t& s) { return fp_add(bits[0], bits[1], s); });
    same(product, [&](std::uint32_t& s) { return fp_mul(bits[0], bits[1], s); });
    same(quotient, [&](std::uint32_t& s) { return fp_div(bits[0], bits[1], s); });
    same(root, [&](std::uint32_t& s) { return fp_sqrt(bits[0], s); });
    same(fused, [&](std::uint32_t& s) { return fp_mul_add(bits[2], bits[0], bits[1], s); });
  }
}

}  // namespace
}  // namespace dfurig::cpu
