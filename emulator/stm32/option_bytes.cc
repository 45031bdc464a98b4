#include "stm32/option_bytes.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace dfurig::stm32 {
namespace {

/// 0 where loading checks none.
std::size_t size_of_checked_value(Complement complement) {
  switch (complement) {
    case Complement::Byte:
      return 1;
    case Complement::HalfWord:
      return 2;
    case Complement::Word:
      return 4;
    case Complement::None:
    case Complement::HalfWordMirrored:
    case Complement::HalfWordPadded:
      return 0;
  }
  return 0;
}

/// Calls visit(offset, size) for each value; as many bytes behind it are its complement.
template <typename Visit>
void for_each_value(const OptionBytesSpec& spec, Visit visit) {
  const auto size = size_of_checked_value(spec.complement);
  if (size == 0) return;
  std::size_t offset = 0;
  for (const Window& window : spec.windows) {
    for (std::size_t at = 0; at + 2 * size <= window.size; at += 2 * size) {
      visit(offset + at, size);
    }
    offset += window.size;
  }
}

/// A field of up to 32 bits at an offset.
std::uint32_t field_at(ByteView content, std::size_t offset, unsigned width) {
  const std::uint32_t word = ByteReader(content.subspan(offset, 4)).u32le();
  return width < 32 ? word & ((1u << width) - 1) : word;
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
  std::size_t offset = 0;
  for (const Window& window : spec_.windows) {
    if (window.address == window_start) {
      assert(data.size() <= window.size);
      const auto start = static_cast<std::ptrdiff_t>(offset);
      const auto held = content_.begin() + start;
      Bytes whole(window.size, spec_.erased_value);
      if (spec_.not_given == NotGiven::Kept) std::copy_n(held, window.size, whole.begin());
      std::copy(data.begin(), data.end(), whole.begin());
      Bytes after = content_;
      std::copy(whole.begin(), whole.end(), after.begin() + start);
      if (is_refused(after)) return;
      keep_pcrop_areas(offset, whole);
      write_ = Write{offset, std::move(whole)};
      if (spec_.interrupted_write == InterruptedWrite::Kept) return;
      std::fill_n(held, window.size, spec_.erased_value);
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

void OptionBytes::erase() {
  if (read_protection() == ReadProtection::Level2) return;
  std::ranges::fill(content_, spec_.erased_value);
}

void OptionBytes::store(std::uint32_t address, ByteView data) {
  const auto offset = find_offset(address, static_cast<std::uint32_t>(data.size()));
  assert(offset);
  Bytes after = content_;
  std::ranges::copy(data, after.begin() + static_cast<std::ptrdiff_t>(*offset));
  if (!is_refused(after)) content_ = std::move(after);
}

void OptionBytes::compute_complements(std::size_t given_from, std::size_t given_to) {
  const auto set = [=, this](std::size_t at, int byte) {
    const bool is_given = given_from <= at && at < given_to;
    if (!is_given) content_[at] = static_cast<std::uint8_t>(byte);
  };
  for_each_value(spec_, [=, this](std::size_t value, std::size_t size) {
    for (std::size_t i = value; i < value + size; ++i) set(i + size, ~content_[i]);
  });
  const bool is_mirrored = spec_.complement == Complement::HalfWordMirrored;
  if (!is_mirrored && spec_.complement != Complement::HalfWordPadded) return;
  for (const OptionRegisterSpec& it : spec_.registers) {
    for (const std::size_t byte : it.bytes) {
      const std::uint8_t value = content_[byte];
      set(byte + 2, ~value);
      set(byte + 4, is_mirrored ? ~value : spec_.erased_value);
      set(byte + 6, is_mirrored ? value : spec_.erased_value);
    }
  }
}

void OptionBytes::load() {
  write_.reset();
  loaded_ = content_;
  has_mismatch_ = false;
  for_each_value(spec_, [this](std::size_t value, std::size_t size) {
    bool fits = true;
    for (std::size_t i = value; i < value + size; ++i) {
      fits = fits && content_[i + size] == static_cast<std::uint8_t>(~content_[i]);
    }
    const bool is_erased = size == 1 && content_[value] == 0xFF && content_[value + 1] == 0xFF;
    has_mismatch_ = has_mismatch_ || !(fits || is_erased);
    for (std::size_t i = value; i < value + size && !fits; ++i) {
      loaded_[i] = spec_.mismatch.empty() ? 0xFF : spec_.mismatch[i];
    }
  });
}

bool OptionBytes::is_pcrop_mode(ByteView content) const {
  const auto& mode = spec_.pcrop.mode;
  return mode && (content[mode->byte] >> mode->bit & 1) != 0;
}

/// "The active value of nWRPi bits is inverted when PCROP mode is active" (RM0090 Rev 21 §3.7.5);
/// RM0367 §3.4.4 says the same of the L0.
bool OptionBytes::is_active(const WriteProtectionSpec::Bits& bits, std::size_t bit,
                            ByteView content) const {
  const bool value = (content[bits.bytes[bit / 8]] >> bit % 8 & 1) != 0;
  return value == (bits.protects_when != is_pcrop_mode(content));
}

bool OptionBytes::is_refused(ByteView content) const {
  const bool asks_for_level0 = content[spec_.rdp_offset] == spec_.rdp_level0;
  switch (read_protection()) {
    case ReadProtection::Level2:
      return true;
    case ReadProtection::Level1:  // What lifts PCROP is RDP from level 1 to 0.
      return !asks_for_level0 && lifts_pcrop(content);
    case ReadProtection::Level0_5:
      return asks_for_level0 || lifts_pcrop(content);
    case ReadProtection::Level0:
      return lifts_pcrop(content);
  }
  return true;
}

/// RM0090 Rev 21 §3.7.5: such a modification is cancelled.
bool OptionBytes::lifts_pcrop(ByteView content) const {
  if (!is_pcrop_mode(loaded_)) return false;
  if (!is_pcrop_mode(content)) return true;
  for (const WriteProtectionSpec::Bits& bits : spec_.write_protection.bits) {
    for (std::size_t bit = 0; bit < bits.count; ++bit) {
      if (is_active(bits, bit, loaded_) && !is_active(bits, bit, content)) return true;
    }
  }
  return false;
}

/// RM0440 §3.5.2: "the options programming is launched but PCROP area stays unchanged."
void OptionBytes::keep_pcrop_areas(std::size_t offset, std::span<std::uint8_t> window) const {
  for (const PcropSpec::Area& area : spec_.pcrop.areas) {
    const bool is_here = area.start >= offset && area.end + 4 <= offset + window.size();
    const std::uint32_t first = field_at(loaded_, area.start, area.width);
    const std::uint32_t last = field_at(loaded_, area.end, area.width);
    if (!is_here || first > last) continue;
    const bool grows = field_at(window, area.start - offset, area.width) <= first &&
                       field_at(window, area.end - offset, area.width) >= last;
    if (grows) continue;
    for (const std::size_t field : {area.start, area.end}) {
      std::copy_n(loaded_.begin() + static_cast<std::ptrdiff_t>(field), 4,
                  window.begin() + static_cast<std::ptrdiff_t>(field - offset));
    }
  }
}

std::vector<Window> OptionBytes::pcrop_areas() const {
  std::vector<Window> areas;
  for (const PcropSpec::Area& area : spec_.pcrop.areas) {
    const std::uint32_t first = field_at(loaded_, area.start, area.width);
    const std::uint32_t last = field_at(loaded_, area.end, area.width);
    if (first > last) continue;
    areas.push_back({area.base + first * area.unit, (last - first + 1) * area.unit});
  }
  return areas;
}

bool OptionBytes::is_write_protected(const WriteProtectionSpec& spec, std::size_t sector) const {
  const auto covers = [&](const WriteProtectionSpec::Bits& bits) {
    if (sector < bits.first_sector) return false;
    std::size_t bit = (sector - bits.first_sector) / bits.sectors_per_bit;
    if (bit >= bits.count && !bits.last_bit_covers_rest) return false;
    bit = std::min<std::size_t>(bit, bits.count - 1);
    return is_active(bits, bit, loaded_);
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
