#include "attach/imported_device.h"

#include <cerrno>
#include <utility>

namespace dfurig::attach {
namespace {

std::string speed_text(std::uint32_t speed) {
  // enum usb_device_speed of include/uapi/linux/usb/ch9.h
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

}  // namespace

ImportedDevice::ImportedDevice(const usbip::Connector& server, const std::string& busid)
    : busid_(busid), client_(std::make_unique<usbip::Client>(server, busid)) {
  facts_.speed = speed_text(client_->device().speed);
  enumerate();
}

void ImportedDevice::place(unsigned bus, unsigned device, unsigned port, std::uint64_t now_usec) {
  facts_.bus = bus;
  facts_.device = device;
  facts_.port = port;
  facts_.plugged_in_usec = now_usec;
}

Bytes ImportedDevice::get_descriptor(std::uint8_t type, std::uint8_t index, std::uint16_t wLength) {
  constexpr std::uint8_t to_host = 0x80;
  const std::uint16_t langid = type == usb::STRING && index != 0 ? 0x0409 : 0;
  const usb::SetupPacket setup{to_host, usb::GET_DESCRIPTOR,
                               static_cast<std::uint16_t>(type << 8 | index), langid, wLength};
  usbip::Completion completion = client_->control(setup);
  return completion.status == 0 ? completion.data : Bytes();
}

/// UTF-16LE; what is not ASCII shows as '?', as the kernel does for what Latin-1 lacks.
std::string ImportedDevice::get_string(std::uint8_t index) {
  std::string text;
  if (index == 0) return text;
  const Bytes bytes = get_descriptor(usb::STRING, index, 255);
  for (std::size_t i = 2; i + 1 < bytes.size(); i += 2) {
    const bool is_ascii = bytes[i + 1] == 0 && bytes[i] < 0x80;
    text += is_ascii ? static_cast<char>(bytes[i]) : '?';
  }
  return text;
}

Bytes ImportedDevice::get_configuration(std::uint8_t index) {
  const Bytes head = get_descriptor(usb::CONFIGURATION, index, usb::ConfigurationDescriptor::size);
  if (head.size() != usb::ConfigurationDescriptor::size) return {};
  const auto wTotalLength = static_cast<std::uint16_t>(head[2] | head[3] << 8);
  return get_descriptor(usb::CONFIGURATION, index, wTotalLength);
}

/// What a host does before any tool sees the device (drivers/usb/core/hub.c, config.c).
void ImportedDevice::enumerate() {
  facts_.device_descriptor = get_descriptor(usb::DEVICE, 0, 18);
  if (facts_.device_descriptor.size() != usb::DeviceDescriptor::size) {
    throw usbip::ProtocolFailure("the device has no device descriptor");
  }
  facts_.descriptors = facts_.device_descriptor;
  const std::uint8_t bNumConfigurations = facts_.device_descriptor[17];
  for (std::uint8_t index = 0; index < bNumConfigurations; ++index) {
    const Bytes configuration = get_configuration(index);
    if (index == 0) facts_.configuration = configuration;
    facts_.descriptors.insert(facts_.descriptors.end(), configuration.begin(), configuration.end());
  }
  facts_.manufacturer = get_string(facts_.device_descriptor[14]);
  facts_.product = get_string(facts_.device_descriptor[15]);
  facts_.serial = get_string(facts_.device_descriptor[16]);
  if (facts_.configuration.size() > 5) {
    client_->control({0, usb::SET_CONFIGURATION, facts_.configuration[5], 0, 0});
  }
}

std::uint32_t ImportedDevice::submit(const usb::SetupPacket& setup, ByteView data, Done done) {
  const std::uint32_t seqnum = client_->submit(setup, data);
  open_.emplace(seqnum, std::move(done));
  return seqnum;
}

void ImportedDevice::unlink(std::uint32_t seqnum) {
  if (client_) client_->unlink(seqnum);
}

void ImportedDevice::pump() {
  if (!client_) return;
  for (const usbip::Completion& completion : client_->poll()) {
    const auto found = open_.find(completion.seqnum);
    if (found == open_.end()) continue;
    const Done done = std::move(found->second);
    open_.erase(found);
    done(completion);
  }
  if (client_ && client_->is_closed()) disconnect();
}

void ImportedDevice::disconnect() {
  client_.reset();
  for (const auto& [seqnum, done] : std::exchange(open_, {})) {
    done({seqnum, false, -ESHUTDOWN, 0, {}});
  }
}

}  // namespace dfurig::attach
