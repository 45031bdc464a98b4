#include "attach/imported_device.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>

namespace dfurig::attach {
namespace {

/// USB_CTRL_GET_TIMEOUT of the kernel.
constexpr std::chrono::milliseconds reply_timeout{5000};

/// What a transfer takes where time is virtual: a full-speed bus has frames of 1 ms (USB 2.0
/// §8.4.3), and a host asked for one transfer after another begins one in each. So a tool that asks
/// a device again and again without a pause does not ask for ever at the same instant.
constexpr std::chrono::milliseconds frame{1};

std::set<unsigned> interface_numbers(const DeviceFacts& facts) {
  std::set<unsigned> numbers;
  for (const InterfaceFacts& interface : interfaces_of(facts)) {
    numbers.insert(interface.descriptor[2]);
  }
  return numbers;
}

}  // namespace

/// One request of a reset, and what must come of it.
struct ImportedDevice::ResetStep {
  usb::SetupPacket setup;
  bool may_fail = false;
  Bytes expected;  ///< empty: any data
};

ImportedDevice::ImportedDevice(const usbip::Connector& server, const std::string& busid,
                               ToolTime& time)
    : busid_(busid),
      time_(time),
      client_(std::make_unique<usbip::Client>(server, busid)),
      claims_({}) {
  facts_.speed = client_->device().speed;
  enumerate();
  claims_ = InterfaceClaims(interface_numbers(facts_));
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

std::uint32_t ImportedDevice::submit(const usbip::Transfer& transfer, Done done,
                                     std::chrono::milliseconds timeout) {
  if (time_.is_virtual()) time_.spend(frame);
  const std::uint32_t seqnum = client_->submit(transfer);
  Open& open = open_[seqnum];
  open.done = std::move(done);
  if (timeout.count() > 0) open.deadline = time_.now() + timeout;
  return seqnum;
}

void ImportedDevice::unlink(std::uint32_t seqnum) {
  if (client_) client_->unlink(seqnum);
}

std::optional<Duration> ImportedDevice::due_in() const {
  std::optional<Duration> shortest = client_->link().due_in();
  for (const auto& [seqnum, open] : open_) {
    if (!open.deadline) continue;
    const Duration left = *open.deadline - time_.now();
    if (!shortest || left < *shortest) shortest = std::max(left, Duration{0});
  }
  return shortest;
}

void ImportedDevice::cancel_late() {
  for (auto& [seqnum, open] : open_) {
    if (!open.deadline || time_.now() < *open.deadline) continue;
    open.deadline.reset();
    client_->unlink(seqnum);
  }
}

void ImportedDevice::end_completed() {
  for (const usbip::Completion& completion : client_->poll()) {
    const auto found = open_.find(completion.seqnum);
    if (found == open_.end()) continue;
    const Done done = std::move(found->second.done);
    open_.erase(found);
    done(completion);
  }
}

void ImportedDevice::pump() {
  if (!client_) return;
  cancel_late();
  end_completed();
  if (client_ && client_->is_closed()) disconnect();
}

void ImportedDevice::pump_within(Duration patience) {
  if (!client_) return;
  const auto nanoseconds = std::chrono::nanoseconds(patience).count();
  const timespec limit{0, nanoseconds};
  pollfd ready{poll_descriptor(), POLLIN, 0};
  const bool has_come = ready.fd >= 0 ? ppoll(&ready, 1, &limit, nullptr) > 0
                                      : due_in().value_or(Duration{1}) <= Duration{0};
  if (has_come) end_completed();
}

void ImportedDevice::disconnect() {
  client_.reset();
  for (const auto& [seqnum, open] : std::exchange(open_, {})) {
    open.done({seqnum, false, -ESHUTDOWN, 0, {}});
  }
}

void ImportedDevice::remember_setting(unsigned interface, unsigned alternate) {
  alternates_[interface] = alternate;
}

/// drivers/usb/core/hub.c, usb_reset_and_verify_device. The port request is what Linux's own
/// exporter takes for a bus reset; a server that does not know it stalls it.
std::vector<ImportedDevice::ResetStep> ImportedDevice::reset_steps() const {
  constexpr std::uint8_t to_port = 0x23, to_host = 0x80, to_interface = 0x01;
  constexpr std::uint16_t PORT_RESET = 4;
  const auto length = static_cast<std::uint16_t>(facts_.configuration.size());
  std::vector<ResetStep> steps = {
      {{to_port, usb::SET_FEATURE, PORT_RESET, 1, 0}, true, {}},
      {{to_host, usb::GET_DESCRIPTOR, usb::DEVICE << 8, 0, usb::DeviceDescriptor::size},
       false,
       facts_.device_descriptor}};
  if (length < usb::ConfigurationDescriptor::size) return steps;
  steps.push_back({{to_host, usb::GET_DESCRIPTOR, usb::CONFIGURATION << 8, 0, length},
                   false,
                   facts_.configuration});
  steps.push_back({{0, usb::SET_CONFIGURATION, facts_.configuration[5], 0, 0}, false, {}});
  for (const auto& [interface, alternate] : alternates_) {
    if (alternate == 0) continue;
    steps.push_back({{to_interface, usb::SET_INTERFACE, static_cast<std::uint16_t>(alternate),
                      static_cast<std::uint16_t>(interface), 0},
                     false,
                     {}});
  }
  return steps;
}

Result claim_recipient(ImportedDevice& device, const usb::SetupPacket& setup,
                       InterfaceClaims::Owner owner) {
  if (setup.type() == usb::RequestType::Vendor) return 0;
  if (setup.recipient() != usb::Recipient::Interface) return 0;
  return device.claims().claim(setup.wIndex & 0xFFu, owner);
}

void ImportedDevice::reset(const ResetDone& done) {
  run_reset(std::make_shared<const std::vector<ResetStep>>(reset_steps()), 0, done);
}

/// A device that is another one after its reset is unplugged and enumerated anew.
void ImportedDevice::run_reset(const std::shared_ptr<const std::vector<ResetStep>>& steps,
                               std::size_t at, const ResetDone& done) {
  if (at == steps->size()) return done(true);
  submit(
      usbip::control_transfer((*steps)[at].setup),
      [this, steps, at, done](const usbip::Completion& it) {
        const ResetStep& step = (*steps)[at];
        if (is_gone()) return done(false);
        const bool is_right = it.status == 0 && !it.was_unlinked &&
                              (step.expected.empty() || it.data == step.expected);
        if (is_right || step.may_fail) return run_reset(steps, at + 1, done);
        disconnect();
        done(false);
      },
      reply_timeout);
}

}  // namespace dfurig::attach
