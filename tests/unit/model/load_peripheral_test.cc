#include "model/load_peripheral.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "model/gpio_ports.h"
#include "model/reset_flags.h"
#include "model/temporary_models.h"
#include "stm32/chip.h"
#include "stm32/input_level.h"

namespace dfurig::model {
namespace {

/// Where the registers of a port are that are not its configuration.
struct Offsets {
  std::uint32_t IDR, ODR, BSRR, LCKR, BRR;
};
constexpr Offsets v1 = {0x08, 0x0C, 0x10, 0x18, 0x14};  // RM0008 §9.2
constexpr Offsets v2 = {0x10, 0x14, 0x18, 0x1C, 0x28};  // RM0090 §8.4, RM0351 §8.4

/// A register that LCKR freezes for the pins that are locked.
struct Configuration {
  std::uint32_t offset;
  std::uint32_t reset;
  std::uint32_t of_pins_0_and_15;
  std::uint32_t of_all_pins = 0xFFFFFFFF;
};

struct Port {
  std::string name;  ///< "GPIOB"
  std::uint32_t base = 0;
  ClockRow clock{};
  std::uint32_t bit = 0;  ///< in the enable and in the reset register
  Offsets at{};
  std::vector<Configuration> configurations;
  bool has_brr = false;
};

template <std::size_t count, typename Row>
const Row* find_row(const Row (&rows)[count], const std::string& family, char port = '\0') {
  const auto* row = std::ranges::find_if(rows, [&](const Row& it) {
    if constexpr (requires { it.port; }) return it.family == family && it.port == port;
    return it.family == family;
  });
  return row == std::end(rows) ? nullptr : row;
}

std::vector<Configuration> configurations_of(const std::string& family, char letter) {
  const ResetRow& row = *find_row(reset_rows, family);
  const std::uint32_t other[3] = {row.others, 0, 0};
  const std::uint32_t* reset = letter == 'A' ? row.a : letter == 'B' ? row.b : other;
  if (family == "STM32F1") {
    return {{0x00, reset[0], 0xF}, {0x04, reset[0], 0xF0000000}};  // CRL, CRH
  }
  const SmallPortRow* small = find_row(small_port_rows, family, letter);
  return {{0x00, small != nullptr ? small->moder : reset[0], 0xC0000003},  // MODER
          {0x04, 0, 0x8001, 0xFFFF},                                       // OTYPER
          {0x08, reset[1], 0xC0000003},                                    // OSPEEDR
          {0x0C, reset[2], 0xC0000003},                                    // PUPDR
          {0x20, 0, 0x0000000F},                                           // AFRL
          {0x24, 0, 0xF0000000}};                                          // AFRH
}

Port port_of(const std::string& family, char letter, bool has_brr) {
  const PlaceRow* odd = find_row(place_rows, family, letter);
  const int place = odd != nullptr ? odd->place : letter - 'A';
  Port port;
  port.name = std::string("GPIO") + letter;
  port.clock = *find_row(clock_rows, family);
  port.base = port.clock.port_a + 0x400 * static_cast<std::uint32_t>(place);
  const int bits_after_a = odd != nullptr ? odd->bits_after_a : place;
  port.bit = 1u << (static_cast<int>(port.clock.bit_of_a) + bits_after_a);
  port.at = family == "STM32F1" ? v1 : v2;
  port.configurations = configurations_of(family, letter);
  port.has_brr = has_brr;
  return port;
}

/// A chip after a reset, and how software reaches one port of it.
class PortOfChip {
 public:
  PortOfChip(stm32::Chip& chip, const Port& port) : port_(port), chip_(chip) {
    chip_.reset(stm32::ResetKind::System);
  }
  std::uint32_t read(std::uint32_t offset) {
    return chip_.read(port_.base + offset, 4).value_or(0xBADBADBA);
  }
  void write(std::uint32_t offset, std::uint32_t word) {
    chip_.write(port_.base + offset, 4, word);
  }
  std::uint32_t enabled() { return *chip_.read(port_.clock.rcc + port_.clock.enable, 4); }
  void enable(std::uint32_t bits) { chip_.write(port_.clock.rcc + port_.clock.enable, 4, bits); }
  void hold_in_reset(std::uint32_t bits) {
    chip_.write(port_.clock.rcc + port_.clock.reset, 4, bits);
  }
  void lock_pins_0_and_15() {
    for (const std::uint32_t key : {0x10000u, 0u, 0x10000u}) write(port_.at.LCKR, key | 0x8001);
    EXPECT_EQ(read(port_.at.LCKR), 0x18001u);
  }
  void expect_reset_values() {
    for (const Configuration& it : port_.configurations) {
      EXPECT_EQ(read(it.offset), it.reset) << "offset " << it.offset;
    }
    EXPECT_EQ(read(port_.at.ODR), 0u);
    EXPECT_EQ(read(port_.at.LCKR), 0u);
  }
  void drive(unsigned pin, stm32::External level) {
    EXPECT_TRUE(chip_.drive_pin("P" + port_.name.substr(4) + std::to_string(pin), level));
  }

