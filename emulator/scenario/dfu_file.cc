#include "scenario/dfu_file.h"

#include <algorithm>
#include <array>
#include <boost/crc.hpp>
#include <cstdio>

namespace dfurig::scenario {
namespace {

constexpr std::uint8_t suffix_size = 16;
constexpr std::size_t target_name_size = 255;
constexpr std::uint16_t bcdDFU_of_dfuse = 0x011A;

void append_text(ByteWriter& writer, const std::string& text) {
  for (const char c : text) writer.u8(static_cast<std::uint8_t>(c));
}

/// The number of elements is told before them: UM0391 §2.3.
Bytes encode_target(const DfuseTarget& target) {
  ByteWriter elements;
  for (const Image& image : target.elements) {
    elements.u32le(image.address).u32le(static_cast<std::uint32_t>(image.data.size()));
    elements.append(image.data);
  }
  const Bytes content = elements.take();
  ByteWriter writer;
  append_text(writer, "Target");
  writer.u8(target.alternate).u32le(1);
  std::string name = target.name;
  name.resize(target_name_size);
  append_text(writer, name);
  writer.u32le(static_cast<std::uint32_t>(content.size()));
  writer.u32le(static_cast<std::uint32_t>(target.elements.size()));
  writer.append(content);
  return writer.take();
}

std::string hex_record(std::uint16_t address, std::uint8_t type, ByteView data) {
  const auto count = static_cast<std::uint8_t>(data.size());
  unsigned sum = count + (address >> 8) + (address & 0xFF) + type;
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), ":%02X%04X%02X", count, address, type);
  std::string record = text.data();
  for (const std::uint8_t byte : data) {
    std::snprintf(text.data(), text.size(), "%02X", byte);
    record += text.data();
    sum += byte;
  }
  std::snprintf(text.data(), text.size(), "%02X\n", (0x100 - (sum & 0xFF)) & 0xFF);
  return record + text.data();
}

}  // namespace

/// DFU 1.1 Appendix B: the CRC is that of IEEE 802.3 over all before it, without the inversion at
/// its end.
Bytes with_dfu_suffix(Bytes content, const DfuSuffix& suffix, std::uint16_t bcdDFU) {
  ByteWriter writer;
  writer.append(content);
  writer.u16le(suffix.bcdDevice).u16le(suffix.idProduct).u16le(suffix.idVendor).u16le(bcdDFU);
  append_text(writer, "UFD");
  writer.u8(suffix_size);
  Bytes file = writer.take();
  boost::crc_optimal<32, 0x04C11DB7, 0xFFFFFFFF, 0, true, true> crc;
  crc.process_bytes(file.data(), file.size());
  ByteWriter whole;
  whole.append(file).u32le(static_cast<std::uint32_t>(crc.checksum()));
  return whole.take();
}

Bytes encode_dfuse_file(const std::vector<DfuseTarget>& targets, const DfuSuffix& suffix) {
  ByteWriter body;
  for (const DfuseTarget& target : targets) body.append(encode_target(target));
  const Bytes content = body.take();
  constexpr std::uint32_t prefix_size = 11;
  ByteWriter writer;
  append_text(writer, "DfuSe");
  writer.u8(1).u32le(prefix_size + static_cast<std::uint32_t>(content.size()));
  writer.u8(static_cast<std::uint8_t>(targets.size()));
  writer.append(content);
  return with_dfu_suffix(writer.take(), suffix, bcdDFU_of_dfuse);
}

std::string encode_intel_hex(const std::vector<Image>& images) {
  constexpr std::size_t record_size = 16;
  std::string text;
  for (const Image& image : images) {
    for (std::size_t at = 0; at < image.data.size();) {
      const auto address = static_cast<std::uint32_t>(image.address + at);
      const std::uint16_t low = address & 0xFFFF;
      if (at == 0 || low == 0) {
        const std::array<std::uint8_t, 2> upper = {static_cast<std::uint8_t>(address >> 24),
                                                   static_cast<std::uint8_t>(address >> 16)};
        text += hex_record(0, 4, upper);
      }
      const std::size_t room = std::min<std::size_t>(record_size, 0x10000u - low);
      const std::size_t size = std::min(room, image.data.size() - at);
      text += hex_record(low, 0, ByteView(image.data).subspan(at, size));
      at += size;
    }
  }
  return text + hex_record(0, 1, {});
}

}  // namespace dfurig::scenario
