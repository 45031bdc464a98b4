// A chip that is only a bus: flash, RAM, a ROM that cannot be executed and a few registers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "stm32/bus.h"

namespace dfurig::cpu {

class TestBus final : public stm32::Bus {
 public:
  static constexpr std::uint32_t flash_base = 0x08000000;
  static constexpr std::uint32_t ram_base = 0x20000000;
  static constexpr std::uint32_t rom_base = 0x1FFF0000;
  static constexpr std::uint32_t registers_base = 0x40000000;
  static constexpr std::uint32_t memory_size = 0x8000;
  static constexpr std::uint32_t registers_size = 0x400;
  static constexpr std::uint32_t ram_end = ram_base + memory_size;

  struct Access {
    bool is_write = false;
    std::uint32_t address = 0;
    unsigned width = 0;
    std::uint32_t value = 0;
    std::uint32_t pc = 0;
    std::uint64_t at = 0;  ///< cycles that had passed
    bool operator==(const Access&) const = default;
  };

  // --- What a test sets and looks at. ---

  std::vector<std::uint8_t> flash = std::vector<std::uint8_t>(memory_size);  ///< also seen at 0
  std::vector<std::uint8_t> ram = std::vector<std::uint8_t>(memory_size);
  std::vector<std::uint8_t> rom = std::vector<std::uint8_t>(memory_size);
  bool is_flash_readable = true;
  std::uint64_t version = 0;
  std::map<std::uint32_t, std::uint32_t> registers{};  ///< by word address; absent is 0
  std::vector<Access> accesses{};
  std::uint64_t cycles = 0;
  std::optional<std::uint64_t> event_at{};  ///< in cycles; then `line_at_event` goes high
  unsigned line_at_event = 0;
  stm32::InterruptLines lines{};
  bool attention = false;
  /// A write of a register at this address asks for attention.
  std::optional<std::uint32_t> attention_register{};

  /// Stores little-endian into flash or RAM, past the bus.
  void put(std::uint32_t address, std::uint32_t value, unsigned width) {
    std::uint8_t* bytes = find_bytes(address, width);
    for (unsigned i = 0; i < width; ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
  void put_word(std::uint32_t address, std::uint32_t value) { put(address, value, 4); }
  /// Half-words of code, one after the other.
  void put_code(std::uint32_t address, const std::vector<std::uint16_t>& half_words) {
    for (const std::uint16_t half_word : half_words) {
      put(address, half_word, 2);
      address += 2;
    }
    ++version;
  }
  std::uint32_t word(std::uint32_t address) {
    const std::uint8_t* bytes = find_bytes(address, 4);
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; ++i) value |= std::uint32_t{bytes[i]} << (8 * i);
    return value;
  }

  // --- Bus. ---

  std::optional<stm32::MemoryView> find_memory(std::uint32_t address) override {
    const auto is_in = [&](std::uint32_t base) { return address - base < memory_size; };
    if (is_in(flash_base)) return flash_view(flash_base);
    if (is_in(0)) return flash_view(0);
    if (is_in(rom_base)) return stm32::MemoryView{rom_base, memory_size, rom.data()};
    if (is_in(ram_base)) {
      return stm32::MemoryView{ram_base, memory_size, ram.data(), ram.data(), true, true};
    }
    return std::nullopt;
  }
  std::uint64_t memory_version() const override { return version; }

  std::optional<std::uint32_t> read(std::uint32_t address, unsigned width) override {
    if (address - registers_base >= registers_size) return std::nullopt;
    const std::uint32_t value = registers[address & ~3u] >> (8 * (address & 3)) & mask(width);
    accesses.push_back({false, address, width, value, pc_, cycles});
    return value;
  }
  bool write(std::uint32_t address, unsigned width, std::uint32_t value) override {
    if (address - registers_base >= registers_size) return false;
    const unsigned lsb = 8 * (address & 3);
    std::uint32_t& stored = registers[address & ~3u];
    stored = (stored & ~(mask(width) << lsb)) | (value & mask(width)) << lsb;
    accesses.push_back({true, address, width, value & mask(width), pc_, cycles});
    if (address == attention_register) attention = true;
    return true;
  }
  void set_pc(std::uint32_t pc) override { pc_ = pc; }

  void advance(std::uint64_t passed) override {
    cycles += passed;
    if (!event_at || cycles < *event_at) return;
    lines.set(line_at_event);
    event_at.reset();
  }
  std::optional<std::uint64_t> next_event() const override {
    if (!event_at) return std::nullopt;
    return *event_at - cycles;
  }
  const stm32::InterruptLines& interrupt_lines() const override { return lines; }
  bool wants_attention() const override { return attention; }

 private:
  static std::uint32_t mask(unsigned width) {
    return width == 4 ? 0xFFFFFFFF : (1u << 8 * width) - 1;
  }
  stm32::MemoryView flash_view(std::uint32_t base) const {
    return {base, memory_size, flash.data(), nullptr, is_flash_readable, true};
  }
  /// Of flash at its own address, of RAM otherwise.
  std::uint8_t* find_bytes(std::uint32_t address, unsigned width) {
    const bool is_flash = address - flash_base < memory_size;
    const std::uint32_t offset = address - (is_flash ? flash_base : ram_base);
    return std::span(is_flash ? flash : ram).subspan(offset, width).data();
  }

  std::uint32_t pc_ = 0;
};

}  // namespace dfurig::cpu
