#include "model/load_memories.h"

#include <algorithm>

#include "support/hex.h"

namespace dfurig::model {
namespace {

constexpr std::size_t uid_words = 3;

/// Whatever a file says, loading it must not take all memory there is.
constexpr std::uint64_t region_size_max = 16 << 20;

void check_sectors(const Reader& reader, const stm32::FlashSpec& flash) {
  std::uint64_t size = 0;
  for (const stm32::SectorRun& run : flash.sectors) {
    size += std::uint64_t{run.count} * run.size;
    if (run.size % flash.program_unit == 0) continue;
    reader.at("sectors").fail("a sector of " + std::to_string(run.size) +
                              " bytes is not a whole number of program units");
  }
  const std::uint64_t stated = reader.at("size").number(region_size_max);
  if (size != stated) {
    reader.at("sectors").fail("the sectors add up to " + std::to_string(size) +
                              " bytes, \"size\" says " + std::to_string(stated));
  }
}

stm32::FlashSpec read_flash(const Reader& reader) {
  reader.allow_only(
      {"base", "size", "sectors", "program_unit", "erased_value", "over_written", "odd_tail"});
  stm32::FlashSpec flash;
  flash.base = reader.at("base").number();
  for (const Reader& item : reader.at("sectors").items()) {
    item.allow_only({"count", "size"});
    flash.sectors.push_back({item.at("count").number(65536), item.at("size").number()});
    if (flash.sectors.back().count == 0 || flash.sectors.back().size == 0) {
      item.fail("expected a count and a size above 0");
    }
  }
  flash.program_unit = reader.at("program_unit").number(64);
  if (flash.program_unit == 0) reader.at("program_unit").fail("expected 1 to 64 bytes, found 0");
  flash.erased_value = static_cast<std::uint8_t>(reader.at("erased_value").number(0xFF));
  flash.over_written = static_cast<stm32::ProgramOverWritten>(
      reader.at("over_written").choice({"and", "refused-unless-zero"}));
  flash.odd_tail =
      static_cast<stm32::OddTail>(reader.at("odd_tail").choice({"written", "dropped"}));
  check_sectors(reader, flash);
  return flash;
}

/// "contents": { "0x1FFF0000": "AA 55" } puts bytes at addresses.
Bytes read_contents(const Reader& reader, const stm32::MemorySpec& memory) {
  Bytes contents(memory.size, 0xFF);
  for (const auto& [address_text, value] : reader.members()) {
    const auto address = parse_number(address_text);
    const Bytes bytes = value.bytes();
    if (!address || *address < memory.base || *address - memory.base + bytes.size() > memory.size) {
      value.fail("address \"" + address_text + "\" is not in " + memory.name);
    }
    std::copy(bytes.begin(), bytes.end(),
              contents.begin() + static_cast<std::ptrdiff_t>(*address - memory.base));
  }
  return contents;
}

stm32::MemorySpec read_memory(const std::string& name, const Reader& reader) {
  reader.allow_only({"kind", "base", "size", "contents"});
  stm32::MemorySpec memory;
  memory.name = name;
  memory.kind = static_cast<stm32::MemoryKind>(
      reader.at("kind").choice({"ram", "system-memory", "otp", "device-feature"}));
  memory.base = reader.at("base").number();
  memory.size = reader.at("size").number(region_size_max);
  if (memory.size == 0) reader.at("size").fail("expected a size above 0, found 0");
  if (const auto contents = reader.find("contents"))
    memory.initial = read_contents(*contents, memory);
  return memory;
}

stm32::WriteProtectionSpec read_write_protection(const Reader& reader, std::uint32_t size,
                                                 std::uint32_t sectors) {
  reader.allow_only({"sector_bits", "areas"});
  stm32::WriteProtectionSpec spec;
  if (const auto bits = reader.find("sector_bits")) {
    bits->allow_only({"byte", "count"});
    spec.bits = {bits->at("byte").number(size - 1), bits->at("count").number(sectors)};
    if (spec.bits->byte + (spec.bits->count + 7) / 8 > size) {
      bits->fail("the bits leave the option bytes");
    }
  }
  if (const auto areas = reader.find("areas")) {
    for (const Reader& area : areas->items()) {
      area.allow_only({"start", "end", "first_sector"});
      spec.areas.push_back({area.at("start").number(size - 1), area.at("end").number(size - 1),
                            area.at("first_sector").number(sectors - 1)});
    }
  }
  return spec;
}

std::uint32_t read_windows(const Reader& reader, stm32::OptionBytesSpec& spec) {
  std::uint32_t size = 0;
  for (const Reader& item : reader.items()) {
    item.allow_only({"address", "size"});
    spec.windows.push_back({item.at("address").number(), item.at("size").number(4096)});
    if (spec.windows.back().size == 0) item.at("size").fail("expected a size above 0, found 0");
    size += spec.windows.back().size;
  }
  if (size == 0) reader.fail("expected at least one window");
  return size;
}

OptionField read_option_field(const std::string& name, const Reader& reader, std::uint32_t size) {
  reader.allow_only({"byte", "bit", "width", "meaning"});
  OptionField field;
  field.name = name;
  field.byte = reader.at("byte").number(size - 1);
  if (const auto bit = reader.find("bit")) field.bit = bit->number(7);
  if (const auto width = reader.find("width")) field.width = width->number(32);
  if (const auto meaning = reader.find("meaning")) field.meaning = meaning->text();
  if (field.width == 0 || field.byte * 8 + field.bit + field.width > size * 8) {
    reader.fail("the field leaves the option bytes");
  }
  return field;
}

stm32::OptionBytesSpec read_option_bytes(const Reader& reader, Model& model) {
  reader.allow_only({"windows", "factory", "rdp", "write_protection", "fields"});
  stm32::OptionBytesSpec spec;
  const std::uint32_t size = read_windows(reader.at("windows"), spec);
  const Reader factory = reader.at("factory");
  spec.factory = factory.bytes();
  if (spec.factory.size() != size) {
    factory.fail("expected " + std::to_string(size) + " bytes, the size of all windows, found " +
                 std::to_string(spec.factory.size()));
  }
  const Reader rdp = reader.at("rdp");
  rdp.allow_only({"byte", "level0", "level2"});
  spec.rdp_offset = rdp.at("byte").number(size - 1);
  spec.rdp_level0 = static_cast<std::uint8_t>(rdp.at("level0").number(0xFF));
  spec.rdp_level2 = static_cast<std::uint8_t>(rdp.at("level2").number(0xFF));
  if (const auto protection = reader.find("write_protection")) {
    std::uint32_t sectors = 0;
    for (const stm32::SectorRun& run : model.chip.flash.sectors) sectors += run.count;
    spec.write_protection = read_write_protection(*protection, size, sectors);
  }
  for (const auto& [name, field] : reader.at("fields").members()) {
    model.option_fields.push_back(read_option_field(name, field, size));
  }
  return spec;
}

/// Device electronic signature words (RM0090 §39, RM0351 §49) as memory the application can read.
stm32::MemorySpec signature(const std::string& name, std::uint32_t address, Bytes bytes) {
  return {name, stm32::MemoryKind::SystemMemory, address, static_cast<std::uint32_t>(bytes.size()),
          bytes};
}

/// RM0090 §39.2, RM0351 §49.2: KiB in 16 bits. Drivers read the word around it as well.
void add_flash_size(const Reader& reader, stm32::ChipSpec& chip) {
  const std::uint32_t address = reader.number();
  if (address % 2 != 0) reader.fail("expected an even address");
  const auto kibibytes = static_cast<std::uint16_t>(chip.flash.size() / 1024);
  const Bytes value = ByteWriter().u16le(kibibytes).take();
  Bytes word(4, 0xFF);
  std::copy(value.begin(), value.end(), word.begin() + static_cast<std::ptrdiff_t>(address % 4));
  chip.memories.push_back(signature("Flash size", address & ~3u, word));
}

std::vector<std::uint32_t> read_uid(const Reader& reader, stm32::ChipSpec& chip) {
  reader.allow_only({"address", "words", "offsets"});
  std::vector<std::uint32_t> words;
  for (const Reader& word : reader.at("words").items()) words.push_back(word.number());
  if (words.size() != uid_words) reader.at("words").fail("expected three 32-bit words");
  std::vector<std::uint32_t> offsets = {0, 4, 8};
  if (const auto given = reader.find("offsets")) {
    offsets.clear();
    for (const Reader& offset : given->items()) offsets.push_back(offset.number(64));
    const bool rises = offsets.size() == uid_words && offsets[0] == 0 && offsets[0] < offsets[1] &&
                       offsets[1] < offsets[2];
    if (!rises) given->fail("expected three offsets that rise from 0, such as [0, 4, 20]");
  }
  Bytes bytes(offsets.back() + 4, 0xFF);
  for (std::size_t i = 0; i < uid_words; ++i) {
    const Bytes word = ByteWriter().u32le(words[i]).take();
    std::copy(word.begin(), word.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offsets[i]));
  }
  chip.memories.push_back(signature("Unique device ID", reader.at("address").number(), bytes));
  return words;
}

}  // namespace

std::vector<std::uint32_t> load_memories(const Reader& chip, Model& model) {
  stm32::ChipSpec& spec = model.chip;
  spec.flash = read_flash(chip.at("flash"));
  for (const auto& [name, value] : chip.at("memories").members()) {
    spec.memories.push_back(read_memory(name, value));
  }
  spec.option_bytes = read_option_bytes(chip.at("option_bytes"), model);
  add_flash_size(chip.at("flash_size_at"), spec);
  return read_uid(chip.at("uid"), spec);
}

}  // namespace dfurig::model
