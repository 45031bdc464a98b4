#include "stm32/option_registers.h"

#include <cassert>

namespace dfurig::stm32 {

OptionRegisters::OptionRegisters(const OptionBytesSpec& spec, RegisterBlock& block)
    : block_(block) {
  for (const OptionRegisterSpec& it : spec.registers) {
    const auto index = block.find(it.register_name);
    assert(index && "the model was validated: option_bytes/registers are FLASH's");
    const RegisterSpec& found = block.spec().registers[*index];
    Place place{*index, bits_with(found, Access::ReadWrite) | bits_with(found, Access::ReadOnly),
                bits_with(found, Access::ReadWrite), 0, it.bytes};
    if (const FieldSpec* field = find_field(found, it.field)) {
      place.mask &= field_mask(*field);
      place.writable &= field_mask(*field);
      place.lsb = field->lsb;
    }
    places_.push_back(std::move(place));
  }
}

void OptionRegisters::show(const OptionBytes& options) {
  for (const Place& place : places_) {
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < place.bytes.size(); ++i) {
      word |= std::uint32_t{options.loaded()[place.bytes[i]]} << (place.lsb + 8 * i);
    }
    std::uint32_t& content = block_.value(place.index);
    content = (content & ~place.mask) | (word & place.mask);
  }
  show_read_protection(options.read_protection());
  if (!options.has_mismatch()) return;
  raise("SR", "OPTVERR");  // RM0351 §3.7.5, RM0377 §3.7.7
  raise("OBR", "OPTERR");  // RM0365 Rev 7 §5
}

/// If there is such a flag.
void OptionRegisters::raise(const char* register_name, const char* field) {
  const auto index = block_.find(register_name);
  const FieldSpec* flag = index ? find_field(block_.spec().registers[*index], field) : nullptr;
  if (flag != nullptr) block_.value(*index) |= field_mask(*flag);
}

/// RDPRT of OBR: on F0 and F3 two bits, 1 for level 1 and 3 for level 2 (RM0313 §3.5.7), on the F1
/// one (PM0075 §3.7).
void OptionRegisters::show_read_protection(ReadProtection level) {
  constexpr unsigned width_max = 2;
  const auto obr = block_.find("OBR");
  const FieldSpec* field = obr ? find_field(block_.spec().registers[*obr], "RDPRT") : nullptr;
  if (field == nullptr || field->width > width_max) return;
  const std::uint32_t value = level == ReadProtection::Level2   ? 3
                              : level == ReadProtection::Level1 ? 1
                                                                : 0;
  std::uint32_t& content = block_.value(*obr);
  content = (content & ~field_mask(*field)) | (value << field->lsb & field_mask(*field));
}

Bytes OptionRegisters::merge(ByteView content) const {
  Bytes merged(content.begin(), content.end());
  for (const Place& place : places_) {
    const std::uint32_t word = block_.value(place.index) >> place.lsb;
    const std::uint32_t mask = place.writable >> place.lsb;
    for (std::size_t i = 0; i < place.bytes.size(); ++i) {
      std::uint8_t& byte = merged[place.bytes[i]];
      const auto given = static_cast<std::uint8_t>(mask >> 8 * i);
      byte = static_cast<std::uint8_t>((byte & ~given) | (word >> 8 * i & given));
    }
  }
  return merged;
}

}  // namespace dfurig::stm32
