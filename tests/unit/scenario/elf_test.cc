#include "scenario/elf.h"

#include <gtest/gtest.h>

#include <functional>

#include "support/input_error.h"

namespace dfurig::scenario {
namespace {

using board::Place;

constexpr std::size_t program_headers = 52, sections = program_headers + 32,
                      symbols_at = sections + 3 * 40, strings_at = symbols_at + 4 * 16,
                      content_at = strings_at + 16;
const std::string strings("\0main\0Reset\0var\0", 16);

void symbol(ByteWriter& writer, std::uint32_t name, std::uint32_t value, std::uint32_t size,
            std::uint8_t info, std::uint16_t section) {
  writer.u32le(name).u32le(value).u32le(size).u8(info).u8(0).u16le(section);
}

void section(ByteWriter& writer, std::uint32_t type, std::size_t offset, std::size_t size,
             std::uint32_t link) {
  writer.u32le(0).u32le(type).u32le(0).u32le(0).u32le(static_cast<std::uint32_t>(offset));
  writer.u32le(static_cast<std::uint32_t>(size)).u32le(link).zeros(12);
}

/// System V ABI: header, one PT_LOAD with 4 bytes, SYMTAB and STRTAB.
Bytes elf() {
  ByteWriter writer;
  writer.append(Bytes{0x7F, 'E', 'L', 'F', 1, 1}).zeros(10).u16le(2).u16le(40).u32le(1);
  writer.u32le(0x08000141).u32le(program_headers).u32le(sections).u32le(0).u16le(52);
  writer.u16le(32).u16le(1).u16le(40).u16le(3).u16le(0);
  writer.u32le(1).u32le(content_at).u32le(0x20000000).u32le(0x08000000).u32le(4).zeros(12);
  section(writer, 0, 0, 0, 0);
  section(writer, 2, symbols_at, 4 * 16, 2);
  section(writer, 3, strings_at, strings.size(), 0);
  symbol(writer, 0, 0, 0, 0, 0);
  symbol(writer, 1, 0x08000141, 0x1C, 0x12, 1);  // global function
  symbol(writer, 6, 0x08000161, 0, 0x02, 1);     // local function, no size
  symbol(writer, 12, 0x20000000, 4, 0x11, 1);    // global object
  writer.append(Bytes(strings.begin(), strings.end()));
  return writer.append(Bytes(4, 0x5A)).take();
}

TEST(Elf, LoadsSegmentsAtTheirPhysicalAddress) {
  EXPECT_EQ(parse_elf(elf(), "x.elf"), (std::vector<Image>{{0x08000000, Bytes(4, 0x5A)}}));
}

TEST(Elf, NamesFunctionsWithoutTheirThumbBit) {
  const board::Symbols symbols = parse_elf_symbols(elf(), "x.elf");
  EXPECT_EQ(symbols.addresses(),
            (std::map<std::string, std::uint32_t>{{"main", 0x08000140}, {"Reset", 0x08000160}}));
  EXPECT_EQ(symbols.find(0x0800015B), (Place{"main", 0x1B}));
  EXPECT_EQ(symbols.find(0x0800015C), std::nullopt);
}

TEST(Elf, WithoutSectionsHasNoNames) {
  Bytes file = elf();
  file[48] = 0;
  EXPECT_TRUE(parse_elf_symbols(file, "x.elf").is_empty());
}

struct Damage {
  const char* message;
  std::function<void(Bytes&)> damage;
};

TEST(Elf, RefusesWhatIsDamaged) {
  const Damage damages[] = {
      {"x.elf: is not a 32-bit little-endian ELF file", [](Bytes& it) { it.resize(51); }},
      {"x.elf: is not a 32-bit little-endian ELF file", [](Bytes& it) { it[4] = 2; }},
      {"x.elf: is an ELF file, but not for ARM", [](Bytes& it) { it[18] = 62; }},
      {"x.elf: its program headers are cut off\n  is the file whole?",
       [](Bytes& it) { it[44] = 200; }},
      {"x.elf: a segment is cut off\n  is the file whole?", [](Bytes& it) { it.pop_back(); }},
      {"x.elf: its section headers are cut off\n  is the file whole?",
       [](Bytes& it) { it[35] = 0xFF; }},
      {"x.elf: its symbols have no names", [](Bytes& it) { it[sections + 40 + 24] = 9; }},
      {"x.elf: its symbol table is cut off\n  is the file whole?",
       [](Bytes& it) { it[sections + 40 + 22] = 1; }},
      {"x.elf: its symbols' names are cut off\n  is the file whole?",
       [](Bytes& it) { it[sections + 80 + 22] = 1; }},
      {"x.elf: a symbol's name is not in the file", [](Bytes& it) { it[symbols_at + 16] = 99; }},
      {"x.elf: a symbol's name has no end", [](Bytes& it) { it[sections + 80 + 20] = 4; }},
  };
  for (const Damage& it : damages) {
    Bytes file = elf();
    it.damage(file);
    try {
      parse_elf(file, "x.elf");
      parse_elf_symbols(file, "x.elf");
      ADD_FAILURE() << it.message;
    } catch (const InputError& error) {
      EXPECT_STREQ(error.what(), it.message);
    }
  }
}

TEST(SymbolList, IsWhatNmPrints) {
  const board::Symbols symbols = parse_symbol_list(
      "         U missing\n08000140 T main\r\n08000160 00000008 t Reset\n\n20000000 B toggles\n"
      "08000170 W Default_Handler\n",
      "x.sym");
  EXPECT_EQ(symbols.addresses(),
            (std::map<std::string, std::uint32_t>{
                {"main", 0x08000140}, {"Reset", 0x08000160}, {"Default_Handler", 0x08000170}}));
  EXPECT_EQ(symbols.find(0x08000167), (Place{"Reset", 7}));
  EXPECT_EQ(symbols.find(0x08000168), std::nullopt);
}

TEST(SymbolList, NamesTheLineThatNmWouldNotPrint) {
  for (const char* line : {"hello", "0800014 T main", "08000140 main", "08000140 TT main",
                           "08000140 T main too", "0800014g T main"}) {
    try {
      parse_symbol_list("08000140 T main\n" + std::string(line) + "\n", "x.sym");
      ADD_FAILURE() << line;
    } catch (const InputError& error) {
      EXPECT_EQ(error.what(),
                "x.sym: line 2: expected \"08000140 T main\", as nm prints, found \"" +
                    std::string(line) + "\"");
    }
  }
}

TEST(LoadSymbols, NeedsTheFile) {
  EXPECT_THROW(load_symbols("/nonexistent.sym"), InputError);
}

}  // namespace
}  // namespace dfurig::scenario
