// DFU files: the suffix of DFU 1.1 Appendix B, and ST's images in front of it (UM0391).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scenario/image.h"

namespace dfurig::scenario {

struct DfuSuffix {
  std::uint16_t idVendor = 0x0483;
  std::uint16_t idProduct = 0xDF11;
  std::uint16_t bcdDevice = 0xFFFF;
  bool operator==(const DfuSuffix&) const = default;
};

/// One target: what goes to one alternate setting.
struct DfuseTarget {
  std::uint8_t alternate = 0;
  std::string name;  ///< up to 254 characters
  std::vector<Image> elements;
};

/// `content` with a suffix whose bcdDFU is `bcdDFU`: 0x0100 for plain files, 0x011A for ST's.
Bytes with_dfu_suffix(Bytes content, const DfuSuffix& suffix, std::uint16_t bcdDFU);
/// A whole .dfu file of ST's format.
Bytes encode_dfuse_file(const std::vector<DfuseTarget>& targets, const DfuSuffix& suffix);
/// Intel HEX, records of 16 bytes.
std::string encode_intel_hex(const std::vector<Image>& images);

}  // namespace dfurig::scenario
