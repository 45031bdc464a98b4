#include "attach/device_facts.h"

#include <algorithm>
#include <cctype>
#include <cstdio>

#include "usb/descriptors.h"

namespace dfurig::attach {
namespace {

constexpr const char* controller = "/sys/devices/platform/dfurig.0";

std::string bus_and_device(unsigned bus, unsigned device) {
  return "bus/usb/" + formatted("%03u", bus) + "/" + formatted("%03u", device);
}

/// Of the bus type, alike for a device and its interfaces (drivers/usb/core/driver.c, usb_uevent).
std::vector<std::string> usb_properties(ByteView device) {
  char product[32];
  std::snprintf(product, sizeof product, "PRODUCT=%x/%x/%x", u16_at(device, 8), u16_at(device, 10),
                u16_at(device, 12));
  return {product, "TYPE=" + std::to_string(device[4]) + "/" + std::to_string(device[5]) + "/" +
                       std::to_string(device[6])};
}

/// One after the other, up to the first that is cut.
std::vector<ByteView> descriptors_in(ByteView rest) {
  std::vector<ByteView> all;
  while (rest.size() >= 2 && rest[0] >= 2 && rest[0] <= rest.size()) {
    all.push_back(rest.first(rest[0]));
    rest = rest.subspan(rest[0]);
  }
  return all;
}

void append(std::vector<std::string>& to, std::vector<std::string> more) {
  to.insert(to.end(), more.begin(), more.end());
}

/// As udev makes text safe: runs of spaces become '_', what is left of odd characters too.
std::string udev_text(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isspace(byte) != 0) {
      if (!safe.empty() && safe.back() != ' ') safe += ' ';
    } else {
      safe +=
          std::isalnum(byte) != 0 || std::string("#+-.:=@_").find(c) != std::string::npos ? c : '_';
    }
  }
  if (!safe.empty() && safe.back() == ' ') safe.pop_back();
  for (char& c : safe) c = c == ' ' ? '_' : c;
  return safe;
}

}  // namespace

std::string formatted(const char* format, unsigned value) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::vector<InterfaceFacts> interfaces_of(const DeviceFacts& facts) {
  std::vector<InterfaceFacts> interfaces;
  for (const ByteView it : descriptors_in(facts.configuration)) {
    const bool is_interface =
        it[1] == usb::INTERFACE && it.size() >= usb::InterfaceDescriptor::size;
    if (!is_interface || it[3] != 0) continue;
    const std::string base = facts.port == 0 ? std::to_string(facts.bus) + "-0" : name_of(facts);
    interfaces.push_back(
        {base + ":" + std::to_string(facts.configuration[5]) + "." + std::to_string(it[2]), it});
  }
  return interfaces;
}

bool has_endpoint(const DeviceFacts& facts, unsigned address) {
  const auto all = descriptors_in(facts.configuration);
  return std::any_of(all.begin(), all.end(), [address](ByteView it) {
    return it[1] == usb::ENDPOINT && it.size() >= 3 && it[2] == address;
  });
}

unsigned device_minor(unsigned bus, unsigned device) {
  return (bus - 1) * 128 + device - 1;
}

std::string node_path(unsigned bus, unsigned device) {
  return "/dev/" + bus_and_device(bus, device);
}

std::optional<unsigned> find_device_minor(const std::string& path) {
  unsigned bus = 0;
  unsigned device = 0;
  int length = 0;
  const int fields = std::sscanf(path.c_str(), "/dev/bus/usb/%3u/%3u%n", &bus, &device, &length);
  const bool is_node =
      fields == 2 && static_cast<std::size_t>(length) == path.size() && bus > 0 && device > 0;
  if (!is_node) return std::nullopt;
  return device_minor(bus, device);
}

std::string name_of(const DeviceFacts& facts) {
  const std::string bus = std::to_string(facts.bus);
  return facts.port == 0 ? "usb" + bus : bus + "-" + std::to_string(facts.port);
}

std::string folder_of(const DeviceFacts& facts) {
  const std::string hub = std::string(controller) + "/usb" + std::to_string(facts.bus);
  return facts.port == 0 ? hub : hub + "/" + name_of(facts);
}

std::vector<std::string> device_properties(const DeviceFacts& facts, bool has_driver) {
  std::vector<std::string> properties = {
      "MAJOR=" + std::to_string(usb_device_major),
      "MINOR=" + std::to_string(device_minor(facts.bus, facts.device)),
      "DEVNAME=" + bus_and_device(facts.bus, facts.device), "DEVTYPE=usb_device"};
  if (has_driver) properties.push_back("DRIVER=usb");
  append(properties, usb_properties(facts.device_descriptor));
  append(properties,
         {"BUSNUM=" + formatted("%03u", facts.bus), "DEVNUM=" + formatted("%03u", facts.device)});
  return properties;
}

std::vector<std::string> interface_properties(const DeviceFacts& facts, ByteView interface) {
  std::vector<std::string> properties = {"DEVTYPE=usb_interface"};
  append(properties, usb_properties(facts.device_descriptor));
  const ByteView device = facts.device_descriptor;
  char alias[64];
  std::snprintf(alias, sizeof alias,
                "MODALIAS=usb:v%04Xp%04Xd%04Xdc%02Xdsc%02Xdp%02Xic%02Xisc%02Xip%02Xin%02X",
                u16_at(device, 8), u16_at(device, 10), u16_at(device, 12), device[4], device[5],
                device[6], interface[5], interface[6], interface[7], interface[2]);
  append(properties, {"INTERFACE=" + std::to_string(interface[5]) + "/" +
                          std::to_string(interface[6]) + "/" + std::to_string(interface[7]),
                      alias});
  return properties;
}

std::vector<std::string> udev_properties(const DeviceFacts& facts) {
  const ByteView device = facts.device_descriptor;
  const std::string vendor_id = formatted("%04x", u16_at(device, 8));
  const std::string model_id = formatted("%04x", u16_at(device, 10));
  const std::string vendor = facts.manufacturer.empty() ? vendor_id : udev_text(facts.manufacturer);
  const std::string model = facts.product.empty() ? model_id : udev_text(facts.product);
  const std::string serial = udev_text(facts.serial);
  std::string classes;
  for (const InterfaceFacts& interface : interfaces_of(facts)) {
    for (const std::size_t at : {5, 6, 7}) classes += formatted("%02x", interface.descriptor[at]);
    classes += ":";
  }
  std::vector<std::string> properties = {
      "ID_BUS=usb", "ID_MODEL=" + model, "ID_MODEL_ID=" + model_id,
      "ID_REVISION=" + formatted("%04x", u16_at(device, 12)),
      "ID_SERIAL=" + vendor + "_" + model + (serial.empty() ? "" : "_" + serial)};
  if (!serial.empty()) properties.push_back("ID_SERIAL_SHORT=" + serial);
  append(properties,
         {"ID_USB_INTERFACES=:" + classes, "ID_VENDOR=" + vendor, "ID_VENDOR_ID=" + vendor_id});
  return properties;
}

}  // namespace dfurig::attach
