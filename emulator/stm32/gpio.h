// What a GPIO pin reads: the input stage of RM0351 §8.3 and RM0090 §8.3; RM0008 §9.1 for the F1.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace dfurig::stm32 {

/// MODER values.
enum class PinMode : std::uint8_t { Input = 0, Output = 1, Alternate = 2, Analog = 3 };
/// PUPDR values; 3 is reserved and pulls nowhere.
enum class Pull : std::uint8_t { None = 0, Up = 1, Down = 2, Reserved = 3 };

struct PinConfiguration {
  PinMode mode = PinMode::Input;
  bool is_open_drain = false;  ///< OTYPER
  Pull pull = Pull::None;      ///< PUPDR
  bool output = false;         ///< ODR
  bool operator==(const PinConfiguration&) const = default;
};

/// The pin's bit in IDR. `external` is the level something outside drives, if anything does.
/// A floating pin reads 0: a choice, the silicon promises nothing. An alternate function drives
/// nothing: no peripheral behind it is modelled.
bool pin_reading(const PinConfiguration& pin, std::optional<bool> external);

/// The four bits CNF and MODE that CRL or CRH of an F1 has for a pin, and its ODR bit, which
/// chooses the pull of an input (RM0008 §9.1, table 20).
PinConfiguration f1_configuration(std::uint32_t cnf_and_mode, bool output);

/// A pin's name taken apart: "PB7" is bit 7 of block "GPIOB".
struct Pin {
  std::string block;
  unsigned number = 0;
  bool operator==(const Pin&) const = default;
};

/// Absent when the text is no pin's name.
std::optional<Pin> parse_pin(const std::string& text);

constexpr unsigned pins_per_port = 16;
using ExternalLevels = std::array<std::optional<bool>, pins_per_port>;

/// RM0351 §8.4.8: writing LCKK=1, 0, 1 with the same LCK bits, then reading LCKR, freezes the
/// configuration of those pins until reset.
class GpioLock {
 public:
  void write(std::uint32_t word);
  /// LCKR as it reads; reading is the last step of the sequence.
  std::uint32_t read();
  std::uint32_t value() const;
  bool is_locked() const { return step_ == Step::Locked; }
  /// One bit per locked pin.
  std::uint32_t locked_pins() const { return is_locked() ? pins_ : 0; }

 private:
  enum class Step { Idle, One, OneZero, OneZeroOne, Locked };
  Step step_ = Step::Idle;
  std::uint32_t pins_ = 0;
};

/// The bits of a configuration register with `bits_per_pin` bits for each of `first_pin`… that
/// belong to `pins`.
std::uint32_t spread_pins(std::uint32_t pins, unsigned bits_per_pin, unsigned first_pin);

}  // namespace dfurig::stm32
