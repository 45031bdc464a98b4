#include "model/load_usbd_dfu.h"

#include <algorithm>

#include "model/layout.h"
#include "model/load_bootloader.h"
#include "model/load_policies.h"
#include "model/validate.h"
#include "support/hex.h"

namespace dfurig::model {
namespace {

constexpr std::uint32_t transfer_size_min = 8;     // a command has five bytes
constexpr std::uint32_t transfer_size_max = 4096;  // what Linux gives a control transfer

std::uint8_t u8(const Reader& reader) {
  return static_cast<std::uint8_t>(reader.number(0xFF));
}
std::uint16_t u16(const Reader& reader) {
  return static_cast<std::uint16_t>(reader.number(0xFFFF));
}

std::vector<dfu::Alternate> read_alternates(const Reader& reader) {
  std::vector<dfu::Alternate> alternates;
  for (const Reader& item : reader.items()) alternates.push_back({item.text()});
  if (alternates.empty()) reader.fail("expected at least one alternate");
  return alternates;
}

/// A project as generated must fit its chip; what a variant gets wrong is its point.
void check_layouts(const Reader& reader, const stm32::ChipSpec& chip) {
  for (const Reader& item : reader.items()) {
    const std::string fault = layout_fault(item.text(), chip);
    if (!fault.empty()) item.fail("\"" + item.text() + "\" " + fault);
  }
}

void read_dfu(const Reader& dfu, dfu::BootloaderSpec& spec) {
  dfu.allow_only({"bmAttributes", "wDetachTimeOut", "wTransferSize", "bcdDFUVersion"});
  spec.dfu_bmAttributes = u8(dfu.at("bmAttributes"));
  spec.wDetachTimeOut = u16(dfu.at("wDetachTimeOut"));
  spec.wTransferSize = static_cast<std::uint16_t>(dfu.at("wTransferSize").number());
  spec.bcdDFUVersion = u16(dfu.at("bcdDFUVersion"));
  const std::uint32_t size = dfu.at("wTransferSize").number();
  if (size >= transfer_size_min && size <= transfer_size_max) return;
  dfu.at("wTransferSize").fail("expected a size from 8 to 4096, found " + std::to_string(size));
}

dfu::UsbdVersion read_version(const Reader& reader) {
  return static_cast<dfu::UsbdVersion>(reader.choice({"2.5", "2.11"}));
}
dfu::LeaveReply read_leave_reply(const Reader& reader) {
  return static_cast<dfu::LeaveReply>(reader.choice({"delivered", "lost"}));
}
dfu::MemoryFunctions read_memory_functions(const Reader& reader) {
  return static_cast<dfu::MemoryFunctions>(reader.choice({"filled-in", "empty"}));
}
bool read_unplug(const Reader& reader) {
  return reader.choice({"not-seen", "seen"}) == 1;
}

void read_library(const Reader& reader, Model& model) {
  reader.allow_only(
      {"version", "application_address", "button", "leave_reply", "unplug", "memory_functions"});
  dfu::UsbdDfuSpec& spec = model.bootloader.usbd;
  spec.version = read_version(reader.at("version"));
  const Reader address = reader.at("application_address");
  spec.application_address = address.number();
  spec.button = reader.at("button").text();
  model.bootloader.leave_reply = read_leave_reply(reader.at("leave_reply"));
  // usbd_dfu.c, USBD_DFU_Setup: USB_REQ_GET_DESCRIPTOR of DFU_DESCRIPTOR_TYPE.
  model.bootloader.functional_descriptor_request = usb::ClassDescriptorRequest::Answered;
  spec.unplug_is_seen = read_unplug(reader.at("unplug"));
  spec.memory_functions = read_memory_functions(reader.at("memory_functions"));
  const stm32::FlashSpec& flash = model.chip.flash;
  const bool is_inside =
      spec.application_address > flash.base && spec.application_address - flash.base < flash.size();
  if (!is_inside) {
    address.fail("expected an address in flash above its start, found " +
                 hex(spec.application_address));
  }
  const auto& pins = model.boot_pins;
  if (std::find(pins.begin(), pins.end(), spec.button) != pins.end()) {
    reader.at("button").fail("\"" + spec.button + "\" is a boot pin of the chip");
  }
  model.boot_pins.push_back(spec.button);
}

void read_timings(const Reader& reader, dfu::BootloaderSpec& spec) {
  constexpr std::uint32_t bwPollTimeout_max = 0xFFFFFF;
  reader.allow_only({"erase_sector", "program", "startup_ms"});
  for (const auto& [name, timing] : {std::pair{"erase_sector", &spec.timings.erase_sector},
                                     std::pair{"program", &spec.timings.program}}) {
    const Reader entry = reader.at(name);
    entry.allow_only({"poll_ms", "busy_ms"});
    timing->poll_ms = entry.at("poll_ms").number(bwPollTimeout_max);
    timing->busy_ms = entry.at("busy_ms").number();
  }
  spec.startup_ms = reader.at("startup_ms").number();
}

/// What stands in a variant replaces what stands in the file. It may be the same: somebody's
/// override can say what the variant says.
BootloaderVariant read_variant(const std::string& name, const Reader& reader,
                               const dfu::BootloaderSpec& base) {
  reader.allow_only({"summary", "dfu_bmAttributes", "alternates", "functional_descriptor",
                     "version", "leave_reply", "unplug", "memory_functions"});
  BootloaderVariant variant{name, reader.at("summary").text(), reader.fact().mark,
                            reader.fact().source, base};
  constexpr std::size_t told_only = 1;  // the summary
  if (reader.members().size() == told_only) reader.fail("gives no value that it replaces");
  dfu::BootloaderSpec& spec = variant.spec;
  if (const auto value = reader.find("dfu_bmAttributes")) spec.dfu_bmAttributes = u8(*value);
  if (const auto value = reader.find("alternates")) spec.alternates = read_alternates(*value);
  if (const auto value = reader.find("functional_descriptor")) {
    spec.has_functional_descriptor = value->boolean();
  }
  if (const auto value = reader.find("version")) spec.usbd.version = read_version(*value);
  if (const auto value = reader.find("leave_reply")) {
    spec.leave_reply = read_leave_reply(*value);
  }
  if (const auto value = reader.find("unplug")) spec.usbd.unplug_is_seen = read_unplug(*value);
  if (const auto value = reader.find("memory_functions")) {
    spec.usbd.memory_functions = read_memory_functions(*value);
  }
  return variant;
}

}  // namespace

void load_usbd_dfu(const Reader& reader, const std::string& path,
                   const std::vector<std::uint32_t>& uid, Model& model) {
  reader.allow_only({"$schema", "extends", "name", "kind", "title", "groups", "usb", "alternates",
                     "dfu", "library", "timings", "variants", "entry_policies", "leave_policies"});
  dfu::BootloaderSpec& spec = model.bootloader;
  spec.kind = dfu::BootloaderKind::UsbdDfu;
  spec.name = reader.at("name").text();
  check_name(reader, path);
  spec.title = reader.at("title").text();
  read_usb(reader.at("usb"), uid, spec);
  spec.alternates = read_alternates(reader.at("alternates"));
  check_layouts(reader.at("alternates"), model.chip);
  read_dfu(reader.at("dfu"), spec);
  read_library(reader.at("library"), model);
  spec.default_address = spec.usbd.application_address;
  read_timings(reader.at("timings"), spec);
  for (const auto& [name, variant] : reader.at("variants").members()) {
    model.bootloader_variants.push_back(read_variant(name, variant, spec));
  }
  load_policies(reader, model);
}

}  // namespace dfurig::model
