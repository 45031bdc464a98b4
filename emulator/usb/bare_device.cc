#include "usb/bare_device.h"

namespace dfurig::usb {

Answer BareDevice::control(const SetupPacket& setup, ByteView, Instant) {
  if (setup.type() != RequestType::Standard) return {Stall{}};
  return {standard_requests_.control(setup)};
}

void BareDevice::bus_reset(Instant) {
  standard_requests_.bus_reset();
}

}  // namespace dfurig::usb
