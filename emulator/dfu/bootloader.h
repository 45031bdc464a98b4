// The ROM bootloader's DFU interface: class requests in, memory operations and a departure out.
#pragma once

#include <optional>

#include "dfu/bootloader_spec.h"
#include "dfu/dfu.h"
#include "dfu/dfuse.h"
#include "dfu/memory_operations.h"
#include "dfu/state_machine.h"
#include "stm32/chip.h"
#include "usb/device.h"

namespace dfurig::dfu {

/// The bootloader gives up control at `due`: the device detaches, and then…
struct Departure {
  enum class Kind {
    Jump,   ///< …the application at `address` starts (Leave)
    Reset,  ///< …the chip resets (option bytes written, Read Unprotect)
    Stuck,  ///< …nothing more happens: the ROM never gives up control
  };
  Kind kind = Kind::Jump;
  std::uint32_t address = 0;
  Instant due{};
  bool operator==(const Departure&) const = default;
};

class Bootloader {
 public:
  /// Starts in the state its ROM starts in. Both must outlive it.
  Bootloader(const BootloaderSpec& spec, stm32::Chip& chip);

  /// Answers a class request to the DFU interface.
  usb::Answer control(const usb::SetupPacket& setup, ByteView data, Instant now);
  /// USB reset: any bootloader is back in dfuIDLE (inferred; no source shows the ROM's).
  void bus_reset();

  State state() const { return state_; }
  Status status() const { return status_; }
  std::uint32_t address_pointer() const { return memory_.address_pointer(); }
  const std::optional<Departure>& departure() const { return departure_; }

 private:
  usb::Answer dnload(const usb::SetupPacket& setup, ByteView data, const Transition& next);
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
  std::optional<Departure> departure_;
};

/// The descriptors a DFU-mode device with this identity has: one interface, its alternate
/// settings, and the functional descriptor after the last of them, as the ROM has it.
usb::DescriptorSet make_descriptors(const BootloaderSpec& spec);

}  // namespace dfurig::dfu
