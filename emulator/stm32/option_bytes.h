// Option bytes: windows of bytes that are erased and programmed as a whole, and take effect when
// the chip loads them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "stm32/spec.h"

namespace dfurig::stm32 {

enum class ReadProtection {
  Level0,
  Level0_5,  ///< closed for secure debug alone: a bootloader reads and writes
  Level1,
  Level2,
};

class OptionBytes {
 public:
  /// As from the factory, loaded.
  explicit OptionBytes(const OptionBytesSpec& spec);

  const OptionBytesSpec& spec() const { return spec_; }
  bool contains(std::uint32_t address, std::uint32_t size) const;
  /// AN3156: writes must start at the start of an option-byte area.
  bool is_window_start(std::uint32_t address) const;

  /// What is programmed.
  ByteView content() const { return content_; }
  ByteView view(std::uint32_t address, std::uint32_t size) const;
  /// What is in effect: as programmed at the last load. In place of a value that does not fit
  /// its complement there is what the family loads then.
  ByteView loaded() const { return loaded_; }
  /// Some value that was loaded does not fit its complement. Where these are bytes, both erased is
  /// no error (RM0365 Rev 7 §5).
  bool has_mismatch() const { return has_mismatch_; }
  /// Option byte loading, at power-on and where a reset does it. Drops an unfinished write.
  void load();

  /// Stores `data` from a window's start as a programmer over SWD would: what is not given keeps
  /// its value, but complements behind `data` are computed; those within it are taken as they are.
  void preload(std::uint32_t window_start, ByteView data);
  /// The bootloader's write, first half: the window is erased. Nothing happens at RDP level 2, when
  /// it asks for level 0 at level 0.5 (RM0456), nor when it would lift PCROP by SPRMOD or WPRMOD;
  /// PCROP areas can grow only.
  void begin_write(std::uint32_t window_start, ByteView data);
  /// Second half: the data is programmed; the hardware computes complements. Without it, as after a
  /// power cut, the window stays as the first half left it.
  void finish_write();
  /// Between the halves.
  bool is_being_written() const { return write_.has_value(); }
  /// Firmware's erasing of all windows (F0, F1, F3). Nothing happens at RDP level 2.
  void erase();
  /// Firmware's store of values with their complements, as given, into a window (F0 to L1); refused
  /// as the bootloader's write is.
  void store(std::uint32_t address, ByteView data);
  /// What is programmed is level 0, whatever is loaded.
  bool is_level0_programmed() const { return content_[spec_.rdp_offset] == spec_.rdp_level0; }

  bool is_write_protected(std::size_t sector) const {
    return is_write_protected(spec_.write_protection, sector);
  }
  bool is_write_protected(const WriteProtectionSpec& spec, std::size_t sector) const;
  /// Write protection protects against data reads too (SPRMOD, WPRMOD).
  bool is_pcrop_mode() const { return is_pcrop_mode(loaded_); }
  /// The flash in PCROP areas.
  std::vector<Window> pcrop_areas() const;
  ReadProtection read_protection() const;
  void set_rdp_level0();
  void restore_factory() { content_ = spec_.factory; }

 private:
  struct Write {
    std::size_t offset = 0;
    Bytes data;
  };

  bool is_set(const OptionBit& bit) const;
  std::optional<std::size_t> find_offset(std::uint32_t address, std::uint32_t size) const;
  bool is_pcrop_mode(ByteView content) const;
  bool is_active(const WriteProtectionSpec::Bits& bits, std::size_t bit, ByteView content) const;
  bool lifts_pcrop(ByteView content) const;
  bool is_refused(ByteView content) const;
  void keep_pcrop_areas(std::size_t offset, std::span<std::uint8_t> window) const;
  /// All of them but those at offsets `given_from` to `given_to`.
  void compute_complements(std::size_t given_from, std::size_t given_to);

  OptionBytesSpec spec_;
  Bytes content_;
  Bytes loaded_;
  bool has_mismatch_ = false;
  std::optional<Write> write_;
};

}  // namespace dfurig::stm32
