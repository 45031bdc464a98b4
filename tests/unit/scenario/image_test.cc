#include "scenario/image.h"

#include <gtest/gtest.h>

#include "support/input_error.h"

namespace dfurig::scenario {
namespace {

const std::string firmware = std::string(DFURIG_SOURCE_DIR) + "/tests/firmware/blink_stm32l476";

TEST(IntelHex, JoinsRecordsThatFollowOneAnother) {
  EXPECT_EQ(parse_intel_hex(":020000040800F2\r\n:020000000102FB\n:00000001FF\n", "x.hex"),
            (std::vector<Image>{{0x08000000, {1, 2}}}));
  EXPECT_EQ(parse_intel_hex(":0100000001FE\n:01000100FFFF\n:0100100002ED\n:00000001FF\n", "x.hex"),
            (std::vector<Image>{{0, {1, 0xFF}}, {0x10, {2}}}));
}

TEST(IntelHex, ShiftsSegmentAddressesByFourBits) {
  EXPECT_EQ(parse_intel_hex(":020000021000EC\n:0100000001FE\n:00000001FF\n", "x.hex"),
            (std::vector<Image>{{0x10000, {1}}}));
}

TEST(IntelHex, IsTheSameFirmwareAsTheBinary) {
  EXPECT_EQ(load_image(firmware + ".hex", 0), load_image(firmware + ".bin", 0x08000000));
}

struct BadHex {
  const char* text;
  const char* message;
};

TEST(IntelHex, NamesTheLineAndTheFault) {
  const BadHex faults[] = {
      {"hello\n", "x.hex: line 1: expected an Intel HEX record \":LLAAAATT…CC\", found \"hello\""},
      {"\n:0100000001FF\n",
       "x.hex: line 2: the record's checksum is wrong\n  is the file damaged?"},
      {":0200000001FE00\n",
       "x.hex: line 1: the record's checksum is wrong\n  is the file damaged?"},
      {":0300000001FC00\n", "x.hex: line 1: the record's length byte is wrong"},
      {":01000000ZZFE\n", "x.hex: line 1: \"ZZ\" is not hexadecimal"},
      {":0000000AF6\n", "x.hex: line 1: unknown record type 0x0A"},
      {":0100000408F3\n", "x.hex: line 1: an address record has two bytes"},
      {":0100000001FE\n",
       "x.hex: the end-of-file record \":00000001FF\" is missing\n  is the file cut off?"}};
  for (const BadHex& fault : faults) {
    try {
      parse_intel_hex(fault.text, "x.hex");
      ADD_FAILURE() << fault.text;
    } catch (const InputError& error) {
      EXPECT_STREQ(error.what(), fault.message);
    }
  }
}

TEST(LoadImage, PutsABinaryWhereItIsTold) {
  EXPECT_EQ(load_image(firmware + ".bin", 0x08004000)[0].address, 0x08004000u);
  EXPECT_TRUE(needs_address("x.bin"));
  EXPECT_FALSE(needs_address("x.hex"));
  EXPECT_THROW(load_image("/nonexistent.bin", 0), InputError);
}

}  // namespace
}  // namespace dfurig::scenario
