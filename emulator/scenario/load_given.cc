#include "scenario/load_given.h"

#include <algorithm>
#include "model/load_policies.h"
#include "scenario/load_firmware.h"
#include "support/hex.h"
#include "support/input_error.h"

namespace dfurig::scenario {
namespace {

Application read_application(const model::Reader& reader, const model::Model& model) {
  reader.allow_only({"writes", "then"});
  Application application;
  for (const model::Reader& item : reader.at("writes").items()) {
    application.writes.push_back(read_register_value(item, model.chip));
  }
  if (const auto then = reader.find("then")) {
    then->choice({"jump_to_bootloader"});
    if (model.bootloader.kind == dfu::BootloaderKind::UsbdDfu) {
      then->fail("a bootloader in flash starts after a reset, nothing jumps to it",
                 "write \"boot_pins\": { \"" + model.bootloader.usbd.button + "\": 1 }");
    }
    application.jumps_to_bootloader = true;
  }
  return application;
}

}  // namespace

void check_fits(const model::Reader& reader, const std::vector<Image>& images,
                const stm32::FlashSpec& flash, const std::string& what) {
  for (const Image& image : images) {
    const std::uint64_t end = std::uint64_t{image.address} + image.data.size();
    if (image.address >= flash.base && end <= std::uint64_t{flash.base} + flash.size()) continue;
    reader.fail(what + " covers " + hex(image.address) + " to " +
                hex(static_cast<std::uint32_t>(end - 1)) + ", which is not all in flash (" +
                hex(flash.base) + ", " + std::to_string(flash.size()) + " bytes)");
  }
}

std::vector<Image> read_flash_content(const model::Reader& reader, const Files& files,
                                      const stm32::FlashSpec& flash, std::string& what) {
  if (reader.is_object() && !reader.has("file")) reader.at("at");
  std::vector<Image> images = files.read_content(reader, what);
  check_fits(reader, images, flash, what);
  return images;
}

std::map<std::uint32_t, Bytes> read_option_bytes(const model::Reader& reader,
                                                 const model::Model& model) {
  const stm32::OptionBytes option_bytes(model.chip.option_bytes);
  std::map<std::uint32_t, Bytes> windows;
  for (const auto& [address_text, value] : reader.members()) {
    const auto address = parse_number(address_text);
    const Bytes bytes = value.bytes();
    const auto size = static_cast<std::uint32_t>(bytes.size());
    if (!address || !option_bytes.contains(*address, size)) {
      value.fail("\"" + address_text +
                 "\" and the bytes after it are not option bytes of this chip");
    }
    windows[*address] = bytes;
  }
  return windows;
}

std::string read_register_name(const model::Reader& reader, const stm32::ChipSpec& chip,
                               const std::string& name) {
  const stm32::FieldSpec* field = nullptr;
  if (model::find_register(chip, name, field) != nullptr) return name;
  reader.fail("no register or field \"" + name + "\" on this chip",
              did_you_mean(name, model::register_names(chip),
                           "write BLOCK.REGISTER or BLOCK.REGISTER.FIELD"));
}

void check_pin(const model::Reader& reader, const stm32::ChipSpec& chip, const std::string& pin) {
  if (!model::has_pin(chip, pin)) {
    reader.fail("no pin \"" + pin + "\" on this chip", "write it as PB7");
  }
}

std::map<std::string, unsigned> read_boot_pins(const model::Reader& reader,
                                               const model::Model& model) {
  std::map<std::string, unsigned> levels;
  reader.allow_only(model.boot_pins);
  for (const auto& [name, level] : reader.members()) levels[name] = level.number(1);
  return levels;
}

RegisterValue read_register_value(const model::Reader& reader, const stm32::ChipSpec& chip) {
  reader.allow_only({"register", "value"});
  const model::Reader name = reader.at("register");
  return {read_register_name(name, chip, name.text()), reader.at("value").number()};
}

Given read_given(const model::Reader& reader, const Files& files, const model::Model& model) {
  reader.allow_only(
      {"bootloader", "boot_pins", "flash", "option_bytes", "pins", "application", "firmware"});
  Given given;
  if (const auto pins = reader.find("boot_pins")) given.boot_pins = read_boot_pins(*pins, model);
  if (const auto flash = reader.find("flash")) {
    std::string what;
    for (const model::Reader& item : flash->items()) {
      for (Image& image : read_flash_content(item, files, model.chip.flash, what)) {
        given.flash.push_back(std::move(image));
      }
    }
  }
  if (const auto options = reader.find("option_bytes")) {
    given.option_bytes = read_option_bytes(*options, model);
  }
  if (const auto pins = reader.find("pins")) {
    for (const auto& [name, level] : pins->members()) {
      check_pin(level, model.chip, name);
      given.pins[name] = level.number(1) != 0;
    }
  }
  if (const auto application = reader.find("application")) {
    given.application = read_application(*application, model);
  }
  if (const auto firmware = reader.find("firmware")) {
    if (given.application) firmware->fail("either \"application\" or \"firmware\", not both");
    given.firmware = read_firmware(*firmware, files.scenario_file(), model);
  }
  return given;
}

}  // namespace dfurig::scenario
