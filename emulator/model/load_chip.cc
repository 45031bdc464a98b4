#include "model/load_chip.h"

#include <algorithm>
#include <map>

#include "model/load_boot.h"
#include "model/load_bootloader.h"
#include "model/load_clocks.h"
#include "model/load_core.h"
#include "model/load_memories.h"
#include "model/load_peripheral.h"
#include "model/load_policies.h"
#include "model/validate.h"
#include "stm32/bus.h"
#include "stm32/unit.h"
#include "support/input_error.h"

namespace dfurig::model {
namespace {

void override_resets(const Reader& reader, stm32::BlockSpec& block) {
  for (const auto& [name, value] : reader.members()) {
    const auto found =
        std::find_if(block.registers.begin(), block.registers.end(),
                     [&, key = name](const stm32::RegisterSpec& spec) { return spec.name == key; });
    if (found == block.registers.end()) value.fail("no register \"" + name + "\" in " + block.kind);
    found->reset = value.number();
  }
}

/// The peripheral files of one chip: each is read once, however many blocks are of that kind.
class Peripherals {
 public:
  Peripherals(std::string folder, std::vector<Fact>& facts)
      : folder_(std::move(folder)), facts_(facts) {}

  const Peripheral& of(const Reader& kind) {
    const std::string path = named_file(kind.text(), folder_, kind.place());
    const auto found = loaded_.find(path);
    if (found != loaded_.end()) return found->second;
    return loaded_[path] = load_peripheral(path, &facts_);
  }

