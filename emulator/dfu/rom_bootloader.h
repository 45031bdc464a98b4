// The ROM bootloader's DFU interface: class requests in, memory operations and a departure out.
#pragma once

#include <optional>

#include "dfu/bootloader.h"
#include "dfu/dfuse.h"
#include "dfu/memory_operations.h"
#include "dfu/state_machine.h"

namespace dfurig::dfu {

class RomBootloader final : public Bootloader {
 public:
  /// Starts in the state its ROM starts in. Both must outlive it.
  RomBootloader(const BootloaderSpec& spec, stm32::Chip& chip);

  usb::Answer control(const usb::SetupPacket& setup, ByteView data, Instant now) override;
  /// USB reset: any bootloader is back in dfuIDLE (inferred; no source shows the ROM's).
  void bus_reset() override;

  State state() const override { return state_; }
  Status status() const override { return status_; }
  std::uint32_t address_pointer() const override { return memory_.address_pointer(); }
  const std::optional<Departure>& departure() const override { return departure_; }

 private:
  usb::Answer dnload(const usb::SetupPacket& setup, ByteView data, const Transition& next);
  bool is_known_command(std::uint16_t wBlockNum, ByteView data) const;
  usb::Answer upload(const usb::SetupPacket& setup, const Transition& next);
  usb::Answer getstatus(const Transition& next, Instant now);
  usb::Answer start_operation(Instant now);
  usb::Answer finish_operation(Instant now);
  usb::Answer start_leave(Instant now);
  usb::Answer stall_with(Status status);
  usb::Answer status_answer(std::uint32_t poll_ms, Duration hold = {}) const;

  const BootloaderSpec& spec_;
  MemoryOperations memory_;
  Deviations deviations_;
  State state_;
  Status status_;
  std::optional<Operation> pending_;  ///< accepted by DNLOAD, runs on GETSTATUS
  Timing running_;                    ///< of the operation that dfuDNBUSY stands for
  Instant busy_until_{};
  MemoryOperations::Outcome outcome_;  ///< what dfuDNBUSY will end with
  bool was_address_set_ = false;       ///< by the last operation
  std::optional<Departure> departure_;
};

}  // namespace dfurig::dfu
