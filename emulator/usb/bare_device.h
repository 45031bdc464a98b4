// A USB device that only tells what it is: chapter 9, and nothing of a class.
#pragma once

#include "usb/device.h"
#include "usb/standard_requests.h"

namespace dfurig::usb {

/// Always on the bus; it stalls what is not a standard request.
class BareDevice : public Device {
 public:
  explicit BareDevice(DescriptorSet descriptors)
      : descriptors_(std::move(descriptors)), standard_requests_(descriptors_, 0) {}
  BareDevice(const BareDevice&) = delete;
  BareDevice& operator=(const BareDevice&) = delete;

  const DescriptorSet& descriptors() const override { return descriptors_; }
  std::uint32_t attachment() const override { return 1; }
  Answer control(const SetupPacket& setup, ByteView data, Instant now) override;
  void bus_reset(Instant now) override;
  void advance(Instant) override {}
  std::optional<Instant> next_event() const override { return std::nullopt; }

 private:
  DescriptorSet descriptors_;
  StandardRequests standard_requests_;
};

}  // namespace dfurig::usb
