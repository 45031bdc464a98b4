#include "attach/device_files.h"

#include <cstdio>

namespace dfurig::attach {
namespace {

constexpr const char* controller = "/sys/devices/platform/dfurig.0";
constexpr std::size_t device_descriptor_size = 18;
constexpr std::size_t configuration_descriptor_size = 9;
constexpr std::size_t interface_descriptor_size = 9;
constexpr std::uint8_t interface_descriptor_type = 4;

std::string formatted(const char* format, unsigned value) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

unsigned u16_at(ByteView bytes, std::size_t offset) {
  return bytes[offset] + bytes[offset + 1] * 256u;
}

/// "usb1" for a root hub, "1-1" for a device.
std::string name_of(const DeviceFacts& facts) {
  const std::string bus = std::to_string(facts.bus);
  return facts.port == 0 ? "usb" + bus : bus + "-" + std::to_string(facts.port);
}

std::string hub_folder(unsigned bus) {
  return std::string(controller) + "/usb" + std::to_string(bus);
}

std::string folder_of(const DeviceFacts& facts) {
  return facts.port == 0 ? hub_folder(facts.bus) : hub_folder(facts.bus) + "/" + name_of(facts);
}

std::string bus_and_device(const DeviceFacts& facts) {
  return "bus/usb/" + formatted("%03u", facts.bus) + "/" + formatted("%03u", facts.device);
}

/// One attribute file, with the newline sysfs ends them with.
void add_attribute(VirtualTree& tree, const std::string& folder, const std::string& name,
                   const std::string& value) {
  tree.add_file(folder + "/" + name, value + "\n");
}

/// From the folder of a device below the controller up to /sys.
std::string to_sys(const DeviceFacts& facts) {
  return facts.port == 0 ? "../../../.." : "../../../../..";
}

void add_device_attributes(VirtualTree& tree, const DeviceFacts& facts) {
  const std::string folder = folder_of(facts);
  const ByteView it = facts.device_descriptor;
  add_attribute(tree, folder, "busnum", std::to_string(facts.bus));
  add_attribute(tree, folder, "devnum", std::to_string(facts.device));
  add_attribute(tree, folder, "devpath", std::to_string(facts.port));
  add_attribute(tree, folder, "speed", facts.speed);
  add_attribute(tree, folder, "version", formatted("%2x", it[3]) + "." + formatted("%02x", it[2]));
  add_attribute(tree, folder, "bDeviceClass", formatted("%02x", it[4]));
  add_attribute(tree, folder, "bDeviceSubClass", formatted("%02x", it[5]));
  add_attribute(tree, folder, "bDeviceProtocol", formatted("%02x", it[6]));
  add_attribute(tree, folder, "bMaxPacketSize0", std::to_string(it[7]));
  add_attribute(tree, folder, "idVendor", formatted("%04x", u16_at(it, 8)));
  add_attribute(tree, folder, "idProduct", formatted("%04x", u16_at(it, 10)));
  add_attribute(tree, folder, "bcdDevice", formatted("%04x", u16_at(it, 12)));
  add_attribute(tree, folder, "bNumConfigurations", std::to_string(it[17]));
  add_attribute(tree, folder, "maxchild", std::to_string(facts.root_ports));
  add_attribute(tree, folder, "authorized", "1");
  add_attribute(tree, folder, "rx_lanes", "1");
  add_attribute(tree, folder, "tx_lanes", "1");
  if (!facts.manufacturer.empty()) {
    add_attribute(tree, folder, "manufacturer", facts.manufacturer);
  }
  if (!facts.product.empty()) add_attribute(tree, folder, "product", facts.product);
  if (!facts.serial.empty()) add_attribute(tree, folder, "serial", facts.serial);
}

void add_configuration_attributes(VirtualTree& tree, const DeviceFacts& facts) {
  const std::string folder = folder_of(facts);
  const ByteView it = facts.configuration;
  if (it.size() < configuration_descriptor_size) return;
  add_attribute(tree, folder, "configuration", "");
  add_attribute(tree, folder, "bNumInterfaces", formatted("%2u", it[4]));
  add_attribute(tree, folder, "bConfigurationValue", std::to_string(it[5]));
  add_attribute(tree, folder, "bmAttributes", formatted("%02x", it[7]));
  add_attribute(tree, folder, "bMaxPower", std::to_string(it[8] * 2u) + "mA");
}

std::string device_uevent(const DeviceFacts& facts) {
  const ByteView it = facts.device_descriptor;
  char product[64];
  std::snprintf(product, sizeof product, "%x/%x/%x\nTYPE=%u/%u/%u", u16_at(it, 8), u16_at(it, 10),
                u16_at(it, 12), it[4], it[5], it[6]);
  return "MAJOR=189\nMINOR=" + std::to_string(device_minor(facts.bus, facts.device)) +
         "\nDEVNAME=" + bus_and_device(facts) +
         "\nDEVTYPE=usb_device\nDRIVER=usb\nPRODUCT=" + product +
         "\nBUSNUM=" + formatted("%03u", facts.bus) + "\nDEVNUM=" + formatted("%03u", facts.device);
}

void add_links(VirtualTree& tree, const std::string& folder, const std::string& up,
               const std::string& name) {
  tree.add_link(folder + "/subsystem", up + "/bus/usb");
  tree.add_link("/sys/bus/usb/devices/" + name,
                "../../../" + folder.substr(std::string("/sys/").size()));
}

/// `it` is the interface descriptor of alternate setting 0.
void add_interface(VirtualTree& tree, const DeviceFacts& facts, ByteView it) {
  const unsigned number = it[2];
  const unsigned configuration = facts.configuration[5];
  const std::string base = facts.port == 0 ? std::to_string(facts.bus) + "-0" : name_of(facts);
  const std::string name =
      base + ":" + std::to_string(configuration) + "." + std::to_string(number);
  const std::string folder = folder_of(facts) + "/" + name;
  add_attribute(tree, folder, "bInterfaceNumber", formatted("%02x", number));
  add_attribute(tree, folder, "bAlternateSetting", formatted("%2d", it[3]));
  add_attribute(tree, folder, "bNumEndpoints", formatted("%02x", it[4]));
  add_attribute(tree, folder, "bInterfaceClass", formatted("%02x", it[5]));
  add_attribute(tree, folder, "bInterfaceSubClass", formatted("%02x", it[6]));
  add_attribute(tree, folder, "bInterfaceProtocol", formatted("%02x", it[7]));
  add_attribute(tree, folder, "uevent",
                "DEVTYPE=usb_interface\nINTERFACE=" + std::to_string(it[5]) + "/" +
                    std::to_string(it[6]) + "/" + std::to_string(it[7]));
  add_links(tree, folder, to_sys(facts) + "/..", name);
}

void add_interfaces(VirtualTree& tree, const DeviceFacts& facts) {
  ByteView rest = facts.configuration;
  while (rest.size() >= 2 && rest[0] >= 2 && rest[0] <= rest.size()) {
    const bool is_interface =
        rest[1] == interface_descriptor_type && rest[0] >= interface_descriptor_size;
    if (is_interface && rest[3] == 0) add_interface(tree, facts, rest);
    rest = rest.subspan(rest[0]);
  }
}

/// A full-speed root hub as the kernel makes it up (drivers/usb/core/hcd.c).
DeviceFacts root_hub(unsigned bus, unsigned ports) {
  DeviceFacts facts;
  facts.bus = bus;
  facts.device = 1;
  facts.port = 0;
  facts.device_descriptor = {18,   1,    0x10, 0x01, 9, 0, 0, 64, 0x6B,
                             0x1D, 0x01, 0x00, 0,    0, 3, 2, 1,  1};
  facts.configuration = {9, 2, 25, 0, 1, 1, 0, 0xE0, 0, 9, 4, 0,   0,
                         1, 9, 0,  0, 0, 7, 5, 0x81, 3, 2, 0, 0xFF};
  facts.descriptors = facts.device_descriptor;
  facts.descriptors.insert(facts.descriptors.end(), facts.configuration.begin(),
                           facts.configuration.end());
  facts.manufacturer = "dfurig";
  facts.product = "dfurig emulated bus";
  facts.serial = "dfurig.0";
  facts.root_ports = ports;
  return facts;
}

}  // namespace

unsigned device_minor(unsigned bus, unsigned device) {
  return (bus - 1) * 128 + device - 1;
}

std::string node_path(unsigned bus, unsigned device) {
  return "/dev/bus/usb/" + formatted("%03u", bus) + "/" + formatted("%03u", device);
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

void add_root_hub(VirtualTree& tree, unsigned bus, unsigned ports) {
  add_device(tree, root_hub(bus, ports));
}

void add_device(VirtualTree& tree, const DeviceFacts& facts) {
  if (facts.device_descriptor.size() < device_descriptor_size) return;
  const std::string folder = folder_of(facts);
  const std::string number = "189:" + std::to_string(device_minor(facts.bus, facts.device));
  add_device_attributes(tree, facts);
  add_configuration_attributes(tree, facts);
  tree.add_file(folder + "/descriptors",
                std::string(facts.descriptors.begin(), facts.descriptors.end()));
  add_attribute(tree, folder, "dev", number);
  add_attribute(tree, folder, "uevent", device_uevent(facts));
  add_links(tree, folder, to_sys(facts), name_of(facts));
  tree.add_link("/sys/dev/char/" + number, "../../" + folder.substr(std::string("/sys/").size()));
  add_interfaces(tree, facts);
  // The node itself: opening it is usbfs's business (usbfs_file.h).
  tree.add_file(node_path(facts.bus, facts.device), "");
}

void remove_device(VirtualTree& tree, const DeviceFacts& facts) {
  const std::string name = name_of(facts);
  tree.remove(node_path(facts.bus, facts.device));
  tree.remove("/sys/dev/char/189:" + std::to_string(device_minor(facts.bus, facts.device)));
  tree.remove("/sys/bus/usb/devices/" + name);
  if (facts.configuration.size() >= configuration_descriptor_size) {
    for (unsigned i = 0; i < facts.configuration[4]; ++i) {
      tree.remove("/sys/bus/usb/devices/" + name + ":" + std::to_string(facts.configuration[5]) +
                  "." + std::to_string(i));
    }
  }
  tree.remove(folder_of(facts));
}

}  // namespace dfurig::attach
