#include "stm32/flash_interface.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "stm32/chip.h"

namespace dfurig::stm32 {
namespace {

/// What errors are called in SR, over all families.
constexpr std::array errors = {"OPERR",  "PROGERR", "PGERR",  "WRPERR", "WRPRTERR", "PGAERR",
                               "SIZERR", "PGPERR",  "PGSERR", "ERSERR", "MISERR",   "FASTERR"};

std::size_t find(const RegisterBlock& block, const char* name) {
  const auto index = block.find(name);
  assert(index && "the model was validated: a flash interface has its control and SR");
  return *index;
}

}  // namespace

Bytes bytes_of(std::uint64_t value, unsigned width) {
  Bytes bytes;
  for (unsigned i = 0; i < width; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> 8 * i));
  return bytes;
}

FlashInterface::FlashInterface(RegisterBlock& block, Chip& chip, const char* control,
                               const char* status, const char* suffix)
    : block_(block),
      chip_(chip),
      control_(find(block, control)),
      status_(find(block, status)),
      suffix_(suffix) {}

std::uint32_t FlashInterface::mask(std::size_t index, const char* field) const {
  const FieldSpec* found = find_field(block_.spec().registers[index], field + suffix_);
  return found == nullptr ? 0 : field_mask(*found);
}

std::uint32_t FlashInterface::number(const char* field) const {
  const std::uint32_t bits = mask(control_, field);
  return bits == 0 ? 0 : (block_.value(control_) & bits) / (bits & ~(bits - 1));
}

std::uint32_t FlashInterface::largest_number(const char* field) const {
  const std::uint32_t bits = mask(control_, field);
  return bits == 0 ? 0 : bits / (bits & ~(bits - 1));
}

void FlashInterface::raise(std::initializer_list<const char*> names) {
  for (const char* name : names) block_.value(status_) |= mask(status_, name);
}

bool FlashInterface::has_error() const {
  return std::ranges::any_of(
      errors, [&](const char* name) { return (block_.value(status_) & mask(status_, name)) != 0; });
}

/// RM0090 §3.9.7, RM0351 §3.7.5: EOP comes only if EOPIE is set.
void FlashInterface::raise_end_if_enabled() {
  if (is_set("EOPIE")) raise({"EOP"});
}

bool FlashInterface::is_protected(std::uint32_t address) const {
  const auto sector = chip_.flash().find_sector_index(address);
  return sector && chip_.is_write_protected(*sector);
}

bool FlashInterface::erase_sectors(std::size_t first, std::size_t count) {
  const std::vector<Sector> sectors = chip_.flash().sectors();
  for (std::size_t i = first; i < first + count; ++i) {
    if (!is_protected(sectors[i].address)) continue;
    raise({"WRPERR", "WRPRTERR"});
    return false;
  }
  for (std::size_t i = first; i < first + count; ++i) chip_.erase_sector(sectors[i].address);
  return true;
}

bool FlashInterface::has_twin_banks() const {
  const std::vector<Sector>& sectors = chip_.flash().sectors();
  const std::size_t half = sectors.size() / 2;
  for (std::size_t i = 0; i < half; ++i) {
    if (sectors[i].size != sectors[half + i].size) return false;
  }
  return sectors.size() % 2 == 0;
}

}  // namespace dfurig::stm32
