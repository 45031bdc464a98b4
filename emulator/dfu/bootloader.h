// A DFU bootloader as the board sees it: class requests in, memory operations and a departure out.
#pragma once

#include <memory>
#include <optional>

#include "dfu/bootloader_spec.h"
#include "dfu/dfu.h"
#include "stm32/chip.h"
#include "usb/device.h"

namespace dfurig::dfu {

/// The bootloader gives up control at `due`: the device detaches, and then…
struct Departure {
  enum class Kind {
    Jump,          ///< …the application at `address` starts (the ROM's Leave)
    Reset,         ///< …the chip resets (option bytes written, Read Unprotect)
    LeaveByReset,  ///< …the chip resets, and that is this bootloader's Leave
    Reattach,      ///< …the same bootloader comes back on the bus
    Stuck,         ///< …nothing more happens: the ROM never gives up control
  };
  Kind kind = Kind::Jump;
  std::uint32_t address = 0;
  Instant due{};
  bool is_seen = true;  ///< the host notices the unplug: the pull-up on D+ goes off
  bool operator==(const Departure&) const = default;
};

class Bootloader {
 public:
  virtual ~Bootloader() = default;

  /// Answers a class request to the DFU interface.
  virtual usb::Answer control(const usb::SetupPacket& setup, ByteView data, Instant now) = 0;
  virtual void bus_reset() = 0;

  virtual State state() const = 0;
  virtual Status status() const = 0;
  virtual std::uint32_t address_pointer() const = 0;
  virtual const std::optional<Departure>& departure() const = 0;
};

/// The bootloader `spec` describes, as it is after reset. Both must outlive it.
std::unique_ptr<Bootloader> make_bootloader(const BootloaderSpec& spec, stm32::Chip& chip);

/// The descriptors a DFU-mode device with this identity has: one interface, its alternate
/// settings, and the functional descriptor after the last of them, as the ROM has it.
usb::DescriptorSet make_descriptors(const BootloaderSpec& spec);

}  // namespace dfurig::dfu