 private:
  std::string folder_;
  std::vector<Fact>& facts_;
  std::map<std::string, Peripheral> loaded_;
};

stm32::BlockSpec read_block(const std::string& name, const Reader& reader,
                            Peripherals& peripherals) {
  reader.allow_only({"kind", "base", "reset", "clock_enable", "reset_bit", "clock", "interrupts"});
  stm32::BlockSpec block;
  block.name = name;
  block.kind = reader.at("kind").text();
  const Peripheral& peripheral = peripherals.of(reader.at("kind"));
  if (peripheral.size > 0) block.base = reader.at("base").number();
  block.size = peripheral.size;
  block.registers = peripheral.registers;
  block.unit = peripheral.unit;
  if (const auto reset = reader.find("reset")) override_resets(*reset, block);
  return block;
}

/// "RCC.AHB2ENR.GPIOAEN"; absent when the block does not name one.
std::optional<stm32::BitReference> resolve(const std::optional<Reader>& bit,
                                           const stm32::ChipSpec& chip) {
  if (!bit) return std::nullopt;
  const std::string text = bit->text();
  const stm32::FieldSpec* field = nullptr;
  if (find_register(chip, text, field) == nullptr || field == nullptr || field->width != 1) {
    bit->fail("no one-bit field \"" + text + "\" on this chip",
              "write BLOCK.REGISTER.FIELD, such as RCC.AHB2ENR.GPIOAEN");
  }
  const std::size_t first = text.find('.');
  const std::size_t second = text.find('.', first + 1);
  return stm32::BitReference{text.substr(0, first), text.substr(first + 1, second - first - 1),
                             field->lsb};
}

/// The lines of a unit into the NVIC.
void read_interrupts(const Reader& reader, stm32::BlockSpec& block) {
  const stm32::UnitKind* unit = stm32::find_unit_kind(block.unit);
  if (const auto lines = reader.find("interrupts")) {
    for (const Reader& line : lines->items()) {
      block.interrupts.push_back(line.number(stm32::interrupts_max - 1));
    }
  }
  const auto count = static_cast<unsigned>(block.interrupts.size());
  if (unit == nullptr) {
    if (count != 0) reader.fail("interrupts of a block without a unit", block.kind + " has none");
    return;
  }
  if (std::ranges::find(unit->line_counts, count) != unit->line_counts.end()) return;
  std::string counts;
  for (const unsigned allowed : unit->line_counts) {
    counts += (counts.empty() ? "" : " or ") + std::to_string(allowed);
  }
  reader.fail("unit " + block.unit + " has " + counts + " interrupts, not " +
              std::to_string(count));
}

/// The clock a unit counts.
void read_clock(const Reader& reader, const stm32::ChipSpec& chip, stm32::BlockSpec& block) {
  const stm32::UnitKind* unit = stm32::find_unit_kind(block.unit);
  const auto clock = reader.find("clock");
  const bool needs_clock = unit != nullptr && unit->needs_clock;
  // A chip without a clock tree runs nothing.
  if (needs_clock && !clock && !chip.clocks.empty())
    reader.fail("unit " + block.unit + " needs \"clock\"");
  if (!clock) return;
  if (!needs_clock) clock->fail(block.kind + " counts no clock");
  block.clock = clock->text();
  if (chip.clocks.empty()) return;
  if (std::ranges::find(chip.clocks, block.clock, &stm32::ClockSpec::name) != chip.clocks.end()) {
    return;
  }
  clock->fail("no clock \"" + block.clock + "\" in \"clocks\" of this chip");
}

void read_units(const Reader& reader, stm32::ChipSpec& chip) {
  const auto members = reader.members();
  for (std::size_t i = 0; i < members.size(); ++i) {
    read_interrupts(members[i].second, chip.blocks[i]);
    read_clock(members[i].second, chip, chip.blocks[i]);
  }
}

void read_blocks(const Reader& reader, const std::string& folder, Model& model) {
  stm32::ChipSpec& chip = model.chip;
  Peripherals peripherals(folder + "/peripherals", model.facts);
  const auto members = reader.members();
  for (const auto& [name, value] : members) {
    chip.blocks.push_back(read_block(name, value, peripherals));
  }
  for (std::size_t i = 0; i < members.size(); ++i) {
    const Reader& block = members[i].second;
    chip.blocks[i].clock_enable = resolve(block.find("clock_enable"), chip);
    chip.blocks[i].reset_bit = resolve(block.find("reset_bit"), chip);
  }
}

/// The file of the bootloader that is asked for, the ROM's when none is; absent when that has no
/// USB DFU. Asked for can be one in flash or another version of the ROM.
std::optional<std::string> bootloader_file(const Reader& chip, const std::string& folder,
                                           const std::string& asked_for, Model& model) {
  if (const auto list = chip.find("flash_bootloaders")) {
    for (const Reader& item : list->items()) {
      named_file(item.text(), folder, item.place());
      model.flash_bootloaders.push_back(item.text());
    }
  }
  if (const auto why = chip.find("no_usb_dfu")) model.no_usb_dfu = why->text();
  const bool has_rom = model.no_usb_dfu.empty();
  if (!has_rom && chip.has("bootloader")) {
    chip.at("bootloader").fail("expected null, because there is \"no_usb_dfu\"");
  }
  std::optional<std::string> rom_file;
  if (has_rom) {
    const Reader rom = chip.at("bootloader");
    rom_file = named_file(rom.text(), folder, rom.place());
    model.rom_versions = load_other_versions(*rom_file);
  }
  if (asked_for.empty() || (has_rom && chip.at("bootloader").text() == asked_for)) return rom_file;
  std::vector<std::string> known = model.flash_bootloaders;
  known.insert(known.end(), model.rom_versions.begin(), model.rom_versions.end());
  if (std::find(known.begin(), known.end(), asked_for) == known.end()) {
    throw InputError(model.name, "no bootloader \"" + asked_for + "\" for this chip",
                     did_you_mean(asked_for, known, model.flash_bootloader_advice("")));
  }
  return folder + "/" + asked_for + ".json";
}

}  // namespace

Model load_chip(const std::string& path, const std::string& folder, const std::string& bootloader,
                const Changes& changes) {
  Model model;
  Document document(path, folder + "/families");
  document.lay_over(changes.chip, changes.file);
  const Reader reader(document, &model.facts);
  reader.allow_only({"$schema", "extends", "name", "title", "family", "core", "bootloader",
                     "no_usb_dfu", "flash_bootloaders", "uid", "flash_size_at", "flash", "memories",
                     "option_bytes", "boot", "clocks", "peripherals"});
  model.file = path;
  model.name = reader.at("name").text();
  model.title = reader.at("title").text();
  model.family = reader.at("family").text();
  model.core = reader.at("core").text();
  load_core(folder + "/cores", reader.at("core").place(), model);
  const std::vector<std::uint32_t> uid = load_memories(reader, model);
  read_blocks(reader.at("peripherals"), folder, model);
  if (const auto clocks = reader.find("clocks")) load_clocks(*clocks, model.chip);
  read_units(reader.at("peripherals"), model.chip);
  load_boot(reader.at("boot"), model);
  validate(reader, model);
  const auto file = bootloader_file(reader, folder + "/bootloaders", bootloader, model);
  if (file) load_bootloader(*file, uid, changes, model);
  return model;
}

}  // namespace dfurig::model
