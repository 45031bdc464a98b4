#include "model/load_memories.h"

#include <algorithm>

#include "model/load_option_bytes.h"
#include "support/hex.h"

namespace dfurig::model {
namespace {

constexpr std::size_t uid_words = 3;

/// Whatever a file says, loading it must not take all memory there is.
constexpr std::uint64_t region_size_max = 16 << 20;

std::vector<stm32::SectorRun> read_sectors(const Reader& reader) {
  std::vector<stm32::SectorRun> sectors;
  for (const Reader& item : reader.items()) {
    item.allow_only({"count", "size"});
    sectors.push_back({item.at("count").number(65536), item.at("size").number()});
    if (sectors.back().count == 0 || sectors.back().size == 0) {
      item.fail("expected a count and a size above 0");
    }
  }
  return sectors;
}

void check_sectors(const Reader& reader, const std::vector<stm32::SectorRun>& sectors,
                   unsigned program_unit, std::uint64_t stated) {
  std::uint64_t size = 0;
  for (const stm32::SectorRun& run : sectors) {
    size += std::uint64_t{run.count} * run.size;
    if (run.size % program_unit == 0) continue;
    reader.fail("a sector of " + std::to_string(run.size) +
                " bytes is not a whole number of program units");
  }
  if (size != stated) {
    reader.fail("the sectors add up to " + std::to_string(size) + " bytes, \"size\" says " +
                std::to_string(stated));
  }
}

/// "layouts": sectors that an option bit chooses; the first is the factory's.
void read_layouts(const Reader& reader, const Model& model, stm32::FlashSpec& flash) {
  for (const Reader& item : reader.items()) {
    item.allow_only({"when", "sectors", "write_protection"});
    const auto conditions = item.at("when").members();
    if (conditions.size() != 1) item.at("when").fail("expected one option bit");
    const auto& [name, value] = conditions.front();
    const OptionField* field = model.find_option_field(name);
    if (field == nullptr) value.fail("no field \"" + name + "\" in option_bytes/fields");
    flash.layouts.push_back(
        {field->byte, field->bit, value.number(1) != 0, read_sectors(item.at("sectors"))});
    if (const auto protection = item.find("write_protection")) {
      const auto size = static_cast<std::uint32_t>(model.chip.option_bytes.factory.size());
      flash.layouts.back().write_protection = read_write_protection(*protection, size);
    }
  }
  if (flash.layouts.empty()) reader.fail("expected at least one layout");
  flash.sectors = flash.layouts.front().sectors;
}

stm32::FlashSpec read_flash(const Reader& reader, const Model& model) {
  reader.allow_only({"base", "size", "sectors", "layouts", "program_unit", "erased_value",
                     "over_written", "odd_tail"});
  stm32::FlashSpec flash;
  flash.base = reader.at("base").number();
  flash.program_unit = reader.at("program_unit").number(64);
  if (flash.program_unit == 0) reader.at("program_unit").fail("expected 1 to 64 bytes, found 0");
  flash.erased_value = static_cast<std::uint8_t>(reader.at("erased_value").number(0xFF));
  flash.over_written = static_cast<stm32::ProgramOverWritten>(
      reader.at("over_written").choice({"and", "refused-unless-zero"}));
  flash.odd_tail =
      static_cast<stm32::OddTail>(reader.at("odd_tail").choice({"written", "dropped"}));
  const std::uint32_t size = reader.at("size").number(region_size_max);
  if (const auto layouts = reader.find("layouts")) {
    read_layouts(*layouts, model, flash);
    for (const stm32::FlashLayout& layout : flash.layouts) {
      check_sectors(*layouts, layout.sectors, flash.program_unit, size);
    }
    return flash;
  }
  flash.sectors = read_sectors(reader.at("sectors"));
  check_sectors(reader.at("sectors"), flash.sectors, flash.program_unit, size);
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

/// Either blocks with a lock byte each, or units that are written once.
void read_otp(const Reader& reader, stm32::MemorySpec& memory) {
  reader.allow_only({"block_size", "locks_at", "unit"});
  if (const auto unit = reader.find("unit")) {
    memory.otp_unit = unit->number(64);
    const bool fits = memory.otp_unit > 0 && memory.size % memory.otp_unit == 0;
    if (!fits) unit->fail("expected a size above 0 of which " + memory.name + " is a multiple");
    return;
  }
  stm32::OtpLocks locks{reader.at("block_size").number(), reader.at("locks_at").number()};
  const bool fits = locks.block_size > 0 && locks.locks_at % locks.block_size == 0 &&
                    locks.locks_at + locks.locks_at / locks.block_size <= memory.size;
  if (!fits) reader.fail("the blocks and a lock byte for each do not fit " + memory.name);
  memory.otp_locks = locks;
}

stm32::MemorySpec read_memory(const std::string& name, const Reader& reader) {
  reader.allow_only({"kind", "base", "size", "contents", "otp"});
  stm32::MemorySpec memory;
  memory.name = name;
  memory.kind = static_cast<stm32::MemoryKind>(
      reader.at("kind").choice({"ram", "system-memory", "otp", "device-feature", "eeprom"}));
  memory.base = reader.at("base").number();
  memory.size = reader.at("size").number(region_size_max);
  if (memory.size == 0) reader.at("size").fail("expected a size above 0, found 0");
  if (const auto contents = reader.find("contents"))
    memory.initial = read_contents(*contents, memory);
  if (const auto otp = reader.find("otp")) read_otp(*otp, memory);
  return memory;
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
  load_option_bytes(chip.at("option_bytes"), model);
  spec.flash = read_flash(chip.at("flash"), model);
  spec.option_bytes.erased_value = spec.flash.erased_value;
  for (const auto& [name, value] : chip.at("memories").members()) {
    spec.memories.push_back(read_memory(name, value));
  }
  add_flash_size(chip.at("flash_size_at"), spec);
  return read_uid(chip.at("uid"), spec);
}

}  // namespace dfurig::model
