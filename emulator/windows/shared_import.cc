#include "windows/shared_import.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "usb/descriptors.h"
#include "windows/log.h"
#include "windows/server_address.h"

namespace dfurig::windows {
namespace {

constexpr std::chrono::milliseconds enumeration_timeout{5000};
constexpr std::uint16_t port_reset_feature = 4;  // USB 2.0 table 11-17
constexpr std::uint8_t to_port = 0x23;           // USB 2.0 table 11-15

/// Whoever had the device may have let go of it a moment ago.
usbip::Client import(const Location& location) {
  constexpr int attempts_max = 20;
  const usbip::Connector connector = connector_to(location.server);
  for (int attempt = 1;; ++attempt) {
    try {
      return usbip::Client(connector, location.busid);
    } catch (const usbip::ImportRefused& refusal) {
      if (refusal.status != usbip::ST_DEV_BUSY || attempt == attempts_max) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
}

/// As a transcript shows it.
usb::ControlReply reply_of(const usb::SetupPacket& setup, const TransferResult& result) {
  switch (result.end) {
    case TransferResult::End::Done:
      if (setup.is_device_to_host()) return usb::DataStage{result.data};
      return usb::Ack{};
    case TransferResult::End::Refused:
      return usb::Stall{};
    case TransferResult::End::TimedOut:
    case TransferResult::End::Gone:
      break;
  }
  return usb::NoReply{};
}

}  // namespace

std::shared_ptr<SharedImport> SharedImport::make(const Location& location) {
  auto made = std::make_shared<SharedImport>(location);
  std::thread([made] { made->run(); }).detach();
  try {
    made->read_descriptors();
  } catch (...) {
    made->end();
    throw;
  }
  log("imported " + location.busid + " of " + location.server);
  return made;
}

SharedImport::SharedImport(const Location& location)
    : location_(location),
      mark_(std::make_unique<ImportMark>(location)),
      client_(import(location)) {}

void SharedImport::read_descriptors() {
  const auto read = [this](std::uint8_t type, std::uint8_t index, std::uint16_t length) {
    const auto wValue = static_cast<std::uint16_t>(type << 8 | index);
    TransferResult result =
        control({0x80, usb::GET_DESCRIPTOR, wValue, 0, length}, {}, enumeration_timeout);
    if (!result.is_done()) throw usbip::ProtocolFailure("a descriptor cannot be read");
    return std::move(result.data);
  };
  device_descriptor_ = read(usb::DEVICE, 0, usb::DeviceDescriptor::size);
  if (device_descriptor_.size() < usb::DeviceDescriptor::size) {
    throw usbip::ProtocolFailure("its device descriptor is too short");
  }
  for (std::uint8_t i = 0; i < device_descriptor_[17]; ++i) {
    const Bytes head = read(usb::CONFIGURATION, i, usb::ConfigurationDescriptor::size);
    if (head.size() < usb::ConfigurationDescriptor::size) {
      throw usbip::ProtocolFailure("its configuration descriptor is too short");
    }
    configurations_.push_back(
        read(usb::CONFIGURATION, i, static_cast<std::uint16_t>(head[2] | head[3] << 8)));
  }
  const bool is_configured = !configurations_.empty() && configurations_[0].size() > 5 &&
                             set_configuration(configurations_[0][5]);
  if (!is_configured) throw usbip::ProtocolFailure("it cannot be configured");
}

bool SharedImport::is_gone() const {
  const std::lock_guard lock(mutex_);
  return is_gone_;
}

void SharedImport::signal_when_gone(HANDLE event) {
  const std::lock_guard lock(mutex_);
  if (!is_gone_) {
    unplug_events_.push_back(event);
    return;
  }
  SetEvent(event);
  CloseHandle(event);
}

TransferResult SharedImport::control(const usb::SetupPacket& setup, ByteView data,
                                     Timeout timeout) {
  const TransferResult result = transfer(usbip::control_transfer(setup, data), timeout);
  const Bytes sent(data.begin(), data.end());
  log_transfer(
      {{}, {}, setup, setup.is_device_to_host() ? result.data : sent, reply_of(setup, result)});
  return result;
}

TransferResult SharedImport::transfer(const usbip::Transfer& transfer, Timeout timeout) {
  constexpr std::chrono::seconds cancel_patience{1};
  std::unique_lock lock(mutex_);
  if (is_gone_) return {};
  const std::uint32_t seqnum = client_.submit(transfer);
  OpenTransfer& open = open_[seqnum];
  open.bEndpointAddress = static_cast<std::uint8_t>(transfer.ep | (transfer.is_in ? 0x80 : 0));
  const auto has_ended = [&] { return is_gone_ || open.completion.has_value(); };
  if (!timeout) {
    changed_.wait(lock, has_ended);
  } else if (!changed_.wait_for(lock, *timeout, has_ended)) {
    client_.unlink(seqnum);
    changed_.wait_for(lock, cancel_patience, has_ended);
  }
  const std::optional<usbip::Completion> completion = std::move(open.completion);
  open_.erase(seqnum);
  if (!completion && is_gone_) return {};
  if (!completion || completion->was_unlinked) return {TransferResult::End::TimedOut, 0, {}};
  if (completion->status != usbip::urb_status::ok) return {TransferResult::End::Refused, 0, {}};
  return {TransferResult::End::Done, completion->actual_length, completion->data};
}

void SharedImport::cancel(std::uint8_t bEndpointAddress) {
  const std::lock_guard lock(mutex_);
  if (is_gone_) return;
  for (const auto& [seqnum, open] : open_) {
    if (open.bEndpointAddress == bEndpointAddress && !open.completion) client_.unlink(seqnum);
  }
}

bool SharedImport::set_configuration(std::uint8_t bConfigurationValue) {
  if (bConfigurationValue == bConfigurationValue_) return true;
  const bool is_set =
      control({0, usb::SET_CONFIGURATION, bConfigurationValue, 0, 0}, {}, enumeration_timeout)
          .is_done();
  if (is_set) bConfigurationValue_ = bConfigurationValue;
  return is_set;
}

bool SharedImport::reset() {
  const std::uint8_t configured = bConfigurationValue_.exchange(0);
  return control({to_port, usb::SET_FEATURE, port_reset_feature, 1, 0}, {}, enumeration_timeout)
             .is_done() &&
         set_configuration(configured);
}

void SharedImport::run() {
  while (true) {
    usbip::wait_readable(client_.link().poll_descriptor(), std::chrono::milliseconds(250));
    {
      const std::lock_guard lock(mutex_);
      for (usbip::Completion& completion : client_.poll()) {
        const auto found = open_.find(completion.seqnum);
        if (found != open_.end()) found->second.completion = std::move(completion);
      }
      if (is_gone_) return;
      changed_.notify_all();
      if (!client_.is_closed()) continue;
    }
    end();
    return;
  }
}

void SharedImport::end() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(is_gone_, true)) return;
    for (const HANDLE event : unplug_events_) {
      SetEvent(event);
      CloseHandle(event);
    }
    unplug_events_.clear();
    mark_.reset();
    changed_.notify_all();
  }
  log(location_.busid + " of " + location_.server + " went");
  const HANDLE sign = make_unplug_sign(location_);
  SetEvent(sign);
  CloseHandle(sign);
}

std::shared_ptr<SharedImport> find_import(const std::string& link) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<SharedImport>> imports;
  const std::optional<Location> location = find_location(link);
  if (!location) return nullptr;
  const std::lock_guard lock(mutex);
  std::shared_ptr<SharedImport>& import = imports[location->server + " " + location->busid];
  if (import == nullptr || import->is_gone()) import = SharedImport::make(*location);
  return import;
}

}  // namespace dfurig::windows
