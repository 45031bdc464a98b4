// A peripheral with a life of its own beside its registers: a timer, a watchdog, a USART.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stm32/spec.h"

namespace dfurig::stm32 {

class RegisterBlock;

/// Why the chip was reset: the flags of RCC_CSR or RCC_RSR.
enum class ResetCause {
  PowerOn,
  Pin,
  Software,
  IndependentWatchdog,
  WindowWatchdog,
  OptionByteLoad
};

/// What a unit reaches of the chip around it.
class Surroundings {
 public:
  virtual ~Surroundings() = default;
  virtual RegisterBlock* find_block(const std::string& name) = 0;
  /// Time since power-on.
  virtual std::chrono::nanoseconds now() const = 0;
  /// The chip resets before the next instruction.
  virtual void request_reset(ResetCause cause) = 0;
  /// A level on a pin as its port reads it: "PA0" is port 0, pin 0. False where there is none.
  virtual bool pin_level(unsigned port, unsigned pin) const = 0;
  /// A byte a serial peripheral sent, for the report: "USART1".
  virtual void transmitted(const std::string& block, std::uint8_t byte) = 0;
};

/// Registers stay the RegisterBlock's: access modes and reserved bits first, then the unit.
class Unit {
 public:
  virtual ~Unit() = default;

  /// The block went to its reset values. A power-on reset also clears what outlives others.
  virtual void reset(bool is_power_on) = 0;
  /// Before software, or a debugger, reads register `index`: content is brought up to date.
  virtual void before_read(std::size_t) {}
  /// After software read it: what reading clears.
  virtual void after_read(std::size_t) {}
  /// After `word` was stored into register `index` as the access modes let it. In bytes that were
  /// not written, write-only and one-to-clear bits of `word` are 0.
  virtual void written(std::size_t index, std::uint32_t word) = 0;
  /// Ticks of BlockSpec::clock pass, only while that clock runs.
  virtual void advance(std::uint64_t) {}
  /// Ticks, at least 1, until something changes by itself: an interrupt, a reset, a flag.
  virtual std::optional<std::uint64_t> next_event() const { return std::nullopt; }
  /// Levels of the lines the unit has into the NVIC, by position in BlockSpec::interrupts.
  virtual std::uint32_t interrupts() const { return 0; }
  /// Some pin of some port has another level.
  virtual void pins_changed() {}
};

/// A name of BlockSpec::unit, and what a model must give such a block.
struct UnitKind {
  const char* name;
  std::vector<unsigned> line_counts;  ///< the numbers of interrupt lines it can have
  bool needs_clock;                   ///< it counts BlockSpec::clock
  /// Of each of these the block has one: the names a register has in different families.
  std::vector<std::vector<const char*>> registers;
  std::unique_ptr<Unit> (*make)(RegisterBlock& block, Surroundings& surroundings);
};
const std::vector<UnitKind>& unit_kinds();
/// Null when there is no such unit.
const UnitKind* find_unit_kind(const std::string& name);

/// The unit that BlockSpec::unit names; null for "". The name must be known.
std::unique_ptr<Unit> make_unit(RegisterBlock& block, Surroundings& surroundings);

}  // namespace dfurig::stm32
