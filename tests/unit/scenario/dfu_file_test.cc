#include "scenario/dfu_file.h"

#include <gtest/gtest.h>

#include <numeric>

namespace dfurig::scenario {
namespace {

/// ISO 3309 and IEEE 802.3, bit by bit as the standards have it, the last inversion left out as DFU
/// 1.1 Appendix B does.
std::uint32_t crc_of(ByteView bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int i = 0; i < 8; ++i) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320U : 0U);
  }
  return crc;
}

std::uint32_t number_at(const Bytes& file, std::size_t at, std::size_t size = 4) {
  std::uint32_t number = 0;
  for (std::size_t i = size; i-- > 0;) number = number << 8 | file.at(at + i);
  return number;
}

std::string text_at(const Bytes& file, std::size_t at, std::size_t size) {
  return {file.begin() + static_cast<std::ptrdiff_t>(at),
          file.begin() + static_cast<std::ptrdiff_t>(at + size)};
}

TEST(CrcOfThisTest, HasTheCheckValueThatIsPublished) {
  const std::string text = "123456789";
  EXPECT_EQ(~crc_of(Bytes(text.begin(), text.end())), 0xCBF43926U);
}

// DFU 1.1 Appendix B: bcdDevice, idProduct, idVendor, bcdDFU, "UFD", bLength, dwCRC. The CRCs are
// zlib's.
TEST(WithDfuSuffix, AppendsSixteenBytes) {
  const Bytes expected = {0xDE, 0xAD, 0xBE, 0xEF, 0x03, 0x02, 0x78, 0x56, 0x34, 0x12,
                          0x00, 0x01, 0x55, 0x46, 0x44, 0x10, 0xE4, 0xF4, 0x1D, 0xF1};
  EXPECT_EQ(with_dfu_suffix({0xDE, 0xAD, 0xBE, 0xEF}, {0x1234, 0x5678, 0x0203}, 0x0100), expected);
}

TEST(WithDfuSuffix, OfNothingIsTheSuffixAloneOfStsBootloader) {
  const Bytes expected = {0xFF, 0xFF, 0x11, 0xDF, 0x83, 0x04, 0x00, 0x01,
                          0x55, 0x46, 0x44, 0x10, 0x7C, 0xA4, 0x27, 0xBE};
  EXPECT_EQ(with_dfu_suffix({}, {}, 0x0100), expected);
}

TEST(WithDfuSuffix, HasTheCrcOfAllBeforeIt) {
  Bytes content(1000);
  std::iota(content.begin(), content.end(), std::uint8_t{0});
  const Bytes file = with_dfu_suffix(content, {}, 0x0100);
  EXPECT_EQ(number_at(file, 1012), crc_of(ByteView(file).first(1012)));
}

// UM0391 "DfuSe file format": a prefix of 11 bytes, for each target a prefix of 274 and its
// elements of 8 bytes and their data, a suffix of 16.
constexpr std::size_t prefix = 11;
constexpr std::size_t target_prefix = 274;
constexpr std::size_t element_prefix = 8;
constexpr std::size_t suffix = 16;

/// Two targets: one with two elements, one with one.
std::vector<DfuseTarget> two_targets() {
  return {{0, "Flash", {{0x08000000, {1, 2, 3}}, {0x08004000, {4}}}},
          {2, "", {{0x1FFF7800, {5, 6}}}}};
}
constexpr std::size_t first_target = prefix;
constexpr std::size_t first_elements = first_target + target_prefix;
constexpr std::size_t second_target = first_elements + element_prefix + 3 + element_prefix + 1;
constexpr std::size_t end = second_target + target_prefix + element_prefix + 2;

TEST(EncodeDfuseFile, BeginsWithThePrefix) {
  const Bytes file = encode_dfuse_file(two_targets(), {});
  ASSERT_EQ(file.size(), end + suffix);
  EXPECT_EQ(text_at(file, 0, 5), "DfuSe");
  EXPECT_EQ(file[5], 0x01) << "bVersion";
  EXPECT_EQ(number_at(file, 6), end) << "DFUImageSize: all but the suffix";
  EXPECT_EQ(file[10], 2) << "bTargets";
}

