// One peripheral's registers: values, access modes, reserved bits and effects.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "stm32/gpio.h"
#include "stm32/key_sequence.h"
#include "stm32/not_emulated.h"
#include "stm32/spec.h"

namespace dfurig::stm32 {

struct Effect;
class Unit;

/// Positions of a GPIO port's registers in its spec; pins read them often.
struct PortRegisters {
  std::optional<std::size_t> moder, otyper, pupdr, odr, crl, crh;
};

class RegisterBlock {
 public:
  /// What was written to a control register, by its position in the spec.
  struct Command {
    std::size_t index = 0;
    std::uint32_t word = 0;
  };

  /// `spec` and `not_emulated` must outlive the block. The effects named must exist.
  RegisterBlock(const BlockSpec& spec, NotEmulated& not_emulated);

  const BlockSpec& spec() const { return spec_; }
  /// Every register takes its reset value, but for what outlives a reset that is no power-on; locks
  /// are open again, key sequences start anew.
  void reset(bool is_power_on = false);
  /// What lives beside the registers from now on; it must outlive the block's use.
  void attach(Unit* unit) { unit_ = unit; }

  // --- Software's accesses; `width` is 1, 2 or 4 bytes and `offset` a multiple of it. ---

  std::uint32_t read(std::uint32_t offset, unsigned width);
  void write(std::uint32_t offset, unsigned width, std::uint32_t value);

  // --- The debugger's view: no side effects, whatever the access mode. ---

  std::optional<std::uint32_t> peek(const std::string& register_name) const;
  bool poke(const std::string& register_name, std::uint32_t value);
  /// Content by the register's position in the spec.
  std::uint32_t peek_at(std::size_t index) const;

  /// For GPIO ports: what something outside drives onto a pin, 0 to 15.
  void drive_pin(unsigned pin, std::optional<bool> level) { external_[pin] = level; }

  // --- For effects (effects.h). ---

  std::optional<std::size_t> find(const std::string& register_name) const;
  std::uint32_t& value(std::size_t index) { return values_[index]; }
  std::uint32_t value(std::size_t index) const { return values_[index]; }
  /// Content of a register that may be missing from this kind of block: 0 then.
  std::uint32_t value_of(const std::string& register_name) const;
  GpioLock& gpio_lock() { return lock_; }
  const GpioLock& gpio_lock() const { return lock_; }
  KeySequence& keys(std::size_t index) { return keys_.at(index); }
  const ExternalLevels& external_levels() const { return external_; }
  /// Where a GPIO port has the registers of its pins.
  const PortRegisters& port() const { return port_; }
  /// A write that asks a controller for something; the chip takes it afterwards.
  void give_command(const Command& command) { command_ = command; }
  std::optional<Command> take_command() { return std::exchange(command_, std::nullopt); }
  /// Stores what access modes and reserved bits let through.
  void store(std::size_t index, std::uint32_t word);
  void count(std::size_t index, const std::string& what);

 private:
  /// What a RegisterSpec comes to, found once: accesses are many.
  struct Behaviour {
    const Effect* effect;
    std::uint32_t write_only;
    std::uint32_t read_write;
    std::uint32_t one_to_clear;
    std::uint32_t one_to_set;
    std::uint32_t zero_to_clear;
    std::uint32_t reported;  ///< reserved, or of a field that is not emulated
  };

  std::optional<std::size_t> find_at(std::uint32_t offset) const;
  std::uint32_t content_at(std::size_t index) const;
  void report(std::size_t index, std::uint32_t changed);

  const BlockSpec& spec_;
  NotEmulated& not_emulated_;
  std::vector<std::uint32_t> values_;
  std::vector<Behaviour> behaviours_;
  std::vector<std::optional<std::size_t>> by_word_;  ///< index of the register at offset / 4
  std::map<std::string, std::size_t> by_name_;
  std::map<std::size_t, KeySequence> keys_;
  PortRegisters port_;
  GpioLock lock_;
  ExternalLevels external_{};
  std::optional<Command> command_;
  Unit* unit_ = nullptr;
};

/// Bits of `access` in a register: of the fields that have it, or all when the register has no
/// fields and that access itself.
std::uint32_t bits_with(const RegisterSpec& spec, Access access);
/// Bits that belong to no field.
std::uint32_t reserved_bits(const RegisterSpec& spec);
std::uint32_t field_mask(const FieldSpec& field);
/// Null when the register has no such field.
const FieldSpec* find_field(const RegisterSpec& spec, const std::string& name);

}  // namespace dfurig::stm32
