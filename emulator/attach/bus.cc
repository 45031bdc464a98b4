#include "attach/bus.h"

#include <algorithm>
#include <utility>

#include "attach/device_files.h"

namespace dfurig::attach {
namespace {

/// As many as the kernel's virtual host controller has (VHCI_HC_PORTS), if that is enough.
constexpr std::size_t ports_min = 8;
/// Device numbers 2 to 127 go round (drivers/usb/core/hub.c, choose_devnum).
constexpr unsigned device_number_max = 127;
constexpr std::chrono::milliseconds local_look_every{10};

std::uint64_t microseconds_of(Instant time) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(time).count());
}

}  // namespace

Bus::Bus(usbip::Connector server, unsigned number, VirtualTree& tree, ToolTime& time,
         OnChange on_change)
    : server_(std::move(server)), number_(number), tree_(tree), time_(time) {
  const std::vector<usbip::DeviceRecord> records = usbip::list_devices(server_);
  add_root_hub(tree_, number_, static_cast<unsigned>(std::max(records.size(), ports_min)));
  for (const usbip::DeviceRecord& record : records) {
    plug(std::make_unique<ImportedDevice>(server_, record.busid, time_));
  }
  on_change_ = std::move(on_change);
}

std::shared_ptr<ImportedDevice> Bus::find(unsigned minor_number) const {
  const auto found = std::find_if(devices_.begin(), devices_.end(), [&](const auto& device) {
    return device_minor(number_, device->facts().device) == minor_number;
  });
  return found == devices_.end() ? nullptr : *found;
}

std::vector<int> Bus::descriptors() const {
  std::vector<int> descriptors;
  for (const auto& device : devices_) {
    if (device->poll_descriptor() >= 0) descriptors.push_back(device->poll_descriptor());
  }
  if (lookout_) descriptors.push_back(lookout_->descriptor());
  return descriptors;
}

std::optional<Duration> Bus::due_in() const {
  std::optional<Duration> shortest;
  if (!server_.is_local && !lookout_ && lacks_a_device()) return Duration{0};
  if (next_look_) shortest = std::max(Duration{0}, *next_look_ - time_.now());
  // Looks at intervals would keep a virtual time going for ever.
  if (time_.is_virtual() && lacks_a_device() && server_.due_in) shortest = server_.due_in();
  for (const auto& device : devices_) {
    const std::optional<Duration> due = device->due_in();
    if (due && (!shortest || *due < *shortest)) shortest = due;
  }
  return shortest;
}

void Bus::pump() {
  for (const auto& device : devices_) device->pump();
  unplug_gone();
  look_for_missing();
}

void Bus::unplug_gone() {
  for (std::size_t i = 0; i < devices_.size();) {
    if (!devices_[i]->is_gone()) {
      ++i;
      continue;
    }
    const std::shared_ptr<ImportedDevice> gone = devices_[i];
    devices_.erase(devices_.begin() + static_cast<std::ptrdiff_t>(i));
    remove_device(tree_, gone->facts());
    if (on_change_) on_change_(Change::Unplugged, gone->facts());
    if (lookout_) lookout_->start();
    next_look_.reset();  // it may be back already
  }
}

/// A remote server is asked in the background, a local one here: it answers at once.
void Bus::look_for_missing() {
  if (!server_.is_local) return take_from_lookout();
  if (!lacks_a_device()) return next_look_.reset();
  const Instant now = time_.now();
  if (next_look_ && now < *next_look_) return;
  if (!time_.is_virtual()) next_look_ = now + local_look_every;
  for (auto& device : import_offered(server_, time_)) plug(std::move(device));
  if (!lacks_a_device()) next_look_.reset();
}

void Bus::take_from_lookout() {
  bool must_start = false;
  if (!lookout_ && lacks_a_device()) {
    lookout_ = std::make_unique<Lookout>(server_, time_);
    must_start = true;
  }
  if (!lookout_) return;
  for (auto& device : lookout_->take()) {
    plug(std::move(device));
    must_start = lacks_a_device();
  }
  if (must_start) lookout_->start();
}

void Bus::plug(std::unique_ptr<ImportedDevice> imported) {
  const std::shared_ptr<ImportedDevice> device = std::move(imported);
  device->place(number_, choose_device_number(), port_of(device->busid()),
                microseconds_of(time_.now()));
  devices_.push_back(device);
  add_device(tree_, device->facts());
  if (on_change_) on_change_(Change::Plugged, device->facts());
}

unsigned Bus::port_of(const std::string& busid) {
  return ports_.try_emplace(busid, static_cast<unsigned>(ports_.size()) + 1).first->second;
}

unsigned Bus::choose_device_number() {
  do {
    last_device_number_ = last_device_number_ < device_number_max ? last_device_number_ + 1 : 2;
  } while (find(device_minor(number_, last_device_number_)) != nullptr);
  return last_device_number_;
}

}  // namespace dfurig::attach
