#include "usbip/exports.h"

namespace dfurig::usbip {

Export& Exports::add(usb::Device& device, usb::Transcript* transcript) {
  auto entry = std::make_unique<Export>();
  entry->busnum = 1;
  // 1 is the root hub, as on a real bus.
  entry->devnum = static_cast<std::uint32_t>(exports_.size()) + 2;
  entry->busid = "1-" + std::to_string(exports_.size() + 1);
  entry->device = &device;
  entry->transcript = transcript;
  exports_.push_back(std::move(entry));
  return *exports_.back();
}

Export* Exports::find_attached(const std::string& busid) {
  for (const auto& entry : exports_) {
    if (entry->busid == busid) return entry->device->is_attached() ? entry.get() : nullptr;
  }
  return nullptr;
}

std::vector<const Export*> Exports::list_available() const {
  std::vector<const Export*> available;
  for (const auto& entry : exports_) {
    if (!entry->is_imported && entry->device->is_attached()) available.push_back(entry.get());
  }
  return available;
}

void Exports::advance(Instant now) {
  for (const auto& entry : exports_) entry->device->advance(now);
}

}  // namespace dfurig::usbip
