#include "model/validate.h"

#include <algorithm>
#include <filesystem>

#include "model/load_policies.h"
#include "stm32/register_block.h"
#include "support/hex.h"

namespace dfurig::model {
namespace {

struct Range {
  std::string name;
  std::uint64_t base = 0;
  std::uint64_t size = 0;
};

std::vector<Range> ranges_of(const stm32::ChipSpec& chip) {
  std::vector<Range> ranges = {{"flash", chip.flash.base, chip.flash.size()}};
  for (const stm32::MemorySpec& memory : chip.memories) {
    ranges.push_back({memory.name, memory.base, memory.size});
  }
  // On some families the window a bootloader shows is made of the flash interface's registers.
  for (const stm32::Window& window : chip.option_bytes.windows) {
    const bool is_registers =
        std::any_of(chip.blocks.begin(), chip.blocks.end(), [&](const stm32::BlockSpec& block) {
          return window.address >= block.base && window.address - block.base < block.size;
        });
    if (!is_registers) ranges.push_back({"option bytes", window.address, window.size});
  }
  for (const stm32::BlockSpec& block : chip.blocks) {
    if (block.size > 0) ranges.push_back({block.name, block.base, block.size});
  }
  return ranges;
}

std::string to_string(const Range& range) {
  return range.name + " (" + hex(static_cast<std::uint32_t>(range.base)) + " to " +
         hex(static_cast<std::uint32_t>(range.base + range.size - 1)) + ")";
}

void check_in_address_space(const Reader& chip, const Model& model) {
  for (const Range& range : ranges_of(model.chip)) {
    if (range.base + range.size <= std::uint64_t{UINT32_MAX} + 1) continue;
    chip.fail(range.name + " at " + hex(static_cast<std::uint32_t>(range.base)) +
              " leaves the 32-bit address space");
  }
}

void check_no_overlap(const Reader& chip, const Model& model) {
  std::vector<Range> ranges = ranges_of(model.chip);
  std::stable_sort(ranges.begin(), ranges.end(),
                   [](const Range& a, const Range& b) { return a.base < b.base; });
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    const Range& before = ranges[i - 1];
    if (before.base + before.size <= ranges[i].base) continue;
    chip.fail(to_string(before) + " overlaps " + to_string(ranges[i]),
              "give each region its own addresses");
  }
}

/// A gated or resettable block must not be the one whose register gates it.
void check_bits(const Reader& chip, const Model& model) {
  for (const stm32::BlockSpec& block : model.chip.blocks) {
    const bool gates_itself = (block.clock_enable && block.clock_enable->block == block.name) ||
                              (block.reset_bit && block.reset_bit->block == block.name);
    if (gates_itself) chip.at("peripherals").at(block.name).fail("a block cannot gate itself");
  }
}

void check_resets(const Reader& chip, const Model& model) {
  for (const stm32::BlockSpec& block : model.chip.blocks) {
    for (const stm32::RegisterSpec& spec : block.registers) {
      const std::uint32_t outside = spec.reset & stm32::reserved_bits(spec);
      if (outside == 0) continue;
      chip.at("peripherals")
          .at(block.name)
          .fail("the reset value " + hex(spec.reset) + " of " + spec.name + " sets reserved bits " +
                    hex(outside),
                "every bit that is set belongs to a field");
    }
  }
}

/// The registers that show option bytes are FLASH's.
void check_option_registers(const Reader& chip, const Model& model) {
  for (const stm32::OptionRegisterSpec& it : model.chip.option_bytes.registers) {
    const std::string name = it.register_name + (it.field.empty() ? "" : "." + it.field);
    const stm32::FieldSpec* field = nullptr;
    if (find_register(model.chip, "FLASH." + name, field) != nullptr) continue;
    chip.at("option_bytes").at("registers").at(name).fail("no register FLASH." + name + " here");
  }
}

}  // namespace

void check_name(const Reader& file, const std::string& path) {
  const std::string stem = std::filesystem::path(path).stem().string();
  const std::string name = file.at("name").text();
  if (name == stem) return;
  file.at("name").fail("expected the file's name, \"" + stem + "\", found \"" + name + "\"");
}

void validate(const Reader& chip, const Model& model) {
  check_name(chip, model.file);
  check_in_address_space(chip, model);
  check_no_overlap(chip, model);
  check_bits(chip, model);
  check_resets(chip, model);
  check_option_registers(chip, model);
}

}  // namespace dfurig::model
