// A chip for tests of the core: flash at 0 and 0x08000000, RAM, a ROM that is only readable, and
// one peripheral whose registers are storage.
#pragma once

#include <cstring>
#include <map>
#include <vector>

#include "cpu/core.h"
#include "stm32/bus.h"

namespace dfurig::cpu {

inline CoreSpec cortex_m0plus() {
  return {"Cortex-M0+", Architecture::ArmV6M, FloatingPoint::None, 0x410CC601, 2, 0xFFFFFF00, 32,
          false};
}
inline CoreSpec cortex_m3() {
  return {"Cortex-M3", Architecture::ArmV7M, FloatingPoint::None, 0x411FC231, 4, 0x3FFFFF80, 80,
          true};
}
inline CoreSpec cortex_m4f() {
  return {"Cortex-M4F", Architecture::ArmV7EM, FloatingPoint::FpV4Sp, 0x410FC241, 4, 0xFFFFFF80, 96,
          true};
}

inline CoreSpec cortex_m7() {
  return {"Cortex-M7", Architecture::ArmV7EM, FloatingPoint::FpV5Sp, 0x411FC270, 4, 0xFFFFFF80, 112,
          false};
}

class TestBus : public stm32::Bus {
 public:
  static constexpr std::uint32_t flash_base = 0x08000000;
  static constexpr std::uint32_t ram_base = 0x20000000;
  static constexpr std::uint32_t rom_base = 0x1FFF0000;
  static constexpr std::uint32_t peripheral_base = 0x40000000;

  std::vector<std::uint8_t> flash = std::vector<std::uint8_t>(0x1000, 0xFF);
  std::vector<std::uint8_t> ram = std::vector<std::uint8_t>(0x1000, 0);
  std::vector<std::uint8_t> rom = std::vector<std::uint8_t>(0x100, 0);
  std::map<std::uint32_t, std::uint32_t> registers;  ///< by address; 0x100 bytes of them
  bool is_flash_writable = false;                    ///< as RAM is: then nothing decoded is kept
  bool boots_from_flash = true;                      ///< flash is at 0 as well
  std::uint64_t version = 1;
  std::uint64_t cycles = 0;
  std::optional<std::uint64_t> event_at;  ///< in cycles: `raised` rises then
  unsigned raised = 0;
  stm32::InterruptLines lines;
  bool attention = false;
  std::optional<std::uint32_t> attention_at;  ///< a write of this address asks for it
  std::uint32_t pc_seen = 0;
  std::uint64_t accessed_at = 0;  ///< `cycles` at the last access of a register

  std::optional<stm32::MemoryView> find_memory(std::uint32_t address) override {
    const auto size = [](const auto& memory) { return static_cast<std::uint32_t>(memory.size()); };
    for (const std::uint32_t base : {0u, flash_base}) {
      if (address - base < flash.size() && (base != 0 || boots_from_flash)) {
        return stm32::MemoryView{base,         size(flash),
                                 flash.data(), is_flash_writable ? flash.data() : nullptr,
                                 true,         true};
      }
    }
    if (address - ram_base < ram.size()) {
      return stm32::MemoryView{ram_base, size(ram), ram.data(), ram.data(), true, true};
    }
    if (address - rom_base < rom.size()) {
      return stm32::MemoryView{rom_base, size(rom), rom.data(), nullptr, true, false};
    }
    return std::nullopt;
  }
  std::uint64_t memory_version() const override { return version; }
  std::optional<std::uint32_t> read(std::uint32_t address, unsigned width) override {
    if (address - peripheral_base >= 0x100) return std::nullopt;
    accessed_at = cycles;
    const std::uint32_t word = registers[address & ~3u] >> 8 * (address & 3);
    return width == 4 ? word : word & ((1u << 8 * width) - 1);
  }
  bool write(std::uint32_t address, unsigned, std::uint32_t value) override {
    if (address - peripheral_base >= 0x100) return false;
    accessed_at = cycles;
    registers[address] = value;
    attention = attention || address == attention_at;
    return true;
  }
  void set_pc(std::uint32_t address) override { pc_seen = address; }
  void advance(std::uint64_t by) override {
    cycles += by;
    if (!event_at || cycles < *event_at) return;
    lines.set(raised);
    event_at.reset();
  }
  std::optional<std::uint64_t> next_event() const override {
    if (!event_at) return std::nullopt;
    return *event_at - cycles;
  }
  const stm32::InterruptLines& interrupt_lines() const override { return lines; }
  bool wants_attention() const override { return attention; }

  void put(std::uint32_t address, const std::vector<std::uint16_t>& half_words) {
    if (half_words.empty()) return;
    std::vector<std::uint8_t>& memory = address >= ram_base ? ram : flash;
    const std::uint32_t base = address >= ram_base ? ram_base : flash_base;
    std::memcpy(memory.data() + (address - base), half_words.data(), 2 * half_words.size());
  }
  void put_word(std::uint32_t address, std::uint32_t word) {
    put(address, {static_cast<std::uint16_t>(word), static_cast<std::uint16_t>(word >> 16)});
  }
  std::uint32_t word(std::uint32_t address) const {
    std::uint32_t value = 0;
    std::memcpy(&value, ram.data() + (address - ram_base), sizeof value);
    return value;
  }
};

}  // namespace dfurig::cpu
