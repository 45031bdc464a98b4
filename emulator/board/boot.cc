#include "board/boot.h"

#include <algorithm>
#include <array>

#include "support/hex.h"

namespace dfurig::board {
namespace {

std::uint32_t condition_value(const std::string& name, const model::Model& model,
                              const stm32::Chip& chip, const BootInputs& inputs) {
  if (name == model::empty_condition) return inputs.is_flash_empty ? 1 : 0;
  if (const model::OptionField* field = model.find_option_field(name)) {
    return read_option_field(*field, chip.option_bytes().loaded());
  }
  const auto pin = inputs.pins.find(name);
  return pin == inputs.pins.end() ? 0 : pin->second;
}

std::optional<std::uint32_t> read_word(const stm32::Chip& chip, std::uint32_t address) {
  std::array<std::uint8_t, 4> bytes{};
  if (chip.read_memory(address, bytes) != stm32::MemoryStatus::Ok) return std::nullopt;
  return ByteReader(bytes).u32le();
}

bool is_in_ram(const stm32::Chip& chip, std::uint32_t address) {
  const auto& memories = chip.spec().memories;
  return std::any_of(memories.begin(), memories.end(), [&](const stm32::MemorySpec& memory) {
    // A full descending stack may start one past the end.
    return memory.kind == stm32::MemoryKind::Ram && address > memory.base &&
           address - memory.base <= memory.size;
  });
}

bool is_in(stm32::MemoryKind kind, const stm32::Chip& chip, std::uint32_t address) {
  const auto& memories = chip.spec().memories;
  return std::any_of(memories.begin(), memories.end(), [&](const stm32::MemorySpec& memory) {
    return memory.kind == kind && address >= memory.base && address - memory.base < memory.size;
  });
}

std::uint32_t sram_base(const stm32::Chip& chip) {
  for (const stm32::MemorySpec& memory : chip.spec().memories) {
    if (memory.kind == stm32::MemoryKind::Ram) return memory.base;
  }
  return 0;
}

/// AN2606, patterns 4, 5, 7, 9 and 14: the ROM starts and jumps by itself to valid code, in bank 2
/// before bank 1. The banks are the halves of the flash.
BootDecision try_banks(std::vector<std::uint32_t> preferred, const stm32::Chip& chip,
                       const std::string& reason) {
  const stm32::FlashSpec& flash = chip.spec().flash;
  preferred.insert(preferred.end(), {flash.base + flash.size() / 2, flash.base});
  for (const std::uint32_t address : preferred) {
    if (find_application(chip, address)) return {false, address, reason + ", valid code there"};
  }
  return {true, 0, reason + ", no bank has valid code"};
}

BootDecision start_at_address(const model::BootRow& row, const model::Model& model,
                              const stm32::Chip& chip, const std::string& reason) {
  const model::OptionField& field = *model.find_option_field(row.address_field);
  std::uint32_t address = read_option_field(field, chip.option_bytes().loaded()) * row.address_unit;
  const auto alias = model.boot_aliases.find(address);
  if (alias != model.boot_aliases.end()) address = alias->second;
  const std::string where = reason + ", " + field.name + " means " + hex(address);
  const bool is_rom = is_in(stm32::MemoryKind::SystemMemory, chip, address);
  if (row.starts == model::BootRow::Starts::Address || is_rom ||
      is_in(stm32::MemoryKind::Ram, chip, address)) {
    return {is_rom, address, where};
  }
  if (!chip.flash().contains(address, 1)) return {true, 0, where + ", where nothing is"};
  return try_banks({address}, chip, where);
}

BootDecision outcome(const model::BootRow& row, const model::Model& model, const stm32::Chip& chip,
                     const std::string& reason) {
  using Starts = model::BootRow::Starts;
  switch (row.starts) {
    case Starts::MainFlash:
      return {false, model.chip.flash.base, reason};
    case Starts::SystemMemory:
      return {true, 0, reason};
    case Starts::Sram:
      return {false, sram_base(chip), reason};
    case Starts::Banks:
      return try_banks({}, chip, reason);
    case Starts::Address:
    case Starts::DualBoot:
      return start_at_address(row, model, chip, reason);
  }
  return {};
}

}  // namespace

std::uint32_t read_option_field(const model::OptionField& field, ByteView option_bytes) {
  std::uint64_t bits = 0;
  constexpr unsigned bytes = 5;  // 32 bits that start within a byte
  for (unsigned i = 0; i < bytes && field.byte + i < option_bytes.size(); ++i) {
    bits |= std::uint64_t{option_bytes[field.byte + i]} << 8 * i;
  }
  return static_cast<std::uint32_t>(bits >> field.bit & ((std::uint64_t{1} << field.width) - 1));
}

bool is_flash_empty(const stm32::Chip& chip) {
  const stm32::FlashSpec& flash = chip.spec().flash;
  const ByteView word = chip.flash().view(flash.base, 4);
  return std::all_of(word.begin(), word.end(),
                     [&](std::uint8_t byte) { return byte == flash.erased_value; });
}

BootDecision decide_boot(const model::Model& model, const stm32::Chip& chip,
                         const BootInputs& inputs) {
  std::string seen;
  for (const model::BootRow& row : model.boot_table) {
    bool holds = true;
    std::string values;
    for (const auto& [name, wanted] : row.conditions) {
      const std::uint32_t value = condition_value(name, model, chip, inputs);
      values += (values.empty() ? "" : ", ") + name + "=" +
                (value < 10 ? std::to_string(value) : hex(value, 2));
      holds = holds && value == wanted;
    }
    if (holds) return outcome(row, model, chip, values);
    seen += (seen.empty() ? "" : "; ") + values;
  }
  return {false, model.chip.flash.base, seen};
}

std::optional<std::map<std::string, unsigned>> find_bootloader_pins(const model::Model& model,
                                                                    const stm32::Chip& chip) {
  if (model.bootloader.kind == dfu::BootloaderKind::UsbdDfu) {
    return std::map<std::string, unsigned>{{model.bootloader.usbd.button, 1}};
  }
  const std::size_t count = model.boot_pins.size();
  for (unsigned levels = 0; levels < 1u << count; ++levels) {
    BootInputs inputs;
    for (std::size_t i = 0; i < count; ++i) inputs.pins[model.boot_pins[i]] = levels >> i & 1;
    if (decide_boot(model, chip, inputs).starts_bootloader) return inputs.pins;
  }
  return std::nullopt;
}

BootDecision decide_flash_boot(const dfu::UsbdDfuSpec& spec, const stm32::Chip& chip,
                               const std::map<std::string, unsigned>& boot_pins) {
  const auto button = boot_pins.find(spec.button);
  if (button != boot_pins.end() && button->second == 1)
    return {true, 0, spec.button + " is pressed"};
  // STM32CubeL4, DFU_Standalone/Src/main.c: valid code has a stack pointer in SRAM.
  constexpr std::uint32_t stack_mask = 0x2FFE0000;
  constexpr std::uint32_t stack_in_sram = 0x20000000;
  const auto initial_msp = read_word(chip, spec.application_address);
  if (initial_msp && (*initial_msp & stack_mask) == stack_in_sram) return {false, 0, ""};
  return {true, 0, "no valid code at " + hex(spec.application_address)};
}

std::optional<VectorTable> read_vector_table(const stm32::Chip& chip, std::uint32_t address) {
  const auto initial_msp = read_word(chip, address);
  const auto reset_handler = read_word(chip, address + 4);
  if (!initial_msp || !reset_handler) return std::nullopt;
  return VectorTable{address, *initial_msp, *reset_handler};
}

std::optional<VectorTable> find_application(const stm32::Chip& chip, std::uint32_t address) {
  const std::optional<VectorTable> table = read_vector_table(chip, address);
  if (!table || !table->is_thumb() || !is_in_ram(chip, table->initial_msp)) return std::nullopt;
  return chip.is_readable(table->reset_handler & ~1u, 2) ? table : std::nullopt;
}

std::optional<VectorTable> find_startable(const stm32::Chip& chip, std::uint32_t address) {
  const std::optional<VectorTable> table = read_vector_table(chip, address);
  if (!table || !table->is_thumb()) return std::nullopt;
  std::array<std::uint8_t, 2> instruction{};
  const auto status = chip.read_mapped(table->reset_handler & ~1u, instruction);
  return status == stm32::MemoryStatus::Ok ? table : std::nullopt;
}

}  // namespace dfurig::board