 private:
  const Port& port_;
  stm32::Chip& chip_;
};

const LineRow* find_line(const std::string& model) {
  const auto* row = std::ranges::find_if(
      line_rows, [&](const LineRow& it) { return model.starts_with(it.chips); });
  return row == std::end(line_rows) ? nullptr : row;
}

void expect_deaf_until_clocked(const Port& port, PortOfChip rig) {
  EXPECT_EQ(rig.enabled(), port.clock.enabled_at_reset);
  for (const bool others_on : {false, true}) {
    if (others_on) rig.enable(~port.bit);
    for (std::uint32_t offset = 0; offset <= port.at.BRR; offset += 4) {
      rig.write(offset, 0xFFFFFFFF);
      EXPECT_EQ(rig.read(offset), 0u) << "offset " << offset;
    }
  }
  rig.enable(port.bit);
  rig.expect_reset_values();
}

void expect_content_kept_without_clock(const Port& port, PortOfChip rig) {
  rig.enable(port.bit);
  for (const Configuration& it : port.configurations) rig.write(it.offset, ~it.reset);
  rig.write(port.at.ODR, 0x1234);
  rig.enable(0);
  for (const Configuration& it : port.configurations) rig.write(it.offset, it.reset);
  rig.write(port.at.ODR, 0);
  rig.enable(port.bit);
  for (const Configuration& it : port.configurations) {
    EXPECT_EQ(rig.read(it.offset), ~it.reset & it.of_all_pins) << "offset " << it.offset;
  }
  EXPECT_EQ(rig.read(port.at.ODR), 0x1234u);
}

void expect_outputs_set_and_reset(const Port& port, PortOfChip rig) {
  rig.enable(port.bit);
  rig.write(port.at.ODR, 0x80F0);
  rig.write(port.at.BSRR, 0x80FF000F);
  EXPECT_EQ(rig.read(port.at.ODR), 0x000Fu) << "BSy has priority over BRy";
  rig.write(port.at.BSRR, 0x00010003);
  EXPECT_EQ(rig.read(port.at.ODR), 0x000Fu);
  rig.write(port.at.BRR, 0x8003);
  EXPECT_EQ(rig.read(port.at.ODR), port.has_brr ? 0x000Cu : 0x000Fu) << "BRR";
  EXPECT_EQ(rig.read(port.at.BSRR), 0u);
  EXPECT_EQ(rig.read(port.at.BRR), 0u);
}

void expect_locked_pins_frozen(const Port& port, PortOfChip rig) {
  rig.enable(port.bit);
  rig.lock_pins_0_and_15();
  rig.enable(0);
  rig.enable(port.bit);
  for (const Configuration& it : port.configurations) {
    rig.write(it.offset, ~it.reset);
    const std::uint32_t expected =
        ((it.reset & it.of_pins_0_and_15) | (~it.reset & ~it.of_pins_0_and_15)) & it.of_all_pins;
    EXPECT_EQ(rig.read(it.offset), expected) << "offset " << it.offset;
  }
  rig.write(port.at.ODR, 0xFFFF);
  EXPECT_EQ(rig.read(port.at.ODR), 0xFFFFu) << "outputs are not configuration";
}

void expect_reset_by_its_bit_alone(const Port& port, PortOfChip rig) {
  rig.enable(port.bit);
  rig.lock_pins_0_and_15();
  rig.write(port.at.ODR, 0x8001);
  rig.hold_in_reset(~port.bit);
  rig.hold_in_reset(0);
  EXPECT_EQ(rig.read(port.at.ODR), 0x8001u);
  EXPECT_EQ(rig.read(port.at.LCKR), 0x18001u);
  rig.hold_in_reset(port.bit);
  rig.write(port.at.ODR, 0x8001);
  EXPECT_EQ(rig.read(port.at.ODR), 0u) << "while held";
  rig.hold_in_reset(0);
  rig.expect_reset_values();
  const Configuration& first = port.configurations.front();
  rig.write(first.offset, ~first.reset);
  EXPECT_EQ(rig.read(first.offset), ~first.reset) << "the lock is gone";
}

/// One chip with each kind of port.
struct KindRow {
  const char* kind;
  const char* model;
};
constexpr KindRow kind_rows[] = {
    {"gpio-f1", "stm32f103c8"}, {"gpio-f4", "stm32f405rg"}, {"gpio-f0", "stm32f072rb"},
    {"gpio-h7", "stm32h743zi"}, {"gpio-v2", "stm32g474re"}, {"gpio-l4", "stm32l476rg"},
    {"gpio-l5", "stm32u575zi"},
};

/// Pin by pin another combination, and each pin has each once.
void expect_levels(const Port& port, PortOfChip& rig) {
  for (unsigned start = 0; start < stm32::combinations; ++start) {
    std::uint32_t moder = 0, otyper = 0, pupdr = 0, odr = 0, idr = 0;
    for (unsigned pin = 0; pin < 16; ++pin) {
      const auto [it, external] = stm32::combination((start + pin) % stm32::combinations);
      moder |= static_cast<std::uint32_t>(it.mode) << 2 * pin;
      otyper |= (it.is_open_drain ? 1u : 0u) << pin;
      pupdr |= static_cast<std::uint32_t>(it.pull) << 2 * pin;
      odr |= (it.output ? 1u : 0u) << pin;
      idr |= (stm32::expected_level(it, external) ? 1u : 0u) << pin;
      rig.drive(pin, external);
    }
    rig.write(0x00, moder);
    rig.write(0x04, otyper);
    rig.write(0x0C, pupdr);
    rig.write(port.at.ODR, odr);
    EXPECT_EQ(rig.read(port.at.IDR), idr) << "combinations from " << start;
  }
}

void expect_f1_levels(const Port& port, PortOfChip& rig) {
  for (unsigned start = 0; start < stm32::f1_combinations; ++start) {
    std::uint64_t crl_and_crh = 0;
    std::uint32_t odr = 0, idr = 0;
    for (unsigned pin = 0; pin < 16; ++pin) {
      const auto it = stm32::f1_combination((start + pin) % stm32::f1_combinations);
      crl_and_crh |= std::uint64_t{it.cnf_and_mode} << 4 * pin;
      odr |= (it.output ? 1u : 0u) << pin;
      idr |= (it.level ? 1u : 0u) << pin;
      rig.drive(pin, it.external);
    }
    rig.write(0x00, static_cast<std::uint32_t>(crl_and_crh));
    rig.write(0x04, static_cast<std::uint32_t>(crl_and_crh >> 32));
    rig.write(port.at.ODR, odr);
    EXPECT_EQ(rig.read(port.at.IDR), idr) << "combinations from " << start;
  }
}

TEST(ShippedPorts, ReadTheRightLevelInEveryCombination) {
  for (const KindRow& row : kind_rows) {
    SCOPED_TRACE(row.kind);
    const Model model = Library(shipped_models).load(row.model);
    const Port port = port_of(model.family, 'B', find_line(row.model)->has_brr);
    stm32::Chip chip(model.chip);
    EXPECT_EQ(chip.find_block(port.name)->spec().kind, row.kind);
    PortOfChip rig(chip, port);
    rig.enable(port.bit);
    port.at.ODR == v1.ODR ? expect_f1_levels(port, rig) : expect_levels(port, rig);
  }
}

/// Its ports are those of its row, and of a kind that is tested.
void expect_ports(const Model& model, const LineRow& line) {
  std::string ports;
  for (const stm32::BlockSpec& block : model.chip.blocks) {
    if (!block.kind.starts_with("gpio")) continue;
    ports += block.name.substr(4);
    EXPECT_NE(std::ranges::find(kind_rows, block.kind, &KindRow::kind), std::end(kind_rows))
        << block.kind << " is in no row";
  }
  std::ranges::sort(ports);
  EXPECT_EQ(ports, line.ports);
}

void expect_port(stm32::Chip& chip, const Port& port) {
  if (chip.find_block(port.name) == nullptr) return;  // expect_ports says so
  expect_deaf_until_clocked(port, {chip, port});
  expect_content_kept_without_clock(port, {chip, port});
  expect_outputs_set_and_reset(port, {chip, port});
  expect_locked_pins_frozen(port, {chip, port});
  expect_reset_by_its_bit_alone(port, {chip, port});
}

TEST(ShippedPorts, AreAsTheManualsAndDeviceHeadersSay) {
  const Library library(shipped_models);
  std::set<std::string> unused;
  for (const LineRow& row : line_rows) unused.insert(row.chips);
  for (const std::string& name : library.names()) {
    SCOPED_TRACE(name);
    const LineRow* line = find_line(name);
    ASSERT_NE(line, nullptr) << name << " is in no row";
    unused.erase(line->chips);
    const Model model = library.load(name);
    expect_ports(model, *line);
    stm32::Chip chip(model.chip);
    for (const char letter : std::string(line->ports)) {
      SCOPED_TRACE(std::string("GPIO") + letter);
      expect_port(chip, port_of(model.family, letter, line->has_brr));
    }
  }
  EXPECT_TRUE(unused.empty()) << *unused.begin() << " is no chip";
}

/// The register with the flags of past resets; null where the model has none.
const stm32::RegisterSpec* find_reset_flags(const stm32::Chip& chip) {
  const auto& registers = chip.find_block("RCC")->spec().registers;
  const auto found = std::ranges::find(registers, "rcc_reset_flags", &stm32::RegisterSpec::effect);
  return found == registers.end() ? nullptr : &*found;
}

/// Names of the flags that are set, in the order of their bits.
std::string set_flags(const stm32::Chip& chip, const stm32::RegisterSpec& spec) {
  const std::uint32_t word = chip.peek("RCC." + spec.name).value();
  std::string names;
  for (const stm32::FieldSpec& field : spec.fields) {
    const bool is_set = field.name.ends_with("RSTF") && (word & stm32::field_mask(field)) != 0;
    if (is_set) names += (names.empty() ? "" : " ") + field.name;
  }
  return names;
}

void write_rmvf(stm32::Chip& chip, const stm32::RegisterSpec& spec) {
  const std::uint32_t rmvf = stm32::field_mask(*stm32::find_field(spec, "RMVF"));
  chip.write(*chip.address_of("RCC." + spec.name), 4, rmvf);
}

// RM0090 §7.3.21, RM0351 §6.4.29, RM0433 §8.4.4 table 56 and their like.
TEST(ShippedResetFlags, TellEachResetAndGoWithRmvf) {
  using stm32::ResetCause;
  const Library library(shipped_models);
  for (const std::string& name : library.names()) {
    SCOPED_TRACE(name);
    const Model model = library.load(name);
    stm32::Chip chip(model.chip);
    const stm32::RegisterSpec* spec = find_reset_flags(chip);
    ASSERT_NE(spec, nullptr);
    const ResetFlagsRow* row = find_row(reset_flags_rows, model.family);
    ASSERT_NE(row, nullptr) << model.family << " is in no row";
    chip.reset(stm32::ResetKind::PowerOn);
    EXPECT_EQ(set_flags(chip, *spec), row->power_on);
    for (const auto& [cause, flags] :
         {std::pair{ResetCause::Pin, row->pin}, std::pair{ResetCause::Software, row->software},
          std::pair{ResetCause::IndependentWatchdog, row->watchdog}}) {
      write_rmvf(chip, *spec);
      EXPECT_EQ(set_flags(chip, *spec), "");
      chip.reset(stm32::ResetKind::System, cause);
      EXPECT_EQ(set_flags(chip, *spec), flags);
    }
  }
}

}  // namespace
}  // namespace dfurig::model
