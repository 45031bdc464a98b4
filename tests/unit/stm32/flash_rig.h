// A chip whose flash interface has the registers a test gives it.
#pragma once

#include "stm32/chip.h"

namespace dfurig::stm32 {

constexpr std::uint32_t flash = 0x08000000;
constexpr std::uint32_t interface = 0x40022000;
constexpr std::uint32_t keyr = interface + 0x04;
constexpr std::uint32_t optkeyr = interface + 0x08;
constexpr std::uint32_t sr = interface + 0x10;
constexpr std::uint32_t cr = interface + 0x14;
constexpr std::uint32_t options = 0x1FFFC000;
constexpr std::uint32_t lock = 1u << 31;

inline FieldSpec field(const char* name, unsigned lsb, unsigned width = 1,
                       Access access = Access::ReadWrite) {
  FieldSpec spec;
  spec.name = name;
  spec.lsb = lsb;
  spec.width = width;
  spec.access = access;
  return spec;
}

inline RegisterSpec flash_register(const char* name, std::uint32_t offset, const char* effect = "",
                                   std::vector<FieldSpec> fields = {}) {
  RegisterSpec spec;
  spec.name = name;
  spec.offset = offset;
  spec.effect = effect;
  spec.fields = std::move(fields);
  return spec;
}

/// KEYR and its like, which open `lock_bit` of another register.
inline RegisterSpec key_register(const char* name, std::uint32_t offset, const char* unlocks,
                                 unsigned lock_bit, const char* effect = "flash_keyr") {
  RegisterSpec spec = flash_register(name, offset, effect);
  spec.access = Access::WriteOnly;
  spec.keys = {1, 2};
  spec.unlocks = unlocks;
  spec.lock_bit = lock_bit;
  return spec;
}

inline void write_keys(Chip& chip, std::uint32_t address) {
  chip.write(address, 4, 1);
  chip.write(address, 4, 2);
}

/// SR with these flags from bit 0 on; CR with PG at 0, STRT at 16, EOPIE at 24, LOCK at 31. Eight
/// sectors of 256 bytes; byte 1 of the option bytes: a bit that is 0 protects its sector.
inline ChipSpec chip_with(const std::vector<const char*>& flags, std::vector<FieldSpec> of_cr) {
  ChipSpec chip;
  chip.flash.base = flash;
  chip.flash.sectors = {{8, 256}};
  chip.option_bytes.windows = {{options, 4}};
  chip.option_bytes.factory = {0xAA, 0xFF, 0, 0};
  chip.option_bytes.write_protection.bits = {{{1}, 8}};
  RegisterSpec status = flash_register("SR", 0x10);
  for (unsigned i = 0; i < flags.size(); ++i) {
    status.fields.push_back(field(flags[i], i, 1, Access::OneToClear));
  }
  RegisterSpec control = flash_register("CR", 0x14, "flash_cr");
  control.lock_bit = 31;
  control.fields = {field("PG", 0), field("STRT", 16, 1, Access::WriteOnly), field("EOPIE", 24),
                    field("LOCK", 31, 1, Access::OneToSet)};
  control.fields.insert(control.fields.end(), of_cr.begin(), of_cr.end());
  BlockSpec block;
  block.name = "FLASH";
  block.base = interface;
  block.registers = {status, control};
  chip.blocks = {block};
  return chip;
}

}  // namespace dfurig::stm32
