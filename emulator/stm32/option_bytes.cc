#include "stm32/option_bytes.h"

#include <algorithm>
#include <cassert>

namespace dfurig::stm32 {

OptionBytes::OptionBytes(const OptionBytesSpec& spec) : spec_(spec), content_(spec.factory) {}

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

void OptionBytes::write(std::uint32_t window_start, ByteView data) {
  const auto offset = find_offset(window_start, static_cast<std::uint32_t>(data.size()));
  assert(offset);
  std::copy(data.begin(), data.end(), content_.begin() + static_cast<std::ptrdiff_t>(*offset));
}

bool OptionBytes::is_write_protected(std::size_t sector) const {
  const WriteProtectionSpec& spec = spec_.write_protection;
  if (spec.bits && sector < spec.bits->count) {
    return (content_[spec.bits->byte + sector / 8] >> sector % 8 & 1) == 0;
  }
  return std::any_of(spec.areas.begin(), spec.areas.end(), [&](const auto& area) {
    const std::size_t first = area.first_sector + content_[area.start];
    const std::size_t last = area.first_sector + content_[area.end];
    return first <= sector && sector <= last;
  });
}

ReadProtection OptionBytes::read_protection() const {
  const std::uint8_t rdp = content_[spec_.rdp_offset];
  if (rdp == spec_.rdp_level0) return ReadProtection::Level0;
  return rdp == spec_.rdp_level2 ? ReadProtection::Level2 : ReadProtection::Level1;
}

void OptionBytes::set_rdp_level0() {
  content_[spec_.rdp_offset] = spec_.rdp_level0;
}

}  // namespace dfurig::stm32
