#include "fault/injection.h"

namespace dfurig::fault {

std::unique_ptr<dfu::Bootloader> Injection::wrap(std::unique_ptr<dfu::Bootloader> bootloader) {
  return std::make_unique<FaultyBootloader>(std::move(bootloader), armed_,
                                            cells_.is_busy_for_ever());
}

usb::Device& Injection::wrap(usb::Device& device, BoardSide board) {
  device_ = std::make_unique<FaultyDevice>(device, armed_, power_, cells_, std::move(board));
  return *device_;
}

usbip::Connector Injection::wrap(usbip::Connector connector, const Clock& clock) {
  return faulty_connector(std::move(connector), armed_, positions_, clock);
}

void Injection::power_on() {
  power_.restore();
  cells_.power_on();
}

}  // namespace dfurig::fault
