#include "model/load_peripheral.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "stm32/effects.h"
#include "stm32/register_block.h"
#include "stm32/unit.h"
#include "support/hex.h"
#include "support/input_error.h"

namespace dfurig::model {
namespace {

using stm32::FieldSpec;
using stm32::RegisterSpec;

const std::vector<std::string> accesses = {"read-write",   "read-only",  "write-only",
                                           "one-to-clear", "one-to-set", "zero-to-clear"};

/// "7:4" or "5": the manual's bit range.
void read_bits(const Reader& reader, FieldSpec& field) {
  const std::string text = reader.text();
  const std::size_t colon = text.find(':');
  const auto high = parse_number(text.substr(0, colon));
  const auto low = colon == std::string::npos ? high : parse_number(text.substr(colon + 1));
  if (!high || !low || *high > 31 || *low > *high) {
    reader.fail("expected a bit \"5\" or a range \"7:4\" within 31:0, found \"" + text + "\"");
  }
  field.lsb = *low;
  field.width = *high - *low + 1;
}

/// "MODE%" with a count of 16 is MODE0 to MODE15, each beside the one before.
void append_repeated(const Reader& reader, const std::string& name, const FieldSpec& pattern,
                     std::vector<FieldSpec>& fields) {
  const std::uint32_t count = reader.has("count") ? reader.at("count").number(32) : 1;
  const std::uint32_t first = reader.has("first") ? reader.at("first").number(31) : 0;
  const std::size_t percent = name.find('%');
  for (std::uint32_t i = 0; i < count; ++i) {
    FieldSpec field = pattern;
    field.name = name;
    if (percent != std::string::npos) field.name.replace(percent, 1, std::to_string(first + i));
    field.lsb = pattern.lsb + i * pattern.width;
    fields.push_back(field);
  }
}

void read_field(const std::string& name, const Reader& reader, const RegisterSpec& owner,
                std::vector<FieldSpec>& fields) {
  FieldSpec field;
  field.name = name;
  field.access = owner.access;
  if (reader.is_text()) {
    read_bits(reader, field);
    fields.push_back(field);
    return;
  }
  reader.allow_only({"bits", "access", "values", "count", "first", "emulated"});
  read_bits(reader.at("bits"), field);
  if (const auto emulated = reader.find("emulated")) field.is_emulated = emulated->boolean();
  if (const auto access = reader.find("access")) {
    field.access = static_cast<stm32::Access>(access->choice(accesses));
  }
  if (const auto values = reader.find("values")) {
    for (const auto& [number, meaning] : values->members()) {
      const auto value = parse_number(number);
      const std::uint32_t value_max = stm32::field_mask(field) >> field.lsb;
      if (!value || *value > value_max) {
        meaning.fail("the key must be a value of the field, 0 to " + std::to_string(value_max));
      }
      field.values[*value] = meaning.text();
    }
  }
  append_repeated(reader, name, field, fields);
}

void check_fields(const Reader& reader, const RegisterSpec& spec) {
  std::uint32_t taken = 0;
  std::set<std::string> names;
  for (const FieldSpec& field : spec.fields) {
    if (!names.insert(field.name).second) reader.fail("two fields are called " + field.name);
    if (field.lsb + field.width > 32) reader.fail("field " + field.name + " leaves the register");
    if ((taken & stm32::field_mask(field)) != 0) {
      reader.fail("field " + field.name + " overlaps another field");
    }
    taken |= stm32::field_mask(field);
  }
}

bool takes_keys(const RegisterSpec& spec) {
  return spec.effect == "flash_keyr" || spec.effect == "flash_optwre";
}

RegisterSpec read_register(const std::string& name, const Reader& reader) {
  reader.allow_only({"offset", "reset", "access", "effect", "fields", "keys", "unlocks", "lock_bit",
                     "outlives_reset"});
  RegisterSpec spec;
  spec.name = name;
  spec.offset = reader.at("offset").number();
  if (const auto reset = reader.find("reset")) spec.reset = reset->number();
  if (const auto kept = reader.find("outlives_reset")) spec.outlives_reset = kept->number();
  if (const auto access = reader.find("access")) {
    spec.access = static_cast<stm32::Access>(access->choice(accesses));
  }
  if (const auto effect = reader.find("effect")) {
    effect->choice(stm32::effect_names());
    spec.effect = effect->text();
  }
  if (const auto keys = reader.find("keys")) {
    for (const Reader& key : keys->items()) spec.keys.push_back(key.number());
  }
  if (const auto unlocks = reader.find("unlocks")) spec.unlocks = unlocks->text();
  if (const auto lock = reader.find("lock_bit")) spec.lock_bit = lock->number(31);
  const std::set<std::string> locking = {"locked", "flash_cr", "flash_cr_of_bank", "flash_pecr",
                                         "flash_optcr"};
  const bool has_lock = locking.contains(spec.effect) || takes_keys(spec);
  if (has_lock && !reader.has("lock_bit"))
    reader.fail("effect " + spec.effect + " needs \"lock_bit\"");
  if (const auto fields = reader.find("fields")) {
    for (const auto& [field, value] : fields->members()) {
      read_field(field, value, spec, spec.fields);
    }
    check_fields(*fields, spec);
  }
  return spec;
}

void check_register(const Reader& reader, const RegisterSpec& spec, const Peripheral& peripheral) {
  const bool is_outside = peripheral.size > 0 && std::uint64_t{spec.offset} + 4 > peripheral.size;
  if (spec.offset % 4 != 0 || is_outside) {
    reader.fail("register " + spec.name + " at offset " + hex(spec.offset, 3) +
                    " lies outside its block of " + hex(peripheral.size, 3) + " bytes",
                "offsets are multiples of 4 below \"size\"");
  }
  for (const RegisterSpec& other : peripheral.registers) {
    if (other.offset == spec.offset) {
      reader.fail("register " + spec.name + " has the offset of " + other.name);
    }
  }
}

bool has_register(const Peripheral& peripheral, const std::string& name) {
  return std::any_of(peripheral.registers.begin(), peripheral.registers.end(),
                     [&](const RegisterSpec& spec) { return spec.name == name; });
}

void check_keys(const Reader& registers, const Peripheral& peripheral) {
  for (const RegisterSpec& spec : peripheral.registers) {
    if (!takes_keys(spec)) continue;
    if (spec.keys.empty()) registers.fail(spec.name + " needs \"keys\"");
    if (!has_register(peripheral, spec.unlocks)) {
      registers.fail(spec.name + " unlocks \"" + spec.unlocks + "\", which is no register here");
    }
  }
}

/// Registers an effect works on besides its own.
void check_companions(const Reader& registers, const Peripheral& peripheral) {
  const std::map<std::string, std::vector<std::string>> companions = {
      {"gpio_idr", {"MODER", "OTYPER", "PUPDR", "ODR"}},
      {"gpio_f1_idr", {"CRL", "CRH", "ODR"}},
      {"gpio_bsrr", {"ODR"}},
      {"gpio_brr", {"ODR"}},
      {"flash_cr", {"SR"}},
      {"flash_cr_of_bank", {"CR1", "SR1", "CR2", "SR2"}},
      {"flash_ccr", {"SR1", "SR2"}},
      {"flash_pecr", {"SR"}}};
  for (const RegisterSpec& spec : peripheral.registers) {
    const auto found = companions.find(spec.effect);
    if (found == companions.end()) continue;
    for (const std::string& name : found->second) {
      if (has_register(peripheral, name)) continue;
      registers.fail("effect " + spec.effect + " of " + spec.name + " needs a register " + name);
    }
  }
}

/// ICERn clears what ISERn set, ICPRn what ISPRn set.
void check_clearing(const Reader& registers, const Peripheral& peripheral) {
  const std::map<std::string, std::string> prefixes = {{"nvic_icer", "ICER"},
                                                       {"nvic_icpr", "ICPR"}};
  for (const RegisterSpec& spec : peripheral.registers) {
    const auto found = prefixes.find(spec.effect);
    if (found == prefixes.end()) continue;
    if (!spec.name.starts_with(found->second)) {
      registers.fail("effect " + spec.effect + " is for a register " + found->second + "n, not " +
                     spec.name);
    }
    std::string set = spec.name;
    set[1] = 'S';
    if (has_register(peripheral, set)) continue;
    registers.fail("effect " + spec.effect + " of " + spec.name + " needs a register " + set);
  }
}

bool has_field(const RegisterSpec& spec, const std::string& name) {
  return std::ranges::find(spec.fields, name, &FieldSpec::name) != spec.fields.end();
}

/// Flags that answer to other bits: fields that an effect cannot do without.
void check_flags(const Reader& registers, const Peripheral& peripheral) {
  const std::map<std::string, std::vector<std::string>> needed = {
      {"rcc_switch", {"SW", "SWS"}},
      {"rcc_reset_flags", {"RMVF"}},
      {"flash_cr", {"PG", "STRT"}},
      {"flash_pecr", {"PELOCK", "PRGLOCK", "OPTLOCK", "PROG", "ERASE"}},
      {"flash_optcr", {"OPTLOCK", "OPTSTRT"}},
      {"pwr_ready", {"ODRDY", "ODSWRDY"}}};
  for (const RegisterSpec& spec : peripheral.registers) {
    const auto names = needed.find(spec.effect);
    if (names == needed.end()) continue;
    for (const std::string& name : names->second) {
      if (has_field(spec, name)) continue;
      registers.fail("effect " + spec.effect + " of " + spec.name + " needs a field " + name);
    }
    if (spec.effect == "pwr_ready" && !has_field(peripheral.registers.front(), "ODSWEN")) {
      registers.fail("effect pwr_ready needs ODEN and ODSWEN in the first register");
    }
  }
}

void read_unit(const Reader& reader, Peripheral& peripheral) {
  std::vector<std::string> names;
  for (const stm32::UnitKind& kind : stm32::unit_kinds()) names.emplace_back(kind.name);
  const stm32::UnitKind& kind = stm32::unit_kinds()[reader.choice(names)];
  peripheral.unit = kind.name;
  for (const std::vector<const char*>& alternatives : kind.registers) {
    const auto is_here = [&](const char* name) { return has_register(peripheral, name); };
    if (std::ranges::any_of(alternatives, is_here)) continue;
    reader.fail("unit " + peripheral.unit + " needs a register " + alternatives.front());
  }
}

}  // namespace

Peripheral load_peripheral(const std::string& path, std::vector<Fact>* facts) {
  const Document document(path, std::filesystem::path(path).parent_path().string());
  const Reader reader(document, facts);
  reader.allow_only({"$schema", "extends", "title", "size", "unit", "registers"});
  Peripheral peripheral;
  reader.at("title").text();
  peripheral.size = reader.at("size").number();
  const Reader registers = reader.at("registers");
  for (const auto& [name, value] : registers.members()) {
    RegisterSpec spec = read_register(name, value);
    check_register(value, spec, peripheral);
    peripheral.registers.push_back(std::move(spec));
  }
  if (const auto unit = reader.find("unit")) read_unit(*unit, peripheral);
  check_keys(registers, peripheral);
  check_companions(registers, peripheral);
  check_clearing(registers, peripheral);
  check_flags(registers, peripheral);
  std::sort(peripheral.registers.begin(), peripheral.registers.end(),
            [](const RegisterSpec& a, const RegisterSpec& b) { return a.offset < b.offset; });
  return peripheral;
}

}  // namespace dfurig::model
