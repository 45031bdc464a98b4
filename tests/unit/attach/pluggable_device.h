// A device that a host can enumerate.
#pragma once

#include <algorithm>

#include "usbip/stub_device.h"

namespace dfurig::attach {

/// Answers what a host asks when it enumerates; the test plugs and unplugs it.
class PluggableDevice : public usbip::StubDevice {
 public:
  usb::Answer control(const usb::SetupPacket& setup, ByteView data, Instant now) override {
    if (setup.bRequest != usb::GET_DESCRIPTOR) return StubDevice::control(setup, data, now);
    if (setup.wValue >> 8 == usb::DEVICE) {
      return {usb::DataStage{usb::encode_device_descriptor(set.device)}};
    }
    if (setup.wValue >> 8 == usb::CONFIGURATION) {
      Bytes all = usb::encode_configuration_descriptor(set.configuration);
      all.resize(std::min<std::size_t>(all.size(), setup.wLength));
      return {usb::DataStage{all}};
    }
    return {usb::Stall{}};
  }
  const usb::DescriptorSet& descriptors() const override { return set; }

  usb::DescriptorSet set = StubDevice::descriptors();
};

}  // namespace dfurig::attach
