#include "scenario/elf.h"

#include <algorithm>
#include <sstream>

#include "support/hex.h"
#include "support/input_error.h"

namespace dfurig::scenario {
namespace {

constexpr std::size_t header_size = 52;
constexpr std::size_t segment_size = 32;
constexpr std::size_t section_size = 40;
constexpr std::size_t symbol_size = 16;
constexpr std::uint16_t EM_ARM = 40;
constexpr std::uint32_t PT_LOAD = 1;
constexpr std::uint32_t SHT_SYMTAB = 2;
constexpr unsigned STT_FUNC = 2;
constexpr std::uint16_t SHN_UNDEF = 0;

/// Part of the file; `what` is said when it is not all there.
ByteView part(ByteView file, std::uint64_t offset, std::uint64_t size, const std::string& name,
              const std::string& what) {
  if (offset + size > file.size()) throw InputError(name, what + " cut off", "is the file whole?");
  return file.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
}

std::uint16_t half_at(ByteView bytes, std::size_t offset) {
  return ByteReader(bytes.subspan(offset)).u16le();
}
std::uint32_t word_at(ByteView bytes, std::size_t offset) {
  return ByteReader(bytes.subspan(offset)).u32le();
}

void check_header(ByteView file, const std::string& name) {
  const Bytes magic = {0x7F, 'E', 'L', 'F', 1, 1};
  if (file.size() < header_size || !std::equal(magic.begin(), magic.end(), file.begin())) {
    throw InputError(name, "is not a 32-bit little-endian ELF file");
  }
  if (half_at(file, 18) != EM_ARM) throw InputError(name, "is an ELF file, but not for ARM");
}

struct Section {
  std::uint32_t type = 0;
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
  std::uint32_t link = 0;
};

std::vector<Section> read_sections(ByteView file, const std::string& name) {
  const std::uint32_t table = word_at(file, 32);
  std::vector<Section> sections;
  for (std::uint32_t i = 0; i < half_at(file, 48); ++i) {
    const ByteView entry = part(file, std::uint64_t{table} + i * section_size, section_size, name,
                                "its section headers are");
    sections.push_back(
        {word_at(entry, 4), word_at(entry, 16), word_at(entry, 20), word_at(entry, 24)});
  }
  return sections;
}

/// A name of a string table: up to its zero.
std::string text_at(ByteView strings, std::uint32_t offset, const std::string& name) {
  if (offset >= strings.size()) throw InputError(name, "a symbol's name is not in the file");
  const ByteView from = strings.subspan(offset);
  const auto end = std::find(from.begin(), from.end(), 0);
  if (end == from.end()) throw InputError(name, "a symbol's name has no end");
  return std::string(from.begin(), end);
}

void add_functions(ByteView table, ByteView strings, const std::string& name,
                   board::Symbols& symbols) {
  for (std::size_t at = 0; at + symbol_size <= table.size(); at += symbol_size) {
    const ByteView entry = table.subspan(at, symbol_size);
    const bool is_function = (entry[12] & 0xF) == STT_FUNC && half_at(entry, 14) != SHN_UNDEF;
    if (!is_function) continue;
    symbols.add(text_at(strings, word_at(entry, 0), name), word_at(entry, 4), word_at(entry, 8));
  }
}

bool is_hex(const std::string& word) {
  return word.size() == 8 && word.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
}

/// The columns of one line that nm printed, the name last; empty: nm would not print this.
std::vector<std::string> columns_of(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  const bool has_size = words.size() > 2 && is_hex(words[0]) && is_hex(words[1]);
  const std::size_t numbers = has_size ? 2 : !words.empty() && is_hex(words[0]) ? 1 : 0;
  if (words.size() != numbers + 2 || words[numbers].size() != 1) return {};
  return words;
}

}  // namespace

std::vector<Image> parse_elf(ByteView file, const std::string& name) {
  check_header(file, name);
  const std::uint32_t table = word_at(file, 28);
  std::vector<Image> images;
  for (std::uint32_t i = 0; i < half_at(file, 44); ++i) {
    const ByteView segment = part(file, std::uint64_t{table} + i * segment_size, segment_size, name,
                                  "its program headers are");
    const std::uint32_t size = word_at(segment, 16);
    if (word_at(segment, 0) != PT_LOAD || size == 0) continue;
    append(images, word_at(segment, 12),
           part(file, word_at(segment, 4), size, name, "a segment is"));
  }
  return images;
}

board::Symbols parse_elf_symbols(ByteView file, const std::string& name) {
  check_header(file, name);
  board::Symbols symbols;
  const std::vector<Section> sections = read_sections(file, name);
  for (const Section& section : sections) {
    if (section.type != SHT_SYMTAB) continue;
    if (section.link >= sections.size()) throw InputError(name, "its symbols have no names");
    const Section& names = sections[section.link];
    add_functions(part(file, section.offset, section.size, name, "its symbol table is"),
                  part(file, names.offset, names.size, name, "its symbols' names are"), name,
                  symbols);
  }
  return symbols;
}

board::Symbols parse_symbol_list(const std::string& text, const std::string& name) {
  static const std::string code = "tTwW";
  board::Symbols symbols;
  std::istringstream lines(text);
  unsigned number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const std::vector<std::string> words = columns_of(line);
    if (words.empty()) {
      throw InputError(name + ": line " + std::to_string(number),
                       "expected \"08000140 T main\", as nm prints, found \"" + line + "\"");
    }
    const bool is_code =
        words.size() > 2 && code.find(words[words.size() - 2][0]) != std::string::npos;
    if (!is_code) continue;
    const std::uint32_t size = words.size() == 4 ? *parse_number("0x" + words[1]) : 0;
    symbols.add(words.back(), *parse_number("0x" + words[0]), size);
  }
  return symbols;
}

board::Symbols load_symbols(const std::string& path) {
  const Bytes file = read_file(path);
  if (path.ends_with(".elf")) return parse_elf_symbols(file, path);
  return parse_symbol_list(std::string(file.begin(), file.end()), path);
}

}  // namespace dfurig::scenario