TEST(EncodeDfuseFile, HasAPrefixForEachTarget) {
  const Bytes file = encode_dfuse_file(two_targets(), {});
  EXPECT_EQ(text_at(file, first_target, 6), "Target");
  EXPECT_EQ(file[first_target + 6], 0) << "bAlternateSetting";
  EXPECT_EQ(number_at(file, first_target + 7), 1U) << "bTargetNamed";
  EXPECT_EQ(text_at(file, first_target + 11, 255), "Flash" + std::string(250, '\0'));
  EXPECT_EQ(number_at(file, first_target + 266), 8U + 3 + 8 + 1) << "dwTargetSize";
  EXPECT_EQ(number_at(file, first_target + 270), 2U) << "dwNbElements";
  EXPECT_EQ(text_at(file, second_target, 6), "Target");
  EXPECT_EQ(file[second_target + 6], 2);
  EXPECT_EQ(text_at(file, second_target + 11, 255), std::string(255, '\0'));
  EXPECT_EQ(number_at(file, second_target + 266), 8U + 2);
  EXPECT_EQ(number_at(file, second_target + 270), 1U);
}

TEST(EncodeDfuseFile, HasAddressAndSizeInFrontOfEachElement) {
  const Bytes file = encode_dfuse_file(two_targets(), {});
  const Bytes first = {0, 0, 0, 8, 3, 0, 0, 0, 1, 2, 3, 0, 0x40, 0, 8, 1, 0, 0, 0, 4};
  EXPECT_EQ(text_at(file, first_elements, first.size()), std::string(first.begin(), first.end()));
  const Bytes second = {0, 0x78, 0xFF, 0x1F, 2, 0, 0, 0, 5, 6};
  EXPECT_EQ(text_at(file, second_target + target_prefix, second.size()),
            std::string(second.begin(), second.end()));
}

TEST(EncodeDfuseFile, EndsWithASuffixOfVersion011A) {
  const Bytes file = encode_dfuse_file(two_targets(), {1, 2, 3});
  const Bytes expected = {3, 0, 2, 0, 1, 0, 0x1A, 0x01, 'U', 'F', 'D', 16};
  EXPECT_EQ(text_at(file, end, 12), std::string(expected.begin(), expected.end()));
  EXPECT_EQ(number_at(file, end + 12), crc_of(ByteView(file).first(end + 12)));
}

TEST(EncodeDfuseFile, KeepsAZeroBehindTheLongestName) {
  const Bytes file = encode_dfuse_file({{0, std::string(254, 'x'), {{0, {1}}}}}, {});
  EXPECT_EQ(text_at(file, prefix + 11, 255), std::string(254, 'x') + '\0');
}

// Intel's "Hexadecimal Object File Format Specification", revision A, 1988.
TEST(EncodeIntelHex, IsAnAddressRecordDataRecordsAndTheEnd) {
  EXPECT_EQ(encode_intel_hex({{0x08000100, {0xDE, 0xAD}}}),
            ":020000040800F2\n:02010000DEAD72\n:00000001FF\n");
  EXPECT_EQ(encode_intel_hex({}), ":00000001FF\n");
}

TEST(EncodeIntelHex, HasSixteenBytesInARecord) {
  EXPECT_EQ(encode_intel_hex({{0, Bytes(17, 0)}}),
            ":020000040000FA\n:1000000000000000000000000000000000000000F0\n"
            ":0100100000EF\n:00000001FF\n");
}

TEST(EncodeIntelHex, TellsTheUpperHalfAgainWhereItChanges) {
  EXPECT_EQ(encode_intel_hex({{0x0800FFFE, {1, 2, 3}}}),
            ":020000040800F2\n:02FFFE000102FE\n:020000040801F1\n:0100000003FC\n:00000001FF\n");
}

TEST(EncodeIntelHex, IsReadBackAsItWas) {
  const std::vector<Image> images = {{0x0800FFF8, Bytes(100, 7)}, {0x20000000, {1}}};
  EXPECT_EQ(parse_intel_hex(encode_intel_hex(images), "x"), images);
}

}  // namespace
}  // namespace dfurig::scenario
