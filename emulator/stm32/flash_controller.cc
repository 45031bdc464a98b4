#include "stm32/flash_controller.h"

#include <algorithm>

#include "stm32/chip.h"

namespace dfurig::stm32 {
namespace {

Bytes bytes_of(std::uint64_t value, unsigned width) {
  Bytes bytes;
  for (unsigned i = 0; i < width; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> 8 * i));
  return bytes;
}

/// What "end of operation" and the errors are called in SR, over all families.
constexpr std::array errors = {"OPERR",  "PROGERR", "PGERR",  "WRPERR", "WRPRTERR", "PGAERR",
                               "SIZERR", "PGPERR",  "PGSERR", "ERSERR", "MISERR",   "FASTERR"};

}  // namespace

FlashController::FlashController(RegisterBlock& block, Chip& chip) : block_(block), chip_(chip) {
  cr_ = block_.find("CR").value_or(0);
  sr_ = block_.find("SR").value_or(0);
  kind_ = find_kind();
}

FlashController::Kind FlashController::find_kind() const {
  const auto cr = block_.find("CR");
  if (!cr || !block_.find("SR") || block_.spec().registers[*cr].effect != "flash_cr") {
    return Kind::None;
  }
  if (block_.find("AR")) return Kind::HalfWords;
  return mask(*cr, "PSIZE") != 0 ? Kind::BySize : Kind::DoubleWords;
}

/// 0 when the register has no such field.
std::uint32_t FlashController::mask(std::size_t index, const char* field) const {
  const std::vector<FieldSpec>& fields = block_.spec().registers[index].fields;
  const auto found = std::ranges::find(fields, field, &FieldSpec::name);
  return found == fields.end() ? 0 : field_mask(*found);
}

bool FlashController::is_set(const char* field) const {
  return (block_.value(cr_) & mask(cr_, field)) != 0;
}

std::uint32_t FlashController::number(const char* field) const {
  const std::uint32_t bits = mask(cr_, field);
  return bits == 0 ? 0 : (block_.value(cr_) & bits) / (bits & ~(bits - 1));
}

/// Sets those of the flags that SR has.
void FlashController::raise(std::initializer_list<const char*> names) {
  for (const char* name : names) block_.value(sr_) |= mask(sr_, name);
}

/// PM0075 §3.5: EOP comes with every operation; RM0090 §3.9.7, RM0351 §3.7.5: only if EOPIE is set.
void FlashController::finish() {
  if (kind_ == Kind::HalfWords || is_set("EOPIE")) raise({"EOP"});
}

bool FlashController::has_error() const {
  return std::ranges::any_of(
      errors, [&](const char* name) { return (block_.value(sr_) & mask(sr_, name)) != 0; });
}

void FlashController::command(std::uint32_t word) {
  if (kind_ == Kind::None) return;
  if ((word & mask(cr_, "STRT")) != 0) erase();
  // RM0351 §3.7.6: OBL_LAUNCH takes writes only while OPTLOCK is clear; the F0 and F3 have none.
  if ((word & mask(cr_, "OBL_LAUNCH")) != 0 && !is_set("OPTLOCK")) {
    chip_.request_option_load();
  }
}

/// RM0351 §3.3.5, §3.3.6: an error left from before stops it with PGSERR.
void FlashController::erase() {
  if (kind_ == Kind::DoubleWords && has_error()) return raise({"PGSERR"});
  const std::size_t sectors = chip_.flash().sectors().size();
  const bool is_two_banks = mask(cr_, "MER2") != 0 && mask(cr_, "BKER") != 0;
  const std::size_t bank = is_two_banks ? sectors / 2 : sectors;
  if (is_set("MER") || is_set("MER1")) return erase_sectors(0, is_set("MER2") ? sectors : bank);
  if (is_set("MER2")) return erase_sectors(is_two_banks ? bank : 0, sectors - bank);
  const std::optional<std::size_t> sector = chosen_sector();
  if (sector) erase_sectors(*sector, 1);
}

/// PNB with BKER, SNB, or the one AR points into.
std::optional<std::size_t> FlashController::chosen_sector() const {
  const std::size_t sectors = chip_.flash().sectors().size();
  if (!is_set("PER") && !is_set("SER")) return std::nullopt;
  if (kind_ == Kind::HalfWords) {
    return chip_.flash().find_sector_index(block_.value(*block_.find("AR")));
  }
  const std::size_t sector =
      number("SNB") + number("PNB") + (is_set("BKER") ? sectors / 2 : std::size_t{0});
  return sector < sectors ? std::optional(sector) : std::nullopt;
}

/// All or, when one is protected, none (RM0090 §3.7.4).
void FlashController::erase_sectors(std::size_t first, std::size_t count) {
  const std::vector<Sector> sectors = chip_.flash().sectors();
  for (std::size_t i = first; i < first + count; ++i) {
    if (is_protected(sectors[i].address)) return raise({"WRPERR", "WRPRTERR"});
  }
  for (std::size_t i = first; i < first + count; ++i) chip_.erase_sector(sectors[i].address);
  finish();
}

bool FlashController::is_protected(std::uint32_t address) const {
  const auto sector = chip_.flash().find_sector_index(address);
  return sector && chip_.is_write_protected(*sector);
}

bool FlashController::program(std::uint32_t address, unsigned width, std::uint32_t value) {
  // PM0075 §2.3.3: the F1 takes half-words alone, others are bus errors; so is, here, PG clear.
  const bool is_refused = kind_ == Kind::HalfWords && (width != 2 || !is_set("PG"));
  if (kind_ == Kind::None || is_refused) return false;
  const bool is_blocked = kind_ == Kind::DoubleWords && has_error();
  if (!is_set("PG") || is_blocked) {
    raise({"PGSERR", "ERSERR"});  // RM0090 §3.9.7, RM0351 §3.7.5
  } else if (is_protected(address)) {
    raise({"WRPERR", "WRPRTERR"});
  } else if (kind_ == Kind::HalfWords) {
    program_half_word(address, value);
  } else if (kind_ == Kind::BySize) {
    program_by_size(address, width, value);
  } else {
    program_double_word(address, width, value);
  }
  return true;
}

void FlashController::program_half_word(std::uint32_t address, std::uint32_t value) {
  const MemoryStatus status = chip_.program(address, bytes_of(value, 2));
  if (status != MemoryStatus::Ok) return raise({"PGERR"});
  finish();
}

/// A store must be as wide as PSIZE says; a double word comes as two words (RM0090 §3.6.4).
void FlashController::program_by_size(std::uint32_t address, unsigned width, std::uint32_t value) {
  if (width != std::min(1u << number("PSIZE"), 4u)) return raise({"PGPERR"});
  chip_.program(address, bytes_of(value, width));
  finish();
}

/// RM0351 §3.3.7: two words, the lower first; anything narrower is SIZERR.
void FlashController::program_double_word(std::uint32_t address, unsigned width,
                                          std::uint32_t value) {
  const std::optional<FirstWord> first = std::exchange(first_word_, std::nullopt);
  if (width != 4) return raise({"SIZERR"});
  if (!first) {
    if (address % 8 != 0) return raise({"PGAERR"});
    first_word_ = {address, value};
    return;
  }
  if (address != first->address + 4) return raise({"PGAERR"});
  const std::uint64_t both = std::uint64_t{value} << 32 | first->value;
  const MemoryStatus status = chip_.program(first->address, bytes_of(both, 8));
  if (status != MemoryStatus::Ok) return raise({"PROGERR"});
  finish();
}

}  // namespace dfurig::stm32
