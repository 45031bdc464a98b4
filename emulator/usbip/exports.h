// The devices a USB/IP server offers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "usb/device.h"
#include "usb/transcript.h"

namespace dfurig::usbip {

/// One device on offer. Import is exclusive.
struct Export {
  std::string busid;  ///< "1-1"
  std::uint32_t busnum = 0;
  std::uint32_t devnum = 0;
  usb::Device* device = nullptr;
  usb::Transcript* transcript = nullptr;  ///< may be null
  bool is_imported = false;
  std::uint64_t unanswered_urbs = 0;  ///< URBs to endpoints the device does not have
};

/// Owns no device: each must outlive it.
class Exports {
 public:
  /// Devices get busid 1-1, 1-2, … in the order they are added.
  Export& add(usb::Device& device, usb::Transcript* transcript = nullptr);
  /// Null when there is none, or when its device is not attached.
  Export* find_attached(const std::string& busid);
  /// In order of busid; what is imported or not attached is left out, as the kernel's exporters do.
  std::vector<const Export*> list_available() const;
  /// Lets time pass for every device, whether or not somebody has imported it.
  void advance(Instant now);
  const std::vector<std::unique_ptr<Export>>& all() const { return exports_; }

 private:
  std::vector<std::unique_ptr<Export>> exports_;
};

}  // namespace dfurig::usbip
