#include "model/load_bootloader.h"

#include <filesystem>

#include "model/load_policies.h"
#include "model/load_usbd_dfu.h"
#include "model/validate.h"
#include "support/hex.h"

namespace dfurig::model {
namespace {

std::uint16_t u16(const Reader& reader) {
  return static_cast<std::uint16_t>(reader.number(0xFFFF));
}
std::uint8_t u8(const Reader& reader) {
  return static_cast<std::uint8_t>(reader.number(0xFF));
}

std::string read_serial(const Reader& reader, const std::vector<std::uint32_t>& uid) {
  if (reader.is_text()) return reader.text();
  reader.allow_only({"algorithm"});
  reader.at("algorithm").choice({"uid-add"});
  return serial_from_uid(uid);
}

LayoutStyle read_layout(const Reader& reader) {
  reader.allow_only({"count_digits", "size_digits", "type", "byte_unit"});
  LayoutStyle style;
  style.count_digits = reader.at("count_digits").number(8);
  style.size_digits = reader.at("size_digits").number(8);
  style.type = reader.at("type").text();
  if (const auto unit = reader.find("byte_unit")) style.byte_unit = unit->text();
  return style;
}

std::string read_alternate_name(const Reader& reader, const stm32::ChipSpec& chip) {
  if (reader.is_text()) return reader.text();
  reader.allow_only({"name", "flash_layout"});
  return layout_string(reader.at("name").text(), chip.flash,
                       read_layout(reader.at("flash_layout")));
}

/// The strings for every layout the option bytes can choose.
std::vector<std::string> read_names_by_layout(const Reader& reader, const stm32::ChipSpec& chip) {
  std::vector<std::string> names;
  if (reader.is_text()) return names;
  for (const stm32::FlashLayout& layout : chip.flash.layouts) {
    stm32::FlashSpec flash = chip.flash;
    flash.sectors = layout.sectors;
    names.push_back(
        layout_string(reader.at("name").text(), flash, read_layout(reader.at("flash_layout"))));
  }
  return names;
}

dfu::Alternate read_alternate(const Reader& reader, const stm32::ChipSpec& chip) {
  const std::string name = read_alternate_name(reader, chip);
  const std::string fault = layout_fault(name, chip);
  if (!fault.empty()) reader.fail("\"" + name + "\" " + fault);
  return {name, read_names_by_layout(reader, chip)};
}

/// "version": the ID byte becomes content of the system memory it lies in.
void read_version(const Reader& reader, Model& model) {
  reader.allow_only({"id", "at"});
  dfu::BootloaderSpec& spec = model.bootloader;
  spec.id = u8(reader.at("id"));
  spec.id_address = reader.at("at").number();
  for (stm32::MemorySpec& memory : model.chip.memories) {
    const bool holds = memory.kind == stm32::MemoryKind::SystemMemory &&
                       spec.id_address >= memory.base &&
                       spec.id_address - memory.base < memory.size;
    if (!holds) continue;
    memory.initial.resize(memory.size, 0xFF);
    memory.initial[spec.id_address - memory.base] = *spec.id;
    return;
  }
  reader.at("at").fail("the chip has no system memory at " + hex(spec.id_address));
}

void read_dfu(const Reader& dfu, dfu::BootloaderSpec& spec) {
  dfu.allow_only({"bmAttributes", "wDetachTimeOut", "wTransferSize", "bcdDFUVersion",
                  "default_address", "get_commands"});
  spec.dfu_bmAttributes = u8(dfu.at("bmAttributes"));
  spec.wDetachTimeOut = u16(dfu.at("wDetachTimeOut"));
  spec.wTransferSize = u16(dfu.at("wTransferSize"));
  spec.bcdDFUVersion = u16(dfu.at("bcdDFUVersion"));
  spec.default_address = dfu.at("default_address").number();
  spec.get_commands = dfu.at("get_commands").bytes();
  if (spec.wTransferSize == 0) dfu.at("wTransferSize").fail("expected a size above 0, found 0");
}

const std::vector<std::string> defect_names = {"mass-erase-does-nothing", "bank2-erase-wedges",
                                               "bank2-erase-hits-further", "leave-stays-in-rom"};

void read_switches(const Reader& reader, dfu::BootloaderSpec& spec) {
  spec.protected_access = static_cast<dfu::ProtectedAccess>(
      reader.at("protected_access").choice({"errVENDOR", "dropped"}));
  spec.misaligned_write = static_cast<dfu::MisalignedWrite>(
      reader.at("misaligned_write").choice({"as-memory", "all-fail", "corrupted"}));
  spec.write_alignment = reader.at("write_alignment").number(64);
  if (spec.write_alignment == 0) reader.at("write_alignment").fail("expected 1 to 64, found 0");
  spec.options_take_effect = static_cast<dfu::OptionsTakeEffect>(
      reader.at("options_take_effect")
          .choice({"at-option-byte-load", "at-system-reset", "at-power-on"}));
  spec.block_size =
      static_cast<dfu::BlockSize>(reader.at("block_size").choice({"wTransferSize", "wLength"}));
  spec.functional_descriptor_request = static_cast<usb::ClassDescriptorRequest>(
      reader.at("functional_descriptor_request").choice({"stalled", "answered", "never"}));
  for (const Reader& defect : reader.at("defects").items()) {
    spec.defects.insert(static_cast<dfu::Defect>(defect.choice(defect_names)));
  }
}

void read_behaviour(const Reader& reader, dfu::BootloaderSpec& spec) {
  reader.allow_only({"start_state", "clrstatus_outside_error", "while_busy",
                     "read_unprotect_when_unprotected", "set_address_when_protected", "leave_reply",
                     "leave_needs", "protected_access", "misaligned_write", "write_alignment",
                     "options_take_effect", "block_size", "functional_descriptor_request",
                     "defects"});
  spec.start_state = static_cast<dfu::StartState>(
      reader.at("start_state").choice({"dfuIDLE", "dfuERROR-errFIRMWARE"}));
  spec.clrstatus_outside_error = static_cast<dfu::ClrstatusOutsideError>(
      reader.at("clrstatus_outside_error").choice({"error-unknown", "to-idle", "stall"}));
  spec.while_busy = static_cast<dfu::WhileBusy>(
      reader.at("while_busy").choice({"hold", "dnbusy-again", "stall"}));
  spec.unprotect_unprotected = static_cast<dfu::UnprotectUnprotected>(
      reader.at("read_unprotect_when_unprotected").choice({"mass-erase", "ram-cleared"}));
  spec.set_address_protected = static_cast<dfu::SetAddressProtected>(
      reader.at("set_address_when_protected").choice({"accepted", "errVENDOR"}));
  read_switches(reader, spec);
  spec.leave_reply =
      static_cast<dfu::LeaveReply>(reader.at("leave_reply").choice({"delivered", "lost"}));
  spec.leave_needs =
      static_cast<dfu::LeaveNeeds>(reader.at("leave_needs").choice({"nothing", "address-command"}));
}

void read_timings(const Reader& reader, dfu::BootloaderSpec& spec) {
  const std::vector<std::pair<std::string, dfu::Timing*>> timings = {
      {"set_address", &spec.timings.set_address},
      {"erase_sector", &spec.timings.erase_sector},
      {"mass_erase", &spec.timings.mass_erase},
      {"program", &spec.timings.program},
      {"read_unprotect", &spec.timings.read_unprotect},
      {"leave", &spec.timings.leave}};
  std::vector<std::string> names = {"startup_ms"};
  for (const auto& [name, unused] : timings) names.push_back(name);
  reader.allow_only(names);
  constexpr std::uint32_t bwPollTimeout_max = 0xFFFFFF;
  for (const auto& [name, timing] : timings) {
    const Reader entry = reader.at(name);
    entry.allow_only({"poll_ms", "busy_ms"});
    timing->poll_ms = entry.at("poll_ms").number(bwPollTimeout_max);
    timing->busy_ms = entry.at("busy_ms").number();
  }
  spec.startup_ms = reader.at("startup_ms").number();
}

}  // namespace

void read_usb(const Reader& usb, const std::vector<std::uint32_t>& uid, dfu::BootloaderSpec& spec) {
  usb.allow_only({"bcdUSB", "idVendor", "idProduct", "bcdDevice", "bMaxPacketSize0", "bmAttributes",
                  "bMaxPower", "manufacturer", "product", "serial", "device_status"});
  spec.bcdUSB = u16(usb.at("bcdUSB"));
  spec.idVendor = u16(usb.at("idVendor"));
  spec.idProduct = u16(usb.at("idProduct"));
  spec.bcdDevice = u16(usb.at("bcdDevice"));
  spec.bMaxPacketSize0 = u8(usb.at("bMaxPacketSize0"));
  spec.bmAttributes = u8(usb.at("bmAttributes"));
  spec.bMaxPower = u8(usb.at("bMaxPower"));
  spec.manufacturer = usb.at("manufacturer").text();
  spec.product = usb.at("product").text();
  spec.serial = read_serial(usb.at("serial"), uid);
  spec.device_status = u16(usb.at("device_status"));
}

std::string serial_from_uid(const std::vector<std::uint32_t>& uid) {
  return hex(uid.at(0) + uid.at(2)).substr(2) + hex(uid.at(1) >> 16, 4).substr(2);
}

std::vector<std::string> load_other_versions(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const Document document(path, folder);
  const Reader reader(document);
  std::vector<std::string> names;
  if (const auto list = reader.find("other_versions")) {
    for (const Reader& item : list->items()) {
      named_file(item.text(), folder, item.place());
      names.push_back(item.text());
    }
  }
  return names;
}

void load_bootloader(const std::string& path, const std::vector<std::uint32_t>& uid,
                     const Changes& changes, Model& model) {
  Document document(path, std::filesystem::path(path).parent_path().string());
  document.lay_over(changes.bootloader, changes.file);
  const Reader reader(document, &model.facts);
  const auto kind = reader.find("kind");
  if (kind && kind->choice({"rom", "usbd-dfu"}) == 1)
    return load_usbd_dfu(reader, path, uid, model);
  reader.allow_only({"$schema", "extends", "name", "kind", "title", "other_versions", "version",
                     "reserved_ram", "usb", "alternates", "dfu", "behaviour", "timings", "groups",
                     "entry_policies", "leave_policies"});
  dfu::BootloaderSpec& spec = model.bootloader;
  spec.name = reader.at("name").text();
  check_name(reader, path);
  spec.title = reader.at("title").text();
  if (const auto version = reader.find("version")) read_version(*version, model);
  read_usb(reader.at("usb"), uid, spec);
  for (const Reader& alternate : reader.at("alternates").items()) {
    spec.alternates.push_back(read_alternate(alternate, model.chip));
  }
  if (spec.alternates.empty()) reader.at("alternates").fail("expected at least one alternate");
  read_dfu(reader.at("dfu"), spec);
  spec.reserved_ram = reader.at("reserved_ram").number();
  read_behaviour(reader.at("behaviour"), spec);
  read_timings(reader.at("timings"), spec);
  load_policies(reader, model);
}

}  // namespace dfurig::model
