// A bootloader that does wrong: between the board and the bootloader itself.
#pragma once

#include <memory>

#include "dfu/bootloader.h"
#include "fault/armed.h"
#include "fault/request_watcher.h"

namespace dfurig::fault {

class FaultyBootloader : public dfu::Bootloader {
 public:
  /// `armed` and `is_busy_for_ever` (flash has stopped to answer) must outlive it.
  FaultyBootloader(std::unique_ptr<dfu::Bootloader> bootloader, Armed& armed,
                   const bool& is_busy_for_ever)
      : bootloader_(std::move(bootloader)), armed_(armed), is_busy_for_ever_(is_busy_for_ever) {}

  usb::Answer control(const usb::SetupPacket& setup, ByteView data, Instant now) override;
  void bus_reset() override;

  dfu::State state() const override;
  dfu::Status status() const override;
  std::uint32_t address_pointer() const override { return bootloader_->address_pointer(); }
  const std::optional<dfu::Departure>& departure() const override { return departure_; }

 private:
  usb::Answer strike(const Fault& fault, const usb::SetupPacket& setup, ByteView data, Instant now);
  usb::Answer answer_in_error(const usb::SetupPacket& setup, Instant now);
  usb::Answer answer_wedged(const usb::SetupPacket& setup) const;
  usb::Answer go_to_error(dfu::Status status, const usb::SetupPacket& setup, Instant now);
  void follow_departure();
  void change_departure();

  std::unique_ptr<dfu::Bootloader> bootloader_;
  Armed& armed_;
  const bool& is_busy_for_ever_;
  RequestWatcher watcher_;
  std::optional<dfu::Departure> departure_;
  bool was_departure_seen_ = false;
  std::optional<dfu::Status> error_;  ///< what it claims to have gone wrong
  std::uint32_t last_poll_ms_ = 0;    ///< bwPollTimeout, as was said last
  std::optional<std::uint32_t> wedged_poll_ms_;
};

}  // namespace dfurig::fault
