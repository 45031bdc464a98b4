// What a core sees of the chip: memory, registers, time and interrupt lines.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>

namespace dfurig::stm32 {

/// ARMv7-M has room for 496 external interrupts; no STM32 has more than 240.
constexpr unsigned interrupts_max = 240;
/// One bit for each line into the NVIC, by the position in the reference manual's vector table.
/// A line is a level: it stays high for as long as the peripheral asks.
using InterruptLines = std::bitset<interrupts_max>;

/// Memory as a core addresses it: what boots at 0 has a view there and one at its own address.
struct MemoryView {
  std::uint32_t base = 0;
  std::uint32_t size = 0;
  const std::uint8_t* content = nullptr;
  std::uint8_t* writable = nullptr;  ///< null: stores go through Bus::write
  bool is_readable = true;           ///< false: loads go through Bus::read (PCROP)
  /// Instructions can be fetched. System memory is readable only: the ROM's code is not there, and
  /// that a core wants to run it is how the board learns of the jump into the ROM.
  bool is_executable = false;
  bool operator==(const MemoryView&) const = default;
};

class Bus {
 public:
  virtual ~Bus() = default;

  /// The memory around `address`; absent for registers and where nothing is. A view holds, and what
  /// is behind it without `writable` stays the same, until memory_version() changes.
  virtual std::optional<MemoryView> find_memory(std::uint32_t address) = 0;
  virtual std::uint64_t memory_version() const = 0;

  /// 1, 2 or 4 bytes. Absent, or false: a bus error, nothing answers there.
  virtual std::optional<std::uint32_t> read(std::uint32_t address, unsigned width) = 0;
  virtual bool write(std::uint32_t address, unsigned width, std::uint32_t value) = 0;
  /// The instruction whose accesses follow; "not emulated" lists it.
  virtual void set_pc(std::uint32_t pc) = 0;

  /// Lets so many cycles of HCLK pass. A core does so before every read and write here, so that
  /// what it reads is of that cycle, and afterwards looks at next_event() again.
  virtual void advance(std::uint64_t cycles) = 0;
  /// Cycles of HCLK, at least 1, until something changes by itself; absent when nothing will.
  virtual std::optional<std::uint64_t> next_event() const = 0;

  virtual const InterruptLines& interrupt_lines() const = 0;
  /// Something happened that the board must see before the next instruction: a reset was asked for,
  /// HCLK has another frequency, a pin that is waited for changed. Stays until the board took it.
  virtual bool wants_attention() const = 0;
};

}  // namespace dfurig::stm32
