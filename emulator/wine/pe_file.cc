#include "wine/pe_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>

#include "support/input_error.h"

namespace dfurig::wine {
namespace {

constexpr std::size_t dos_header_size = 64, e_lfanew = 60;
constexpr std::size_t coff_header_size = 24;  // with the signature
constexpr std::size_t section_header_size = 40;
constexpr std::size_t import_descriptor_size = 20;
constexpr std::uint16_t optional_pe32_plus = 0x20B;
constexpr std::uint16_t subsystem_windows = 2;

/// A file whose every field may be wrong.
class Image {
 public:
  explicit Image(ByteView bytes) : bytes_(bytes) {}

  bool holds(std::size_t offset, std::size_t size) const {
    return offset <= bytes_.size() && size <= bytes_.size() - offset;
  }
  std::optional<std::uint16_t> u16(std::size_t offset) const {
    if (!holds(offset, 2)) return std::nullopt;
    return ByteReader(bytes_.subspan(offset)).u16le();
  }
  std::uint32_t u32(std::size_t offset) const {
    return holds(offset, 4) ? ByteReader(bytes_.subspan(offset)).u32le() : 0;
  }
  /// Up to its NUL; empty: there is none.
  std::string text(std::size_t offset) const {
    if (offset >= bytes_.size()) return "";
    const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(offset);
    const auto end = std::find(begin, bytes_.end(), 0);
    return end == bytes_.end() ? "" : std::string(begin, end);
  }

 private:
  ByteView bytes_;
};

struct Headers {
  std::size_t optional = 0;
  std::size_t sections = 0;
  std::uint16_t section_count = 0;
};

/// Where in the file an address of the loaded program is.
std::optional<std::size_t> file_offset(const Image& image, const Headers& headers,
                                       std::uint32_t address) {
  for (std::size_t i = 0; i < headers.section_count; ++i) {
    const std::size_t section = headers.sections + i * section_header_size;
    const std::uint32_t start = image.u32(section + 12);
    const std::uint32_t size = std::max(image.u32(section + 8), image.u32(section + 16));
    if (address >= start && address - start < size) {
      return std::size_t{image.u32(section + 20)} + (address - start);
    }
  }
  return std::nullopt;
}

std::vector<std::string> find_imports(const Image& image, const Headers& headers) {
  const bool is_plus = image.u16(headers.optional) == optional_pe32_plus;
  const std::size_t directories = headers.optional + (is_plus ? 112 : 96);
  const std::uint32_t table = image.u32(directories + 8);  // directory 1: imports
  const auto begin = table == 0 ? std::nullopt : file_offset(image, headers, table);
  std::vector<std::string> names;
  if (!begin) return names;
  for (std::size_t at = *begin; image.holds(at, import_descriptor_size);
       at += import_descriptor_size) {
    const std::uint32_t name = image.u32(at + 12);
    const auto offset = name == 0 ? std::nullopt : file_offset(image, headers, name);
    if (!offset) break;
    names.push_back(image.text(*offset));
  }
  return names;
}

}  // namespace

PeFile parse_pe_file(ByteView bytes, const std::string& place) {
  const Image image(bytes);
  const std::size_t start = image.u32(e_lfanew);
  const bool is_pe = image.holds(0, dos_header_size) && bytes[0] == 'M' && bytes[1] == 'Z' &&
                     image.holds(start, coff_header_size) &&
                     std::memcmp(bytes.data() + start, "PE\0\0", 4) == 0;
  if (!is_pe) throw InputError(place, "is no Windows program (PE file)");
  Headers headers;
  headers.optional = start + coff_header_size;
  headers.section_count = image.u16(start + 6).value_or(0);
  headers.sections = headers.optional + image.u16(start + 20).value_or(0);
  PeFile file;
  file.machine = image.u16(start + 4).value_or(0);
  file.has_windows = image.u16(headers.optional + 68) == subsystem_windows;
  file.imports = find_imports(image, headers);
  return file;
}

PeFile load_pe_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  const Bytes bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (!stream.is_open() || stream.bad()) {
    throw InputError(path, "cannot be read: " + std::string(std::strerror(errno)));
  }
  return parse_pe_file(bytes, path);
}

}  // namespace dfurig::wine
