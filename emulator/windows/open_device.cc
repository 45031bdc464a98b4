#include "windows/open_device.h"

#include <algorithm>

#include "usb/descriptors.h"

namespace dfurig::windows {
namespace {

constexpr std::uint16_t langid_us_english = 0x0409;
constexpr std::uint16_t string_length_max = 255;

/// Characters beyond ASCII become question marks: the interface is one of bytes.
std::string ascii_of(ByteView utf16) {
  std::string text;
  for (std::size_t i = 0; i + 1 < utf16.size(); i += 2) {
    const unsigned unit = utf16[i] | utf16[i + 1] << 8;
    text += unit < 0x80 ? static_cast<char>(unit) : '?';
  }
  return text;
}

}  // namespace

std::optional<usb::ConfigurationView> OpenDevice::configuration(unsigned index) const {
  if (index >= import_->configurations().size()) return std::nullopt;
  usb::ConfigurationView view(import_->configurations()[index]);
  if (view.descriptor().empty()) return std::nullopt;
  return view;
}

std::vector<usb::AlternateView> OpenDevice::alternates(const Place& place) const {
  const auto view = configuration(place.configuration);
  if (!view || place.interface_index >= view->interfaces().size()) return {};
  return view->alternates(view->interfaces()[place.interface_index]);
}

std::optional<usb::AlternateView> OpenDevice::alternate(const Place& place) const {
  const std::vector<usb::AlternateView> all = alternates(place);
  if (place.alternate >= all.size()) return std::nullopt;
  return all[place.alternate];
}

std::optional<std::string> OpenDevice::string(unsigned index) const {
  if (index == 0 || index > 255) return std::nullopt;
  const auto wValue = static_cast<std::uint16_t>(usb::STRING << 8 | index);
  const TransferResult result = import_->control(
      {0x80, usb::GET_DESCRIPTOR, wValue, langid_us_english, string_length_max}, {}, timeout());
  if (!result.is_done() || result.data.size() < 2 || result.data[1] != usb::STRING) {
    return std::nullopt;
  }
  // A ROM's bLength may be wrong: what was sent counts.
  return ascii_of(ByteView(result.data).subspan(2));
}

TubeError OpenDevice::select(const Place& place) {
  const auto view = configuration(place.configuration);
  const auto chosen = alternate(place);
  if (!view || !chosen) return STDEVICE_BADPARAMETER;
  if (has_open_pipes()) return STDEVICE_PIPESAREOPEN;
  const bool is_selected = import_->set_configuration(view->descriptor()[5]) &&
                           import_
                               ->control({0x01, usb::SET_INTERFACE, chosen->bAlternateSetting(),
                                          chosen->bInterfaceNumber(), 0},
                                         {}, timeout())
                               .is_done();
  if (!is_selected) return STDEVICE_BADPARAMETER;
  const std::lock_guard lock(mutex_);
  current_ = place;
  return STDEVICE_NOERROR;
}

/// Fewer bytes than were asked for are an error of this interface.
TubeError OpenDevice::control(const usb::SetupPacket& setup, ByteView out, std::uint8_t* in) {
  const TransferResult result = import_->control(setup, out, timeout());
  if (!result.is_done()) return STDEVICE_VENDOR_RQ_PB;
  if (!setup.is_device_to_host()) return STDEVICE_NOERROR;
  std::copy(result.data.begin(), result.data.end(), in);
  return result.data.size() < setup.wLength ? STDEVICE_VENDOR_RQ_PB : STDEVICE_NOERROR;
}

/// Those of every interface: alternate setting 0 of it, or the one that was chosen.
TubeError OpenDevice::open_pipes() {
  close_pipes();
  const std::lock_guard lock(mutex_);
  const auto view = configuration(current_.configuration);
  if (!view) return STDEVICE_PIPECREATIONERROR;
  for (unsigned i = 0; i < view->interfaces().size(); ++i) {
    Place place{current_.configuration, i, 0, 0};
    if (i == current_.interface_index) place.alternate = current_.alternate;
    const auto found = alternate(place);
    if (!found) continue;
    for (const ByteView endpoint : found->endpoints) {
      pipes_.push_back(std::make_shared<Pipe>(import_, endpoint, input_frames_));
    }
  }
  has_open_pipes_ = true;
  return STDEVICE_NOERROR;
}

void OpenDevice::close_pipes() {
  std::vector<std::shared_ptr<Pipe>> closed;
  {
    const std::lock_guard lock(mutex_);
    closed.swap(pipes_);
    has_open_pipes_ = false;
  }
  for (const auto& it : closed) it->abort();
}

bool OpenDevice::has_open_pipes() const {
  const std::lock_guard lock(mutex_);
  return has_open_pipes_;
}

std::shared_ptr<Pipe> OpenDevice::pipe(unsigned index) const {
  const std::lock_guard lock(mutex_);
  return index < pipes_.size() ? pipes_[index] : nullptr;
}

Timeout OpenDevice::timeout(DWORD ms) const {
  const DWORD chosen = ms != 0 ? ms : timeout_ms_.load();
  return chosen == INFINITE ? Timeout() : Timeout(std::chrono::milliseconds(chosen));
}

}  // namespace dfurig::windows
