#include "stm32/effects.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "stm32/register_block.h"

namespace dfurig::stm32 {
namespace {

/// 0 where the model has no such register: a port without OTYPER is push-pull.
std::uint32_t value_at(const RegisterBlock& block, std::optional<std::size_t> index) {
  return index ? block.value(*index) : 0;
}

PinConfiguration configuration_of(const RegisterBlock& block, unsigned pin) {
  const PortRegisters& port = block.port();
  PinConfiguration configuration;
  configuration.mode = static_cast<PinMode>(value_at(block, port.moder) >> (2 * pin) & 3);
  configuration.is_open_drain = (value_at(block, port.otyper) >> pin & 1) != 0;
  configuration.pull = static_cast<Pull>(value_at(block, port.pupdr) >> (2 * pin) & 3);
  configuration.output = (value_at(block, port.odr) >> pin & 1) != 0;
  return configuration;
}

PinConfiguration f1_configuration_of(const RegisterBlock& block, unsigned pin) {
  const PortRegisters& port = block.port();
  const std::uint32_t word = value_at(block, pin < 8 ? port.crl : port.crh);
  return f1_configuration(word >> (4 * (pin % 8)) & 0xF,
                          (value_at(block, port.odr) >> pin & 1) != 0);
}

template <typename ConfigurationOf>
std::uint32_t levels_of(const RegisterBlock& block, ConfigurationOf configuration) {
  std::uint32_t levels = 0;
  for (unsigned pin = 0; pin < pins_per_port; ++pin) {
    const bool level = pin_reading(configuration(block, pin), block.external_levels()[pin]);
    if (level) levels |= 1u << pin;
  }
  return levels;
}
std::uint32_t peek_idr(const RegisterBlock& block, std::size_t) {
  return levels_of(block, configuration_of);
}
std::uint32_t peek_f1_idr(const RegisterBlock& block, std::size_t) {
  return levels_of(block, f1_configuration_of);
}

void set_and_reset_outputs(RegisterBlock& block, std::uint32_t set, std::uint32_t reset) {
  const auto odr = block.port().odr;
  assert(odr && "the model was validated: a port with BSRR or BRR has ODR");
  block.value(*odr) = ((block.value(*odr) & ~reset) | set) & 0xFFFF;
}

// RM0351 §8.4.7: "If both BSx and BRx are set, BSx has priority."
void write_bsrr(RegisterBlock& block, std::size_t, std::uint32_t word) {
  set_and_reset_outputs(block, word & 0xFFFF, word >> 16);
}

void write_brr(RegisterBlock& block, std::size_t, std::uint32_t word) {
  set_and_reset_outputs(block, 0, word & 0xFFFF);
}

std::uint32_t read_lckr(RegisterBlock& block, std::size_t) {
  return block.gpio_lock().read();
}
void write_lckr(RegisterBlock& block, std::size_t, std::uint32_t word) {
  block.gpio_lock().write(word);
}
std::uint32_t peek_lckr(const RegisterBlock& block, std::size_t) {
  return block.gpio_lock().value();
}

/// Pin configuration that LCKR can freeze.
void write_lockable(RegisterBlock& block, std::size_t index, std::uint32_t word,
                    unsigned bits_per_pin, unsigned first_pin) {
  const std::uint32_t frozen =
      spread_pins(block.gpio_lock().locked_pins(), bits_per_pin, first_pin);
  block.store(index, (word & ~frozen) | (block.value(index) & frozen));
}
void write_lockable_1(RegisterBlock& block, std::size_t index, std::uint32_t word) {
  write_lockable(block, index, word, 1, 0);
}
void write_lockable_2(RegisterBlock& block, std::size_t index, std::uint32_t word) {
  write_lockable(block, index, word, 2, 0);
}
/// AFRL and AFRH; CRL and CRH of an F1 (RM0008 §9.2.7).
void write_lockable_4(RegisterBlock& block, std::size_t index, std::uint32_t word) {
  write_lockable(block, index, word, 4, 0);
}
void write_lockable_4_from_8(RegisterBlock& block, std::size_t index, std::uint32_t word) {
  write_lockable(block, index, word, 4, 8);
}

/// OPTLOCK of CR can be opened only while LOCK is (RM0444 Rev 5 p. 90), OPTLOCK and PRGLOCK of PECR
/// only while PELOCK is (RM0377 §3.3.4).
bool is_closed(const RegisterBlock& block, std::size_t index, unsigned lock_bit) {
  const RegisterSpec& spec = block.spec().registers[index];
  const bool has_own = spec.effect == "flash_cr" || spec.effect == "flash_pecr";
  return has_own && spec.lock_bit != lock_bit && (block.value(index) >> spec.lock_bit & 1) != 0;
}

// RM0090 §3.6.1, RM0351 §3.3.5
void write_key(RegisterBlock& block, std::size_t index, std::uint32_t word) {
  const RegisterSpec& spec = block.spec().registers[index];
  const auto locked = block.find(spec.unlocks);
  assert(locked && "the model was validated: unlocks names a register of the block");
  if (is_closed(block, *locked, spec.lock_bit)) return block.count(index, "written too early");
  if (block.keys(index).write(word)) block.value(*locked) &= ~(1u << spec.lock_bit);
}

/// FLASH_OPTKEYR in PM0075 and RM0091: on F0, F1 and F3 the keys set OPTWRE, they clear no lock.
void write_enabling_key(RegisterBlock& block, std::size_t index, std::uint32_t word) {
  const RegisterSpec& spec = block.spec().registers[index];
  const auto enabled = block.find(spec.unlocks);
  assert(enabled && "the model was validated: unlocks names a register of the block");
  if (block.keys(index).write(word)) block.value(*enabled) |= 1u << spec.lock_bit;
}

/// A register that takes writes only while its lock bit is 0; the bit itself is set by writing 1.
void write_locked(RegisterBlock& block, std::size_t index, std::uint32_t word) {
  const std::uint32_t lock = 1u << block.spec().registers[index].lock_bit;
  if ((block.value(index) & lock) != 0) return block.count(index, "written while locked");
  block.store(index, word);
}

void copy_field(std::uint32_t& word, const FieldSpec& from, const FieldSpec& to) {
  const std::uint32_t value = (word & field_mask(from)) >> from.lsb;
  word = (word & ~field_mask(to)) | (value << to.lsb & field_mask(to));
}

/// RM0090 §7.3.1, RM0351 §6.4.1: a clock that is switched on is ready some time later; here at
/// once, so that start-up code does not wait for ever. The L0 has an HSI16RDYF (RM0376, RCC_CR).
std::uint32_t peek_ready(const RegisterBlock& block, std::size_t index) {
  const RegisterSpec& spec = block.spec().registers[index];
  const std::vector<std::string>& silent = block.spec().silent_clocks;
  std::uint32_t word = block.value(index);
  for (const FieldSpec& on : spec.fields) {
    if (!on.name.ends_with("ON")) continue;
    const std::string clock = on.name.substr(0, on.name.size() - 2);
    if (std::ranges::find(silent, clock) != silent.end()) continue;
    const FieldSpec* ready = find_field(spec, clock + "RDY");
    if (ready == nullptr) ready = find_field(spec, clock + "RDYF");
    if (ready != nullptr) copy_field(word, on, *ready);
  }
  return word;
}

/// RM0390 §5.4.2, RM0385 §4.4.2: the flags of over-drive in CSR answer to bits of CR, the first
/// register.
std::uint32_t peek_power_ready(const RegisterBlock& block, std::size_t index) {
  const RegisterSpec& status = block.spec().registers[index];
  const RegisterSpec& control = block.spec().registers[0];
  std::uint32_t word = block.value(index);
  for (const std::string mode : {"OD", "ODSW"}) {
    const FieldSpec* enable = find_field(control, mode + "EN");
    const FieldSpec* ready = find_field(status, mode + "RDY");
    assert(enable != nullptr && ready != nullptr && "the model was validated");
    const bool is_on = (block.value(0) & field_mask(*enable)) != 0;
    word = (word & ~field_mask(*ready)) | (is_on ? field_mask(*ready) : 0);
  }
  return word;
}

/// RM0090 §7.3.3, RM0351 §6.4.3: SWS tells which clock the switch SW has selected.
std::uint32_t peek_switch(const RegisterBlock& block, std::size_t index) {
  const RegisterSpec& spec = block.spec().registers[index];
  const FieldSpec* selected = find_field(spec, "SW");
  const FieldSpec* status = find_field(spec, "SWS");
  assert(selected != nullptr && status != nullptr && "the model was validated");
  std::uint32_t word = block.value(index);
  copy_field(word, *selected, *status);
  return word;
}

/// RMVF takes the flags of past resets away (RM0090 §7.3.21, RM0351 §6.4.29).
void write_reset_flags(RegisterBlock& block, std::size_t index, std::uint32_t word) {
  const RegisterSpec& spec = block.spec().registers[index];
  const FieldSpec* remove = find_field(spec, "RMVF");
  assert(remove != nullptr && "the model was validated");
  block.store(index, word);
  if ((word & field_mask(*remove)) != 0) block.value(index) &= ~reset_flags(spec);
}

/// FLASH_CR, PECR, OPTCR: what STRT and its like ask for, the flash controller does.
void write_flash_control(RegisterBlock& block, std::size_t index, std::uint32_t word) {
  const std::uint32_t lock = 1u << block.spec().registers[index].lock_bit;
  const bool is_locked = (block.value(index) & lock) != 0;
  write_locked(block, index, word);
  if (!is_locked) block.give_command({index, word});
}

/// CCR1 clears flags of SR1, bit by bit (RM0433 §4.9.7).
void write_flash_ccr(RegisterBlock& block, std::size_t index, std::uint32_t word) {
  const RegisterSpec& spec = block.spec().registers[index];
  const auto status = block.find("SR" + spec.name.substr(3));
  assert(status && "the model was validated: CCRn has its SRn");
  block.value(*status) &= ~(word & ~reserved_bits(spec));
}

/// An option register takes writes only while OPTLOCK is clear (RM0444 Rev 5 p. 90).
void write_option(RegisterBlock& block, std::size_t index, std::uint32_t word) {
  const std::vector<RegisterSpec>& registers = block.spec().registers;
  for (std::size_t i = 0; i < registers.size(); ++i) {
    const FieldSpec* lock = find_field(registers[i], "OPTLOCK");
    const bool is_locked = lock != nullptr && (block.value(i) & field_mask(*lock)) != 0;
    if (is_locked) return block.count(index, "written while locked");
  }
  block.store(index, word);
}

/// An address that can only be written, and stays for the controller.
void write_flash_ar(RegisterBlock& block, std::size_t index, std::uint32_t word) {
  block.value(index) = word;
}

/// "ISER1" for ICER1, "ISPR0" for ICPR0: the register whose bits this one clears.
std::size_t cleared_by(const RegisterBlock& block, std::size_t index) {
  std::string name = block.spec().registers[index].name;
  name[1] = 'S';
  const auto set = block.find(name);
  assert(set && "the model was validated: ICERn has its ISERn, ICPRn its ISPRn");
  return *set;
}

/// ARM DDI 0403E §B3.4: writing 1 clears the bit that ISERn or ISPRn set; both read the same.
void write_clear(RegisterBlock& block, std::size_t index, std::uint32_t word) {
  block.value(cleared_by(block, index)) &= ~word;
}
std::uint32_t peek_cleared(const RegisterBlock& block, std::size_t index) {
  return block.value(cleared_by(block, index));
}

constexpr std::array effects = {
    Effect{"", nullptr, nullptr, nullptr},
    Effect{"gpio_moder", nullptr, write_lockable_2, nullptr},
    Effect{"gpio_otyper", nullptr, write_lockable_1, nullptr},
    Effect{"gpio_ospeedr", nullptr, write_lockable_2, nullptr},
    Effect{"gpio_pupdr", nullptr, write_lockable_2, nullptr},
    Effect{"gpio_idr", nullptr, nullptr, peek_idr},
    Effect{"gpio_bsrr", nullptr, write_bsrr, nullptr},
    Effect{"gpio_brr", nullptr, write_brr, nullptr},
    Effect{"gpio_lckr", read_lckr, write_lckr, peek_lckr},
    Effect{"gpio_afrl", nullptr, write_lockable_4, nullptr},
    Effect{"gpio_afrh", nullptr, write_lockable_4_from_8, nullptr},
    Effect{"gpio_f1_crl", nullptr, write_lockable_4, nullptr},
    Effect{"gpio_f1_crh", nullptr, write_lockable_4_from_8, nullptr},
    Effect{"gpio_f1_idr", nullptr, nullptr, peek_f1_idr},
    Effect{"flash_keyr", nullptr, write_key, nullptr},
    Effect{"flash_optwre", nullptr, write_enabling_key, nullptr},
    Effect{"locked", nullptr, write_locked, nullptr},
    Effect{"rcc_ready", nullptr, nullptr, peek_ready},
    Effect{"rcc_switch", nullptr, nullptr, peek_switch},
    Effect{"pwr_ready", nullptr, nullptr, peek_power_ready},
    Effect{"rcc_reset_flags", nullptr, write_reset_flags, peek_ready},
    Effect{"flash_cr", nullptr, write_flash_control, nullptr},
    Effect{"flash_cr_of_bank", nullptr, write_flash_control, nullptr},
    Effect{"flash_ccr", nullptr, write_flash_ccr, nullptr},
    Effect{"flash_pecr", nullptr, write_flash_control, nullptr},
    Effect{"flash_optcr", nullptr, write_flash_control, nullptr},
    Effect{"flash_option", nullptr, write_option, nullptr},
    Effect{"flash_ar", nullptr, write_flash_ar, nullptr},
    Effect{"nvic_icer", nullptr, write_clear, peek_cleared},
    Effect{"nvic_icpr", nullptr, write_clear, peek_cleared},
};

const Effect* look_up(const std::string& name) {
  for (const Effect& effect : effects) {
    if (name == effect.name) return &effect;
  }
  return nullptr;
}

}  // namespace

std::uint32_t reset_flags(const RegisterSpec& spec) {
  std::uint32_t flags = 0;
  for (const FieldSpec& field : spec.fields) {
    if (field.name.ends_with("RSTF")) flags |= field_mask(field);
  }
  return flags;
}

const Effect& find_effect(const std::string& name) {
  const Effect* effect = look_up(name);
  assert(effect != nullptr && "the model was validated: its effects exist");
  return *effect;
}

bool is_effect(const std::string& name) {
  return look_up(name) != nullptr;
}

std::vector<std::string> effect_names() {
  std::vector<std::string> names;
  for (const Effect& effect : effects) {
    if (*effect.name != '\0') names.push_back(effect.name);
  }
  return names;
}

}  // namespace dfurig::stm32
