#include "model/load_option_bytes.h"

namespace dfurig::model {
namespace {

constexpr std::uint32_t sectors_max = 65536;

stm32::WriteProtectionSpec::Bits read_bits(const Reader& reader, std::uint32_t size) {
  reader.allow_only({"bytes", "count", "first_sector", "sectors_per_bit", "last_bit_covers_rest",
                     "protects_when"});
  stm32::WriteProtectionSpec::Bits bits;
  for (const Reader& byte : reader.at("bytes").items()) bits.bytes.push_back(byte.number(size - 1));
  bits.count = reader.at("count").number(sectors_max);
  if (bits.count == 0 || (bits.count + 7) / 8 > bits.bytes.size()) {
    reader.fail("expected a count of 1 to " + std::to_string(bits.bytes.size() * 8) +
                ", the bits of \"bytes\"");
  }
  if (const auto first = reader.find("first_sector")) {
    bits.first_sector = first->number(sectors_max);
  }
  if (const auto per_bit = reader.find("sectors_per_bit")) {
    bits.sectors_per_bit = per_bit->number(sectors_max);
    if (bits.sectors_per_bit == 0) per_bit->fail("expected a number above 0, found 0");
  }
  if (const auto rest = reader.find("last_bit_covers_rest")) {
    bits.last_bit_covers_rest = rest->boolean();
  }
  if (const auto level = reader.find("protects_when")) {
    bits.protects_when = level->number(1) != 0;
  }
  return bits;
}

stm32::PcropSpec::Area read_pcrop_area(const Reader& reader, std::uint32_t size) {
  reader.allow_only({"start", "end", "width", "unit", "base"});
  constexpr std::uint32_t field_size = 4;
  if (size < field_size) reader.fail("the option bytes are too few for it");
  stm32::PcropSpec::Area area;
  area.start = reader.at("start").number(size - field_size);
  area.end = reader.at("end").number(size - field_size);
  area.width = reader.at("width").number(32);
  area.unit = reader.at("unit").number(sectors_max);
  area.base = reader.at("base").number();
  if (area.width == 0) reader.at("width").fail("expected 1 to 32 bits, found 0");
  if (area.unit == 0) reader.at("unit").fail("expected a number above 0, found 0");
  return area;
}

stm32::PcropSpec read_pcrop(const Reader& reader, std::uint32_t size) {
  reader.allow_only({"mode_bit", "areas"});
  stm32::PcropSpec spec;
  if (const auto mode = reader.find("mode_bit")) {
    mode->allow_only({"byte", "bit"});
    spec.mode = stm32::OptionBit{mode->at("byte").number(size - 1), mode->at("bit").number(7)};
  }
  if (const auto areas = reader.find("areas")) {
    for (const Reader& area : areas->items()) spec.areas.push_back(read_pcrop_area(area, size));
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

/// A bit that is named as one of option_bytes/fields.
stm32::OptionBit read_bit(const Reader& reader, const Model& model) {
  const OptionField* field = model.find_option_field(reader.text());
  if (field == nullptr) reader.fail("no field \"" + reader.text() + "\" in option_bytes/fields");
  return {field->byte, field->bit};
}

stm32::IntermediateLevel read_level0_5(const Reader& reader, const Model& model) {
  return {static_cast<std::uint8_t>(reader.at("level0_5").number(0xFF)),
          read_bit(reader.at("level0_5_with"), model)};
}

void read_rdp(const Reader& reader, std::uint32_t size, Model& model) {
  reader.allow_only({"byte", "level0", "level0_5", "level0_5_with", "level2", "rom_at_level2"});
  stm32::OptionBytesSpec& spec = model.chip.option_bytes;
  spec.rdp_offset = reader.at("byte").number(size - 1);
  spec.rdp_level0 = static_cast<std::uint8_t>(reader.at("level0").number(0xFF));
  spec.rdp_level2.reset();
  if (const auto level2 = reader.find("level2")) {
    spec.rdp_level2 = static_cast<std::uint8_t>(level2->number(0xFF));
  }
  if (reader.has("level0_5")) spec.rdp_level0_5 = read_level0_5(reader, model);
  if (const auto reachable = reader.find("rom_at_level2")) {
    model.rom_at_level2 = reachable->boolean();
  }
}

void read_fields(const Reader& reader, std::uint32_t size, Model& model) {
  for (const auto& [name, field] : reader.members()) {
    model.option_fields.push_back(read_option_field(name, field, size));
  }
}

/// Bytes for all windows.
Bytes read_all(const Reader& reader, std::uint32_t size) {
  Bytes bytes = reader.bytes();
  if (bytes.size() != size) {
    reader.fail("expected " + std::to_string(size) + " bytes, the size of all windows, found " +
                std::to_string(bytes.size()));
  }
  return bytes;
}

/// How a write goes, and what loads when it went wrong.
void read_writing(const Reader& reader, std::uint32_t size, stm32::OptionBytesSpec& spec) {
  if (const auto complement = reader.find("complement")) {
    spec.complement = static_cast<stm32::Complement>(complement->choice(
        {"none", "byte", "half-word", "word", "half-word-mirrored", "half-word-padded"}));
  }
  if (const auto mismatch = reader.find("mismatch")) spec.mismatch = read_all(*mismatch, size);
  if (const auto not_given = reader.find("not_given")) {
    spec.not_given = static_cast<stm32::NotGiven>(not_given->choice({"erased", "kept"}));
  }
  if (const auto interrupted = reader.find("interrupted_write")) {
    spec.interrupted_write =
        static_cast<stm32::InterruptedWrite>(interrupted->choice({"erased", "kept"}));
  }
}

/// "OPTR" or, with one of its fields, "OBR.USER". That the chip has it validate() checks.
stm32::OptionRegisterSpec read_option_register(const std::string& name, const Reader& reader,
                                               std::uint32_t size) {
  constexpr std::size_t bytes_max = 4;
  stm32::OptionRegisterSpec spec;
  const std::size_t dot = name.find('.');
  spec.register_name = name.substr(0, dot);
  if (dot != std::string::npos) spec.field = name.substr(dot + 1);
  for (const Reader& byte : reader.items()) spec.bytes.push_back(byte.number(size - 1));
  if (spec.bytes.empty() || spec.bytes.size() > bytes_max) {
    reader.fail("expected 1 to 4 bytes, found " + std::to_string(spec.bytes.size()));
  }
  return spec;
}

/// How firmware sees and programs them.
void read_registers(const Reader& reader, std::uint32_t size, stm32::OptionBytesSpec& spec) {
  if (const auto registers = reader.find("registers")) {
    for (const auto& [name, bytes] : registers->members()) {
      spec.registers.push_back(read_option_register(name, bytes, size));
    }
  }
  if (const auto after = reader.find("after_programming")) {
    spec.after_programming =
        static_cast<stm32::AfterProgramming>(after->choice({"as-written", "as-loaded"}));
  }
  if (const auto loads = reader.find("load_at_system_reset")) {
    spec.load_at_system_reset = loads->boolean();
  }
}

/// Copies beside what registers show need the place for it.
void check_copies(const Reader& reader, std::uint32_t size, const stm32::OptionBytesSpec& spec) {
  const bool has_copies = spec.complement == stm32::Complement::HalfWordMirrored ||
                          spec.complement == stm32::Complement::HalfWordPadded;
  if (!has_copies) return;
  constexpr unsigned group = 8, value = 2;
  for (const stm32::OptionRegisterSpec& it : spec.registers) {
    for (const unsigned byte : it.bytes) {
      if (byte % group < value && byte - byte % group + group <= size) continue;
      reader.at("complement")
          .fail("half-words with copies are the first 2 of 8 bytes, and byte " +
                std::to_string(byte) + " of " + it.register_name + " is not");
    }
  }
}

}  // namespace

stm32::WriteProtectionSpec read_write_protection(const Reader& reader, std::uint32_t size) {
  reader.allow_only({"sector_bits", "areas"});
  stm32::WriteProtectionSpec spec;
  if (const auto runs = reader.find("sector_bits")) {
    for (const Reader& run : runs->items()) spec.bits.push_back(read_bits(run, size));
  }
  if (const auto areas = reader.find("areas")) {
    for (const Reader& area : areas->items()) {
      area.allow_only({"start", "end", "first_sector"});
      spec.areas.push_back({area.at("start").number(size - 1), area.at("end").number(size - 1),
                            area.at("first_sector").number(sectors_max)});
    }
  }
  return spec;
}

void load_option_bytes(const Reader& reader, Model& model) {
  reader.allow_only({"windows", "factory", "complement", "mismatch", "not_given",
                     "interrupted_write", "rdp", "write_protection", "pcrop", "fields", "registers",
                     "after_programming", "load_at_system_reset"});
  stm32::OptionBytesSpec& spec = model.chip.option_bytes;
  const std::uint32_t size = read_windows(reader.at("windows"), spec);
  spec.factory = read_all(reader.at("factory"), size);
  read_writing(reader, size, spec);
  read_registers(reader, size, spec);
  check_copies(reader, size, spec);
  read_fields(reader.at("fields"), size, model);
  read_rdp(reader.at("rdp"), size, model);
  if (const auto protection = reader.find("write_protection")) {
    spec.write_protection = read_write_protection(*protection, size);
  }
  if (const auto pcrop = reader.find("pcrop")) spec.pcrop = read_pcrop(*pcrop, size);
}

}  // namespace dfurig::model
