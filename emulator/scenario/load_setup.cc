#include "scenario/load_setup.h"

#include <algorithm>

#include "scenario/load_faults.h"
#include "scenario/load_given.h"
#include "support/input_error.h"

namespace dfurig::scenario {
namespace {

/// "override": what this board has different from the model's files, in their own form.
model::Changes read_override(const model::Reader& board, const std::string& path) {
  model::Changes changes;
  const auto reader = board.find("override");
  if (!reader) return changes;
  reader->allow_only({"chip", "bootloader"});
  changes.file = path + "#override";
  if (const auto chip = reader->find("chip")) changes.chip = chip->json();
  if (const auto bootloader = reader->find("bootloader")) changes.bootloader = bootloader->json();
  return changes;
}

/// Those in flash, and other versions of the ROM's.
std::vector<std::string> bootloaders_of(const model::Model& model) {
  std::vector<std::string> names = model.flash_bootloaders;
  names.insert(names.end(), model.rom_versions.begin(), model.rom_versions.end());
  return names;
}

/// The chip, with the bootloader that "given" puts into its flash.
model::Model load_model(const model::Reader& board, const std::string& path,
                        const model::Library& library) {
  const model::Reader reader = board.at("model");
  const std::string name = reader.text();
  const std::vector<std::string> known = library.names();
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    reader.fail("there is no model \"" + name + "\"",
                did_you_mean(name, known, "dfurig models lists them"));
  }
  const auto given = board.find("given");
  const auto bootloader = given ? given->find("bootloader") : std::nullopt;
  if (bootloader) bootloader->choice(bootloaders_of(library.load(name)));
  model::Model model =
      library.load(name, bootloader ? bootloader->text() : "", read_override(board, path));
  if (!model.has_usb_dfu()) {
    reader.fail(name + ": " + model.no_usb_dfu,
                model.flash_bootloader_advice("\"given\": { \"bootloader\": \"", "\" }"));
  }
  return model;
}

void read_policies(const model::Reader& reader, BoardSetup& board) {
  reader.allow_only({"entry", "leave", "variant"});
  if (const auto variant = reader.find("variant")) {
    board.options.variant = variant->text();
    board::find_variant(board.model, variant->text(), variant->place());
  }
  if (const auto entry = reader.find("entry")) {
    board.options.entry_policy = entry->text();
    board::find_policy(board.model.entry_policies, entry->text(), entry->place());
  }
  if (const auto leave = reader.find("leave")) {
    board.options.leave_policy = leave->text();
    board::find_policy(board.model.leave_policies, leave->text(), leave->place());
  }
}

std::uint8_t read_u8(const model::Reader& reader, const char* key) {
  const auto value = reader.find(key);
  return value ? static_cast<std::uint8_t>(value->number(0xFF)) : 0;
}

/// The index of a string, which is added to the set; 0 where there is none.
std::uint8_t read_string(const model::Reader& reader, const char* key, Bystander& set) {
  const auto value = reader.find(key);
  if (!value) return 0;
  set.strings.push_back(value->text());
  return static_cast<std::uint8_t>(set.strings.size());
}

usb::InterfaceDescriptor read_interface(const model::Reader& reader, Bystander& set) {
  reader.allow_only({"bInterfaceNumber", "bAlternateSetting", "bInterfaceClass",
                     "bInterfaceSubClass", "bInterfaceProtocol", "name", "extra"});
  usb::InterfaceDescriptor interface;
  interface.bInterfaceNumber = read_u8(reader, "bInterfaceNumber");
  interface.bAlternateSetting = read_u8(reader, "bAlternateSetting");
  interface.bInterfaceClass = static_cast<std::uint8_t>(reader.at("bInterfaceClass").number(0xFF));
  interface.bInterfaceSubClass = read_u8(reader, "bInterfaceSubClass");
  interface.bInterfaceProtocol = read_u8(reader, "bInterfaceProtocol");
  interface.iInterface = read_string(reader, "name", set);
  if (const auto extra = reader.find("extra")) interface.extra = extra->bytes();
  return interface;
}

}  // namespace

const std::vector<std::string>& board_keys() {
  static const std::vector<std::string> keys = {"model",      "override", "policies",
                                                "time_scale", "faults",   "given"};
  return keys;
}

const std::vector<std::string>& head_keys() {
  static const std::vector<std::string> keys = [] {
    std::vector<std::string> all = {"title",      "why",   "source", "gallery",
                                    "fails_with", "files", "others", "bystanders"};
    all.insert(all.end(), board_keys().begin(), board_keys().end());
    return all;
  }();
  return keys;
}

BoardSetup read_board(const model::Reader& reader, const std::string& name, const Files& files,
                      const model::Library& library) {
  BoardSetup board;
  board.place = name + ": " + reader.pointer();
  board.model = load_model(reader, name, library);
  board.overrides = model::settings_of(read_override(reader, name));
  if (const auto policies = reader.find("policies")) read_policies(*policies, board);
  if (const auto scale = reader.find("time_scale")) {
    board.options.time_scale = scale->real();
    if (!(scale->real() >= 0 && scale->real() <= 1000)) scale->fail("expected 0 to 1000");
  }
  if (const auto faults = reader.find("faults")) board.faults = read_faults(*faults, files);
  if (const auto given = reader.find("given")) {
    board.given = read_given(*given, files, board.model);
  }
  return board;
}

std::vector<BoardSetup> read_others(const model::Reader& reader, const std::string& name,
                                    const Files& files, const model::Library& library) {
  std::vector<BoardSetup> boards;
  for (const model::Reader& item : reader.items()) {
    item.allow_only(board_keys());
    boards.push_back(read_board(item, name, files, library));
    if (const auto faults = item.find("faults")) {
      check_not_of_stream(*faults, boards.back().faults);
    }
  }
  return boards;
}

Bystander read_bystander(const model::Reader& reader) {
  reader.allow_only(
      {"idVendor", "idProduct", "bcdDevice", "manufacturer", "product", "serial", "interfaces"});
  Bystander set;
  set.device.bcdUSB = 0x0200;
  set.device.bMaxPacketSize0 = 64;
  set.device.idVendor = static_cast<std::uint16_t>(reader.at("idVendor").number(0xFFFF));
  set.device.idProduct = static_cast<std::uint16_t>(reader.at("idProduct").number(0xFFFF));
  if (const auto version = reader.find("bcdDevice")) {
    set.device.bcdDevice = static_cast<std::uint16_t>(version->number(0xFFFF));
  }
  set.device.iManufacturer = read_string(reader, "manufacturer", set);
  set.device.iProduct = read_string(reader, "product", set);
  set.device.iSerialNumber = read_string(reader, "serial", set);
  set.device.bNumConfigurations = 1;
  set.configuration.bConfigurationValue = 1;
  set.configuration.bmAttributes = 0x80;  // bus-powered (USB 2.0 table 9-10)
  for (const model::Reader& item : reader.at("interfaces").items()) {
    set.configuration.interfaces.push_back(read_interface(item, set));
  }
  if (set.configuration.interfaces.empty()) {
    reader.at("interfaces").fail("expected at least one interface");
  }
  return set;
}

}  // namespace dfurig::scenario
