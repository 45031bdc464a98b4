#include "board/boot.h"

#include <algorithm>
#include <array>

namespace dfurig::board {
namespace {

unsigned condition_value(const std::string& name, const model::Model& model,
                         const stm32::OptionBytes& option_bytes,
                         const std::map<std::string, unsigned>& boot_pins) {
  if (const auto bit = model.option_bits.find(name); bit != model.option_bits.end()) {
    return option_bytes.content()[bit->second.byte] >> bit->second.bit & 1u;
  }
  const auto pin = boot_pins.find(name);
  return pin == boot_pins.end() ? 0 : pin->second;
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

}  // namespace

BootDecision decide_boot(const model::Model& model, const stm32::OptionBytes& option_bytes,
                         const std::map<std::string, unsigned>& boot_pins) {
  std::string seen;
  for (const model::BootRule& rule : model.bootloader_boot_rules) {
    bool holds = true;
    std::string values;
    for (const auto& [name, wanted] : rule.conditions) {
      const unsigned value = condition_value(name, model, option_bytes, boot_pins);
      values += (values.empty() ? "" : ", ") + name + "=" + std::to_string(value);
      holds = holds && value == wanted;
    }
    if (holds) return {true, values};
    seen += (seen.empty() ? "" : "; ") + values;
  }
  return {false, seen};
}

std::optional<VectorTable> find_application(const stm32::Chip& chip, std::uint32_t address) {
  const auto initial_msp = read_word(chip, address);
  const auto reset_handler = read_word(chip, address + 4);
  if (!initial_msp || !reset_handler || !is_in_ram(chip, *initial_msp)) return std::nullopt;
  const bool is_thumb = (*reset_handler & 1) != 0;
  if (!is_thumb || !chip.is_readable(*reset_handler & ~1u, 2)) return std::nullopt;
  return VectorTable{address, *initial_msp, *reset_handler};
}

}  // namespace dfurig::board
