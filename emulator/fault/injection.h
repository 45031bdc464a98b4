// All the faults of one run, put in at every seam of one board.
#pragma once

#include <memory>

#include "fault/faulty_bootloader.h"
#include "fault/faulty_cells.h"
#include "fault/faulty_device.h"
#include "fault/faulty_link.h"

namespace dfurig::fault {

/// Without faults it passes everything on.
class Injection {
 public:
  explicit Injection(std::uint64_t seed) : armed_(seed), cells_(armed_, power_) {}
  Injection(const Injection&) = delete;
  Injection& operator=(const Injection&) = delete;

  Armed& armed() { return armed_; }
  const Armed& armed() const { return armed_; }

  /// `bootloader` as the board is to have it.
  std::unique_ptr<dfu::Bootloader> wrap(std::unique_ptr<dfu::Bootloader> bootloader);
  /// `device` as the host is to see it; it and what `board` uses must outlive this.
  usb::Device& wrap(usb::Device& device, BoardSide board);
  usbip::Connector wrap(usbip::Connector connector, const Clock& clock);
  /// Flash that has its cells here.
  void attach(stm32::Flash& flash) { flash.use_cells(cells_); }
  /// The board is powered on by other means.
  void power_on();

 private:
  Armed armed_;
  Power power_;
  FaultyCells cells_;
  std::unique_ptr<FaultyDevice> device_;
  StreamPositions positions_;
};

}  // namespace dfurig::fault
