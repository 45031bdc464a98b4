#include "stm32/gpio.h"

#include <charconv>

namespace dfurig::stm32 {
namespace {

constexpr std::uint32_t LCKK = 1u << 16;
constexpr std::uint32_t LCK_mask = 0xFFFF;

bool undriven_level(Pull pull, std::optional<bool> external) {
  if (external) return *external;
  return pull == Pull::Up;
}

}  // namespace

std::optional<Pin> parse_pin(const std::string& text) {
  const bool has_port = text.size() >= 3 && text[0] == 'P' && text[1] >= 'A' && text[1] <= 'Z';
  if (!has_port) return std::nullopt;
  unsigned number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + 2, end, number);
  const bool is_padded = text[2] == '0' && text.size() > 3;
  if (error != std::errc{} || stop != end || number >= pins_per_port || is_padded) {
    return std::nullopt;
  }
  return Pin{std::string("GPIO") + text[1], number};
}

bool pin_reading(const PinConfiguration& pin, std::optional<bool> external) {
  switch (pin.mode) {
    case PinMode::Analog:
      return false;  // the Schmitt trigger is off: "the read access gets 0"
    case PinMode::Input:
    case PinMode::Alternate:
      return undriven_level(pin.pull, external);
    case PinMode::Output:
      if (!pin.is_open_drain || !pin.output) return pin.output;
      return undriven_level(pin.pull, external);
  }
  return false;
}

PinConfiguration f1_configuration(std::uint32_t cnf_and_mode, bool output) {
  const std::uint32_t mode = cnf_and_mode & 3;
  const std::uint32_t cnf = cnf_and_mode >> 2 & 3;
  PinConfiguration pin;
  pin.output = output;
  if (mode != 0) {
    pin.mode = cnf >= 2 ? PinMode::Alternate : PinMode::Output;
    pin.is_open_drain = (cnf & 1) != 0;
    return pin;
  }
  if (cnf == 0) pin.mode = PinMode::Analog;
  if (cnf == 2) pin.pull = output ? Pull::Up : Pull::Down;  // 1 floats, 3 is reserved
  return pin;
}

void GpioLock::write(std::uint32_t word) {
  if (is_locked()) return;
  const std::uint32_t pins = word & LCK_mask;
  const bool key = (word & LCKK) != 0;
  const bool continues = pins == pins_;
  if (step_ == Step::One && !key && continues) {
    step_ = Step::OneZero;
  } else if (step_ == Step::OneZero && key && continues) {
    step_ = Step::OneZeroOne;
  } else {
    step_ = key ? Step::One : Step::Idle;
  }
  pins_ = pins;
}

std::uint32_t GpioLock::read() {
  if (step_ == Step::OneZeroOne) step_ = Step::Locked;
  if (step_ != Step::Locked) step_ = Step::Idle;
  return value();
}

std::uint32_t GpioLock::value() const {
  return pins_ | (is_locked() ? LCKK : 0);
}

std::uint32_t spread_pins(std::uint32_t pins, unsigned bits_per_pin, unsigned first_pin) {
  const std::uint32_t one_pin = (1u << bits_per_pin) - 1;
  std::uint32_t mask = 0;
  for (unsigned pin = first_pin; pin < pins_per_port; ++pin) {
    const unsigned shift = (pin - first_pin) * bits_per_pin;
    if (shift < 32 && (pins >> pin & 1) != 0) mask |= one_pin << shift;
  }
  return mask;
}

}  // namespace dfurig::stm32
