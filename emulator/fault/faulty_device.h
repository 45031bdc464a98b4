// A USB device whose bus fails: between the host and the device itself.
#pragma once

#include "fault/armed.h"
#include "fault/faulty_cells.h"
#include "fault/power.h"
#include "fault/request_watcher.h"
#include "usb/device.h"

namespace dfurig::fault {

class FaultyDevice : public usb::Device {
 public:
  /// All must outlive it.
  FaultyDevice(usb::Device& device, Armed& armed, Power& power, FaultyCells& cells, BoardSide board)
      : device_(device), armed_(armed), power_(power), cells_(cells), board_(std::move(board)) {}

  const usb::DescriptorSet& descriptors() const override { return device_.descriptors(); }
  std::uint32_t attachment() const override;
  usb::Answer control(const usb::SetupPacket& setup, ByteView data, Instant now) override;
  void bus_reset(Instant now) override;
  void advance(Instant now) override;
  std::optional<Instant> next_event() const override;

 private:
  usb::Answer strike(const Fault& fault, const usb::SetupPacket& setup, ByteView data, Instant now);
  usb::Answer pass(const usb::SetupPacket& setup, ByteView data, Instant now);
  void leave_bus(Instant now, std::optional<Duration> delay);
  void notice_options();
  void notice_power_cut(Instant now);

  usb::Device& device_;
  Armed& armed_;
  Power& power_;
  FaultyCells& cells_;
  BoardSide board_;
  RequestWatcher watcher_;
  std::uint32_t returns_ = 0;  ///< how often it came back to the bus by a fault
  bool is_off_bus_ = false;
  bool were_options_unwritten_ = false;
  std::optional<Instant> back_at_;  ///< when it comes back; absent: only with power
};

}  // namespace dfurig::fault
