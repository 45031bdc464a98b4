#include "attach/device_files.h"

namespace dfurig::attach {
namespace {

constexpr std::size_t device_descriptor_size = 18;
constexpr std::size_t configuration_descriptor_size = 9;
constexpr const char* usb_driver = "/sys/bus/usb/drivers/usb";

/// One attribute file, with the newline sysfs ends them with.
void add_attribute(VirtualTree& tree, const std::string& folder, const std::string& name,
                   const std::string& value) {
  tree.add_file(folder + "/" + name, value + "\n");
}

/// From the folder of a device below the controller up to /sys.
std::string to_sys(const DeviceFacts& facts) {
  return facts.port == 0 ? "../../../.." : "../../../../..";
}

/// Mbit/s.
std::string speed_text(std::uint32_t speed) {
  switch (speed) {
    case 1:
      return "1.5";
    case 3:
      return "480";
    case 5:
      return "5000";
    default:
      return "12";
  }
}

void add_device_attributes(VirtualTree& tree, const DeviceFacts& facts) {
  const std::string folder = folder_of(facts);
  const ByteView it = facts.device_descriptor;
  add_attribute(tree, folder, "busnum", std::to_string(facts.bus));
  add_attribute(tree, folder, "devnum", std::to_string(facts.device));
  add_attribute(tree, folder, "devpath", std::to_string(facts.port));
  add_attribute(tree, folder, "speed", speed_text(facts.speed));
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

std::string lines_of(const std::vector<std::string>& properties, const std::string& prefix = "") {
  std::string lines;
  for (const std::string& property : properties) lines += prefix + property + "\n";
  return lines;
}

void add_links(VirtualTree& tree, const std::string& folder, const std::string& up,
               const std::string& name) {
  tree.add_link(folder + "/subsystem", up + "/bus/usb");
  tree.add_link("/sys/bus/usb/devices/" + name,
                "../../../" + folder.substr(std::string("/sys/").size()));
}

void add_interface(VirtualTree& tree, const DeviceFacts& facts, const InterfaceFacts& interface) {
  const std::string folder = folder_of(facts) + "/" + interface.name;
  const ByteView it = interface.descriptor;
  add_attribute(tree, folder, "bInterfaceNumber", formatted("%02x", it[2]));
  add_attribute(tree, folder, "bAlternateSetting", formatted("%2d", it[3]));
  add_attribute(tree, folder, "bNumEndpoints", formatted("%02x", it[4]));
  add_attribute(tree, folder, "bInterfaceClass", formatted("%02x", it[5]));
  add_attribute(tree, folder, "bInterfaceSubClass", formatted("%02x", it[6]));
  add_attribute(tree, folder, "bInterfaceProtocol", formatted("%02x", it[7]));
  tree.add_file(folder + "/uevent", lines_of(interface_properties(facts, it)));
  add_links(tree, folder, to_sys(facts) + "/..", interface.name);
}

std::string number_of(const DeviceFacts& facts) {
  return std::to_string(usb_device_major) + ":" +
         std::to_string(device_minor(facts.bus, facts.device));
}

/// udev's database (src/libsystemd/sd-device/device-private.c of systemd).
std::string udev_record_path(const DeviceFacts& facts) {
  return "/run/udev/data/c" + number_of(facts);
}

std::string udev_record(const DeviceFacts& facts) {
  return "I:" + std::to_string(facts.plugged_in_usec) + "\n" +
         lines_of(udev_properties(facts), "E:") + "V:1\n";
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

void add_usb_subsystem(VirtualTree& tree) {
  tree.add_folder("/sys/bus/usb/devices");
  tree.add_folder(usb_driver);
  tree.add_folder("/dev/bus/usb");
  // libudev gives no events where it does not find udev running.
  tree.add_file("/run/udev/control", "");
}

void add_root_hub(VirtualTree& tree, unsigned bus, unsigned ports) {
  add_device(tree, root_hub(bus, ports));
}

void add_device(VirtualTree& tree, const DeviceFacts& facts) {
  if (facts.device_descriptor.size() < device_descriptor_size) return;
  const std::string folder = folder_of(facts);
  add_device_attributes(tree, facts);
  add_configuration_attributes(tree, facts);
  tree.add_file(folder + "/descriptors",
                std::string(facts.descriptors.begin(), facts.descriptors.end()));
  add_attribute(tree, folder, "dev", number_of(facts));
  tree.add_file(folder + "/uevent", lines_of(device_properties(facts, true)));
  add_links(tree, folder, to_sys(facts), name_of(facts));
  tree.add_link(folder + "/driver", to_sys(facts) + "/bus/usb/drivers/usb");
  tree.add_link(usb_driver + ("/" + name_of(facts)),
                "../../../../" + folder.substr(std::string("/sys/").size()));
  tree.add_link("/sys/dev/char/" + number_of(facts),
                "../../" + folder.substr(std::string("/sys/").size()));
  for (const InterfaceFacts& interface : interfaces_of(facts)) {
    add_interface(tree, facts, interface);
  }
  tree.add_file(udev_record_path(facts), udev_record(facts));
  // The node itself: opening it is usbfs's business (usbfs_file.h).
  tree.add_file(node_path(facts.bus, facts.device), "");
}

void remove_device(VirtualTree& tree, const DeviceFacts& facts) {
  tree.remove(node_path(facts.bus, facts.device));
  tree.remove(udev_record_path(facts));
  tree.remove("/sys/dev/char/" + number_of(facts));
  tree.remove("/sys/bus/usb/devices/" + name_of(facts));
  tree.remove(usb_driver + ("/" + name_of(facts)));
  for (const InterfaceFacts& interface : interfaces_of(facts)) {
    tree.remove("/sys/bus/usb/devices/" + interface.name);
  }
  tree.remove(folder_of(facts));
}

}  // namespace dfurig::attach
