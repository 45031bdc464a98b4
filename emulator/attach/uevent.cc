#include "attach/uevent.h"

namespace dfurig::attach {
namespace {

std::string below_sys(const std::string& path) {
  return path.substr(std::string("/sys").size());
}

Uevent device_event(const DeviceFacts& facts, const char* action, bool has_driver) {
  Uevent event{action, below_sys(folder_of(facts)), device_properties(facts, has_driver),
               udev_properties(facts), 0};
  event.udev_properties.push_back("USEC_INITIALIZED=" + std::to_string(facts.plugged_in_usec));
  return event;
}

Uevent interface_event(const DeviceFacts& facts, const InterfaceFacts& interface,
                       const char* action) {
  return {action,
          below_sys(folder_of(facts)) + "/" + interface.name,
          interface_properties(facts, interface.descriptor),
          {},
          0};
}

void append(Bytes& bytes, const std::string& text) {
  bytes.insert(bytes.end(), text.begin(), text.end());
  bytes.push_back(0);
}

/// lib/kobject_uevent.c: a head line, then the environment.
Bytes encode_for_kernel_group(const Uevent& event) {
  Bytes message;
  append(message, event.action + "@" + event.path);
  append(message, "ACTION=" + event.action);
  append(message, "DEVPATH=" + event.path);
  append(message, "SUBSYSTEM=usb");
  for (const std::string& property : event.properties) append(message, property);
  append(message, "SEQNUM=" + std::to_string(event.seqnum));
  return message;
}

constexpr const char* devname = "DEVNAME=";

Bytes encode_properties_for_udev(const Uevent& event) {
  Bytes properties;
  append(properties, "ACTION=" + event.action);
  append(properties, "DEVPATH=" + event.path);
  append(properties, "SUBSYSTEM=usb");
  for (const std::string& property : event.properties) {
    const bool is_node = property.starts_with(devname);
    append(properties,
           is_node ? devname + ("/dev/" + property.substr(std::string(devname).size())) : property);
  }
  for (const std::string& property : event.udev_properties) append(properties, property);
  append(properties, "SEQNUM=" + std::to_string(event.seqnum));
  return properties;
}

std::string value_of(const Uevent& event, const std::string& key) {
  for (const std::string& property : event.properties) {
    if (property.starts_with(key + "=")) return property.substr(key.size() + 1);
  }
  return "";
}

std::uint32_t hash_of(const std::string& text) {
  return murmur_hash2(Bytes(text.begin(), text.end()), 0);
}

/// struct monitor_netlink_header (src/libsystemd/sd-device/device-monitor.c of systemd): magic and
/// hashes big-endian, sizes in the machine's order.
Bytes encode_for_udev_group(const Uevent& event) {
  constexpr std::uint32_t magic = 0xFEEDCAFE;
  constexpr std::uint32_t header_size = 40;
  const Bytes properties = encode_properties_for_udev(event);
  ByteWriter message;
  Bytes prefix;
  append(prefix, "libudev");
  message.append(prefix);
  message.u32be(magic);
  message.u32le(header_size);
  message.u32le(header_size);  // where the properties begin
  message.u32le(static_cast<std::uint32_t>(properties.size()));
  message.u32be(hash_of("usb"));
  message.u32be(hash_of(value_of(event, "DEVTYPE")));
  message.u32be(0);  // no tags
  message.u32be(0);
  message.append(properties);
  return message.take();
}

}  // namespace

std::vector<Uevent> plug_events(const DeviceFacts& facts) {
  std::vector<Uevent> events = {device_event(facts, "add", false)};
  for (const InterfaceFacts& interface : interfaces_of(facts)) {
    events.push_back(interface_event(facts, interface, "add"));
  }
  events.push_back(device_event(facts, "bind", true));
  return events;
}

std::vector<Uevent> unplug_events(const DeviceFacts& facts) {
  std::vector<Uevent> events;
  for (const InterfaceFacts& interface : interfaces_of(facts)) {
    events.push_back(interface_event(facts, interface, "remove"));
  }
  events.push_back(device_event(facts, "unbind", false));
  events.push_back(device_event(facts, "remove", false));
  return events;
}

Bytes encode_uevent(const Uevent& event, UeventGroup group) {
  return group == kernel_group ? encode_for_kernel_group(event) : encode_for_udev_group(event);
}

std::uint32_t murmur_hash2(ByteView text, std::uint32_t seed) {
  constexpr std::uint32_t m = 0x5BD1E995;
  ByteReader rest(text);
  std::uint32_t hash = seed ^ static_cast<std::uint32_t>(text.size());
  while (rest.remaining() >= 4) {
    std::uint32_t k = rest.u32le() * m;
    k = (k ^ k >> 24) * m;
    hash = hash * m ^ k;
  }
  if (rest.remaining() > 0) {
    const ByteView tail = rest.take(rest.remaining());
    for (std::size_t i = 0; i < tail.size(); ++i) hash ^= std::uint32_t{tail[i]} << 8 * i;
    hash *= m;
  }
  hash = (hash ^ hash >> 13) * m;
  return hash ^ hash >> 15;
}

}  // namespace dfurig::attach
