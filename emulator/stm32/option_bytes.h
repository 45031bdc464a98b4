// Option bytes as the bootloader sees them: windows of bytes, erased and programmed as a whole.
#pragma once

#include <cstdint>
#include <optional>

#include "stm32/spec.h"

namespace dfurig::stm32 {

enum class ReadProtection { Level0, Level1, Level2 };

class OptionBytes {
 public:
  explicit OptionBytes(const OptionBytesSpec& spec);

  const OptionBytesSpec& spec() const { return spec_; }
  bool contains(std::uint32_t address, std::uint32_t size) const;
  /// AN3156: writes must start at the start of an option-byte area.
  bool is_window_start(std::uint32_t address) const;

  ByteView content() const { return content_; }
  ByteView view(std::uint32_t address, std::uint32_t size) const;
  /// Stores `data` from a window's start; what is not given keeps its value.
  void write(std::uint32_t window_start, ByteView data);

  bool is_write_protected(std::size_t sector) const;
  ReadProtection read_protection() const;
  void set_rdp_level0();
  void restore_factory() { content_ = spec_.factory; }

 private:
  std::optional<std::size_t> find_offset(std::uint32_t address, std::uint32_t size) const;

  OptionBytesSpec spec_;
  Bytes content_;
};

}  // namespace dfurig::stm32
