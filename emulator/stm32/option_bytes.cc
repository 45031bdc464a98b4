#include "stm32/option_bytes.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace dfurig::stm32 {
namespace {

/// Calls visit(offset, size) for each value; as many bytes behind it are its complement.
template <typename Visit>
void for_each_value(const OptionBytesSpec& spec, Visit visit) {
  const std::size_t size = spec.complement == Complement::Byte       ? 1
                           : spec.complement == Complement::HalfWord ? 2
                                                                     : 4;
  if (spec.complement == Complement::None) return;
  std::size_t offset = 0;
  for (const Window& window : spec.windows) {
    for (std::size_t at = 0; at + 2 * size <= window.size; at += 2 * size) {
      visit(offset + at, size);
    }
    offset += window.size;
  }
}

}  // namespace

OptionBytes::OptionBytes(const OptionBytesSpec& spec) : spec_(spec), content_(spec.factory) {
  load();
}

bool OptionBytes::is_set(const OptionBit& bit) const {
  return (loaded_[bit.byte] >> bit.bit & 1) != 0;
}

/// Where in `content_` an address is; absent when the range is in no window.
std::optional<std::size_t> OptionBytes::find_offset(std::uint32_t address,
                                                    std::uint32_t size) const {
  std::size_t offset = 0;
  for (const Window& window : spec_.windows) {
    if (address >= window.address && address - window.address <= window.size &&
        size <= window.size - (address - window.address)) {
      return offset + (address - window.address);
    }
    offset += window.size;
  }
  return std::nullopt;
}

bool OptionBytes::contains(std::uint32_t address, std::uint32_t size) const {
  return find_offset(address, size).has_value();
}

bool OptionBytes::is_window_start(std::uint32_t address) const {
  return std::any_of(spec_.windows.begin(), spec_.windows.end(),
                     [&](const Window& window) { return window.address == address; });
}

ByteView OptionBytes::view(std::uint32_t address, std::uint32_t size) const {
  const auto offset = find_offset(address, size);
  assert(offset);
  return ByteView(content_).subspan(*offset, size);
}

void OptionBytes::preload(std::uint32_t window_start, ByteView data) {
  const auto offset = find_offset(window_start, static_cast<std::uint32_t>(data.size()));
  assert(offset);
  std::copy(data.begin(), data.end(), content_.begin() + static_cast<std::ptrdiff_t>(*offset));
  compute_complements(*offset, *offset + data.size());
}

void OptionBytes::begin_write(std::uint32_t window_start, ByteView data) {
  if (read_protection() == ReadProtection::Level2) return;
  std::size_t offset = 0;
  for (const Window& window : spec_.windows) {
    if (window.address == window_start) {
      const bool has_rdp = spec_.rdp_offset - offset < data.size();
      if (read_protection() == ReadProtection::Level0_5 && has_rdp &&
          data[spec_.rdp_offset - offset] == spec_.rdp_level0) {
        return;
      }
      assert(data.size() <= window.size);
      const auto start = content_.begin() + static_cast<std::ptrdiff_t>(offset);
      Bytes all(window.size, spec_.erased_value);
      if (spec_.not_given == NotGiven::Kept) std::copy(start, start + window.size, all.begin());
      std::copy(data.begin(), data.end(), all.begin());
      write_ = Write{offset, std::move(all)};
      if (spec_.interrupted_write == InterruptedWrite::Kept) return;
      std::fill(start, start + window.size, spec_.erased_value);
      return;
    }
    offset += window.size;
  }
}

void OptionBytes::finish_write() {
  if (!write_) return;
  std::copy(write_->data.begin(), write_->data.end(),
            content_.begin() + static_cast<std::ptrdiff_t>(write_->offset));
  write_.reset();
  compute_complements(0, 0);
}

void OptionBytes::compute_complements(std::size_t given_from, std::size_t given_to) {
  for_each_value(spec_, [=, this](std::size_t value, std::size_t size) {
    for (std::size_t i = value; i < value + size; ++i) {
      const bool is_given = given_from <= i + size && i + size < given_to;
      if (!is_given) content_[i + size] = static_cast<std::uint8_t>(~content_[i]);
    }
  });
}

void OptionBytes::load() {
  write_.reset();
  loaded_ = content_;
  for_each_value(spec_, [this](std::size_t value, std::size_t size) {
    bool fits = true;
    for (std::size_t i = value; i < value + size; ++i) {
      fits = fits && content_[i + size] == static_cast<std::uint8_t>(~content_[i]);
    }
    for (std::size_t i = value; i < value + size && !fits; ++i) {
      loaded_[i] = spec_.mismatch.empty() ? 0xFF : spec_.mismatch[i];
    }
  });
}

bool OptionBytes::is_write_protected(std::size_t sector) const {
  const WriteProtectionSpec& spec = spec_.write_protection;
  const bool is_reversed = spec.reversed_by && is_set(*spec.reversed_by);
  const auto covers = [&](const WriteProtectionSpec::Bits& bits) {
    if (sector < bits.first_sector) return false;
    std::size_t bit = (sector - bits.first_sector) / bits.sectors_per_bit;
    if (bit >= bits.count && !bits.last_bit_covers_rest) return false;
    bit = std::min<std::size_t>(bit, bits.count - 1);
    return (loaded_[bits.bytes[bit / 8]] >> bit % 8 & 1) ==
           (bits.protects_when != is_reversed ? 1 : 0);
  };
  const auto reaches = [&](const WriteProtectionSpec::Area& area) {
    const std::size_t first = area.first_sector + loaded_[area.start];
    const std::size_t last = area.first_sector + loaded_[area.end];
    return first <= sector && sector <= last;
  };
  return std::any_of(spec.bits.begin(), spec.bits.end(), covers) ||
         std::any_of(spec.areas.begin(), spec.areas.end(), reaches);
}

ReadProtection OptionBytes::read_protection() const {
  const std::uint8_t rdp = loaded_[spec_.rdp_offset];
  if (rdp == spec_.rdp_level0) return ReadProtection::Level0;
  const auto& between = spec_.rdp_level0_5;
  if (between && rdp == between->rdp && is_set(between->with)) return ReadProtection::Level0_5;
  return rdp == spec_.rdp_level2 ? ReadProtection::Level2 : ReadProtection::Level1;
}

void OptionBytes::set_rdp_level0() {
  content_[spec_.rdp_offset] = spec_.rdp_level0;
  compute_complements(0, 0);
}

}  // namespace dfurig::stm32
