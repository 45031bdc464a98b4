// A USB device whose answers a test decides.
#pragma once

#include <deque>
#include <utility>
#include <vector>

#include "usb/device.h"

namespace dfurig::usbip {

class StubDevice : public usb::Device {
 public:
  StubDevice() {
    set_.device.idVendor = 0x0483;
    set_.device.idProduct = 0xDF11;
    set_.device.bcdDevice = 0x2200;
    set_.device.bNumConfigurations = 1;
    set_.configuration.bConfigurationValue = 1;
    set_.configuration.interfaces = {{0, 0, 0xFE, 1, 2, 4, {}}, {0, 1, 0xFE, 1, 2, 5, {}}};
  }

  const usb::DescriptorSet& descriptors() const override { return set_; }
  std::uint32_t attachment() const override { return attachment_; }
  usb::Answer control(const usb::SetupPacket& setup, ByteView data, Instant) override {
    seen.push_back(setup);
    received.assign(data.begin(), data.end());
    if (answers.empty()) return {usb::Ack{}};
    usb::Answer answer = answers.front();
    answers.pop_front();
    return answer;
  }
  void bus_reset(Instant) override { ++bus_resets; }
  void advance(Instant now) override {
    if (unplug_at && *unplug_at <= now) attachment_ = 0;
  }
  std::optional<Instant> next_event() const override {
    return attachment_ != 0 ? unplug_at : std::nullopt;
  }

  std::deque<usb::Answer> answers;
  std::vector<usb::SetupPacket> seen;
  Bytes received;
  std::optional<Instant> unplug_at;
  unsigned bus_resets = 0;
  std::uint32_t attachment_ = 1;

 private:
  usb::DescriptorSet set_;
};

}  // namespace dfurig::usbip
