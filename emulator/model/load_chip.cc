#include "model/load_chip.h"

#include <algorithm>

#include "model/load_bootloader.h"
#include "model/load_memories.h"
#include "model/load_peripheral.h"
#include "model/load_policies.h"
#include "model/validate.h"
#include "support/input_error.h"

namespace dfurig::model {
namespace {

/// "RCC.AHB2ENR.GPIOAEN" or "RCC.AHB2ENR.0"; resolved when all blocks are there.
struct PendingBit {
  std::size_t block = 0;
  bool is_reset = false;
  std::string text;
  std::string place;
};

void override_resets(const Reader& reader, stm32::BlockSpec& block) {
  for (const auto& [name, value] : reader.members()) {
    const auto found =
        std::find_if(block.registers.begin(), block.registers.end(),
                     [&, key = name](const stm32::RegisterSpec& spec) { return spec.name == key; });
    if (found == block.registers.end()) value.fail("no register \"" + name + "\" in " + block.kind);
    found->reset = value.number();
  }
}

stm32::BlockSpec read_block(const std::string& name, const Reader& reader,
                            const std::string& folder, std::vector<PendingBit>& bits,
                            std::size_t index) {
  reader.allow_only({"kind", "base", "reset", "clock_enable", "reset_bit"});
  stm32::BlockSpec block;
  block.name = name;
  block.kind = reader.at("kind").text();
  block.base = reader.at("base").number();
  const Peripheral peripheral = load_peripheral(folder + "/peripherals/" + block.kind + ".json");
  block.size = peripheral.size;
  block.registers = peripheral.registers;
  if (const auto reset = reader.find("reset")) override_resets(*reset, block);
  if (const auto bit = reader.find("clock_enable")) {
    bits.push_back({index, false, bit->text(), bit->place()});
  }
  if (const auto bit = reader.find("reset_bit")) {
    bits.push_back({index, true, bit->text(), bit->place()});
  }
  return block;
}

stm32::BitReference resolve(const PendingBit& pending, const stm32::ChipSpec& chip) {
  const stm32::FieldSpec* field = nullptr;
  if (find_register(chip, pending.text, field) == nullptr || field == nullptr ||
      field->width != 1) {
    throw InputError(pending.place, "no one-bit field \"" + pending.text + "\" on this chip",
                     "write BLOCK.REGISTER.FIELD, such as RCC.AHB2ENR.GPIOAEN");
  }
  const std::size_t first = pending.text.find('.');
  const std::size_t second = pending.text.find('.', first + 1);
  return {pending.text.substr(0, first), pending.text.substr(first + 1, second - first - 1),
          field->lsb};
}

void read_blocks(const Reader& reader, const std::string& folder, stm32::ChipSpec& chip) {
  std::vector<PendingBit> bits;
  for (const auto& [name, value] : reader.members()) {
    chip.blocks.push_back(read_block(name, value, folder, bits, chip.blocks.size()));
  }
  for (const PendingBit& pending : bits) {
    stm32::BlockSpec& block = chip.blocks[pending.block];
    (pending.is_reset ? block.reset_bit : block.clock_enable) = resolve(pending, chip);
  }
}

void read_boot(const Reader& reader, Model& model) {
  reader.allow_only({"pins", "bootloader_when"});
  for (const Reader& pin : reader.at("pins").items()) model.boot_pins.push_back(pin.text());
  for (const Reader& item : reader.at("bootloader_when").items()) {
    BootRule rule;
    rule.source = item.fact().source;
    for (const auto& [name, level] : item.members()) {
      const bool is_pin =
          std::find(model.boot_pins.begin(), model.boot_pins.end(), name) != model.boot_pins.end();
      if (!is_pin && model.option_bits.count(name) == 0) {
        level.fail("\"" + name + "\" is neither a boot pin nor a bit of option_bytes/bits");
      }
      rule.conditions[name] = level.number(1);
    }
    model.bootloader_boot_rules.push_back(std::move(rule));
  }
}

}  // namespace

Model load_chip(const std::string& path, const std::string& folder) {
  Model model;
  const Json json = parse_json_file(path);
  const Reader reader(json, path, &model.facts);
  reader.allow_only({"$schema", "name", "title", "family", "core", "bootloader", "uid",
                     "flash_size_at", "flash", "memories", "option_bytes", "boot", "peripherals"});
  model.file = path;
  model.name = reader.at("name").text();
  model.title = reader.at("title").text();
  model.family = reader.at("family").text();
  model.core = reader.at("core").text();
  const std::vector<std::uint32_t> uid = load_memories(reader, model);
  read_blocks(reader.at("peripherals"), folder, model.chip);
  read_boot(reader.at("boot"), model);
  validate(reader, model);
  load_bootloader(folder + "/bootloaders/" + reader.at("bootloader").text() + ".json", uid, model);
  return model;
}

}  // namespace dfurig::model
