#include "stm32/register_block.h"

#include <algorithm>
#include <cassert>

#include "stm32/effects.h"
#include "stm32/unit.h"
#include "support/hex.h"

namespace dfurig::stm32 {
namespace {

std::uint32_t lane_mask(std::uint32_t offset, unsigned width) {
  const std::uint32_t mask = width == 4 ? UINT32_MAX : (1u << (8 * width)) - 1;
  return mask << (8 * (offset % 4));
}

}  // namespace

std::uint32_t field_mask(const FieldSpec& field) {
  const std::uint32_t ones = field.width >= 32 ? UINT32_MAX : (1u << field.width) - 1;
  return ones << field.lsb;
}

const FieldSpec* find_field(const RegisterSpec& spec, const std::string& name) {
  const auto found = std::ranges::find(spec.fields, name, &FieldSpec::name);
  return found == spec.fields.end() ? nullptr : &*found;
}

std::uint32_t bits_with(const RegisterSpec& spec, Access access) {
  if (spec.fields.empty()) return spec.access == access ? UINT32_MAX : 0;
  std::uint32_t bits = 0;
  for (const FieldSpec& field : spec.fields) {
    if (field.access == access) bits |= field_mask(field);
  }
  return bits;
}

std::uint32_t reserved_bits(const RegisterSpec& spec) {
  if (spec.fields.empty()) return 0;
  std::uint32_t known = 0;
  for (const FieldSpec& field : spec.fields) known |= field_mask(field);
  return ~known;
}

namespace {

std::uint32_t not_emulated_bits(const RegisterSpec& spec) {
  std::uint32_t bits = 0;
  for (const FieldSpec& field : spec.fields) {
    if (!field.is_emulated) bits |= field_mask(field);
  }
  return bits;
}

}  // namespace

RegisterBlock::RegisterBlock(const BlockSpec& spec, NotEmulated& not_emulated)
    : spec_(spec), not_emulated_(not_emulated) {
  for (std::size_t i = 0; i < spec.registers.size(); ++i) {
    const RegisterSpec& it = spec.registers[i];
    if (it.offset / 4 >= by_word_.size()) by_word_.resize(it.offset / 4 + 1);
    by_word_[it.offset / 4] = i;
    by_name_[it.name] = i;
    behaviours_.push_back({&find_effect(it.effect), bits_with(it, Access::WriteOnly),
                           bits_with(it, Access::ReadWrite), bits_with(it, Access::OneToClear),
                           bits_with(it, Access::OneToSet), bits_with(it, Access::ZeroToClear),
                           reserved_bits(it) | not_emulated_bits(it)});
  }
  port_ = {find("MODER"), find("OTYPER"), find("PUPDR"), find("ODR"), find("CRL"), find("CRH")};
  values_.resize(spec.registers.size());
  reset(true);
}

void RegisterBlock::reset(bool is_power_on) {
  keys_.clear();
  lock_ = GpioLock();
  command_.reset();
  for (std::size_t i = 0; i < spec_.registers.size(); ++i) {
    const RegisterSpec& spec = spec_.registers[i];
    const std::uint32_t kept = is_power_on ? 0 : spec.outlives_reset;
    values_[i] = (values_[i] & kept) | (spec.reset & ~kept);
    if (!spec.keys.empty()) keys_.emplace(i, KeySequence(spec.keys));
  }
  if (unit_ != nullptr) unit_->reset(is_power_on);
}

std::optional<std::size_t> RegisterBlock::find(const std::string& register_name) const {
  const auto found = by_name_.find(register_name);
  if (found == by_name_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::size_t> RegisterBlock::find_at(std::uint32_t offset) const {
  return offset / 4 < by_word_.size() ? by_word_[offset / 4] : std::nullopt;
}

std::uint32_t RegisterBlock::value_of(const std::string& register_name) const {
  const auto index = find(register_name);
  return index ? values_[*index] : 0;
}

void RegisterBlock::count(std::size_t index, const std::string& what) {
  not_emulated_.count(spec_.name + "." + spec_.registers[index].name + " " + what);
}

std::uint32_t RegisterBlock::read(std::uint32_t offset, unsigned width) {
  const auto index = find_at(offset);
  if (!index) {
    not_emulated_.count(spec_.name + " offset " + hex(offset, 3) + " read");
    return 0;
  }
  const Behaviour& behaviour = behaviours_[*index];
  if (unit_ != nullptr) unit_->before_read(*index);
  const auto read = behaviour.effect->read;
  std::uint32_t word = read != nullptr ? read(*this, *index) : content_at(*index);
  word &= ~behaviour.write_only;
  if (unit_ != nullptr) unit_->after_read(*index);
  return (word & lane_mask(offset, width)) >> (8 * (offset % 4));
}

void RegisterBlock::write(std::uint32_t offset, unsigned width, std::uint32_t value) {
  const auto index = find_at(offset);
  if (!index) {
    not_emulated_.count(spec_.name + " offset " + hex(offset, 3) + " written");
    return;
  }
  const Behaviour& behaviour = behaviours_[*index];
  if (unit_ != nullptr) unit_->before_read(*index);
  const std::uint32_t mask = lane_mask(offset, width);
  // Bytes that are not written keep what is there; write-only and write-1-to-clear bits see 0.
  const std::uint32_t kept = values_[*index] & ~behaviour.write_only & ~behaviour.one_to_clear;
  const std::uint32_t word = (kept & ~mask) | (value << (8 * (offset % 4)) & mask);
  report(*index, word ^ values_[*index]);
  if (behaviour.effect->write != nullptr) {
    behaviour.effect->write(*this, *index, word);
  } else {
    store(*index, word);
  }
  if (unit_ != nullptr) unit_->written(*index, word);
}

/// Counts what a write would change and this emulator does not follow.
void RegisterBlock::report(std::size_t index, std::uint32_t changed) {
  if ((changed & behaviours_[index].reported) == 0) return;
  const RegisterSpec& spec = spec_.registers[index];
  const std::uint32_t reserved = changed & reserved_bits(spec);
  if (reserved != 0) count(index, "reserved bits " + hex(reserved) + " written");
  for (const FieldSpec& field : spec.fields) {
    if (!field.is_emulated && (changed & field_mask(field)) != 0) {
      not_emulated_.count(spec_.name + "." + spec.name + "." + field.name + " written");
    }
  }
}

void RegisterBlock::store(std::size_t index, std::uint32_t word) {
  const Behaviour& behaviour = behaviours_[index];
  std::uint32_t& content = values_[index];
  const std::uint32_t stored = behaviour.read_write;
  const std::uint32_t cleared = (word & behaviour.one_to_clear) | (~word & behaviour.zero_to_clear);
  const std::uint32_t set = word & behaviour.one_to_set;
  content = (((content & ~stored) | (word & stored)) & ~cleared) | set;
}

std::uint32_t RegisterBlock::peek_at(std::size_t index) const {
  if (unit_ != nullptr) unit_->before_read(index);
  return content_at(index);
}

std::uint32_t RegisterBlock::content_at(std::size_t index) const {
  const auto peek = behaviours_[index].effect->peek;
  return peek != nullptr ? peek(*this, index) : values_[index];
}

std::optional<std::uint32_t> RegisterBlock::peek(const std::string& register_name) const {
  const auto index = find(register_name);
  if (!index) return std::nullopt;
  return peek_at(*index);
}

bool RegisterBlock::poke(const std::string& register_name, std::uint32_t new_value) {
  const auto index = find(register_name);
  if (index) values_[*index] = new_value;
  return index.has_value();
}

}  // namespace dfurig::stm32
