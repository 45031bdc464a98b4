#include "scenario/image.h"

#include <fstream>
#include <iterator>
#include <sstream>

#include "scenario/elf.h"
#include "support/hex.h"
#include "support/input_error.h"

namespace dfurig::scenario {
namespace {

/// One ":LLAAAATT…CC" line as bytes, its checksum checked.
Bytes parse_record(const std::string& line, const std::string& place) {
  if (line.size() < 11 || line[0] != ':' || line.size() % 2 == 0) {
    throw InputError(place,
                     "expected an Intel HEX record \":LLAAAATT…CC\", found \"" + line + "\"");
  }
  Bytes bytes;
  std::uint8_t sum = 0;
  for (std::size_t i = 1; i < line.size(); i += 2) {
    const auto value = parse_number("0x" + line.substr(i, 2));
    if (!value) throw InputError(place, "\"" + line.substr(i, 2) + "\" is not hexadecimal");
    bytes.push_back(static_cast<std::uint8_t>(*value));
    sum = static_cast<std::uint8_t>(sum + bytes.back());
  }
  if (bytes[0] + 5u != bytes.size()) throw InputError(place, "the record's length byte is wrong");
  if (sum != 0) throw InputError(place, "the record's checksum is wrong", "is the file damaged?");
  return bytes;
}

enum HexRecord : std::uint8_t {
  DATA = 0,
  END_OF_FILE = 1,
  EXTENDED_SEGMENT_ADDRESS = 2,
  START_SEGMENT_ADDRESS = 3,
  EXTENDED_LINEAR_ADDRESS = 4,
  START_LINEAR_ADDRESS = 5,
};

}  // namespace

Bytes read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream)
    throw InputError(path, "cannot be read",
                     "is the path right? It is relative to the scenario file");
  return Bytes(std::istreambuf_iterator<char>(stream), {});
}

void append(std::vector<Image>& images, std::uint32_t address, ByteView data) {
  const bool goes_on =
      !images.empty() && images.back().address + images.back().data.size() == address;
  if (!goes_on) images.push_back({address, {}});
  images.back().data.insert(images.back().data.end(), data.begin(), data.end());
}

std::vector<Image> parse_intel_hex(const std::string& text, const std::string& name) {
  std::vector<Image> images;
  std::istringstream lines(text);
  std::uint32_t base = 0;
  unsigned number = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::string place = name + ": line " + std::to_string(++number);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty()) continue;
    const Bytes record = parse_record(line, place);
    const ByteView data = ByteView(record).subspan(4, record[0]);
    const std::uint32_t offset = record[1] * 256u + record[2];
    const std::uint8_t type = record[3];
    if (type == END_OF_FILE) return images;
    if (type > START_LINEAR_ADDRESS) throw InputError(place, "unknown record type " + hex(type, 2));
    const bool moves_base = type == EXTENDED_SEGMENT_ADDRESS || type == EXTENDED_LINEAR_ADDRESS;
    if (moves_base && data.size() != 2) throw InputError(place, "an address record has two bytes");
    if (moves_base) {
      base = ByteReader(data).u16be();
      base <<= type == EXTENDED_SEGMENT_ADDRESS ? 4 : 16;
    }
    if (type == DATA) append(images, base + offset, data);
  }
  throw InputError(name, "the end-of-file record \":00000001FF\" is missing",
                   "is the file cut off?");
}

bool needs_address(const std::string& path) {
  return !path.ends_with(".hex") && !path.ends_with(".elf");
}

std::vector<Image> load_image(const std::string& path, std::uint32_t address) {
  const Bytes file = read_file(path);
  if (path.ends_with(".hex")) return parse_intel_hex(std::string(file.begin(), file.end()), path);
  if (path.ends_with(".elf")) return parse_elf(file, path);
  return {{address, file}};
}

}  // namespace dfurig::scenario
