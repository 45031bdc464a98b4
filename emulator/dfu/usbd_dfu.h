// ST's USB Device Library in DFU mode (usbd_dfu.c), as STM32CubeMX puts it into main flash.
//
// Read from github.com/STMicroelectronics/stm32-mw-usb-device, tags v2.5.1 to v2.11.4; 2.4.2, of
// the years before, has the logic of 2.5.1. What the library leaves to the project, the media
// interface, is ST's example: STM32CubeL4, Projects/STM32L476G-EVAL/…/DFU_Standalone,
// usbd_dfu_flash.c.
#pragma once

#include <optional>

#include "dfu/bootloader.h"
#include "dfu/state_machine.h"

namespace dfurig::dfu {

/// What the library remembers besides its state, as far as a request's effect depends on it.
struct UsbdMemory {
  bool has_block = false;                  ///< wlength is not 0: a DFU_DNLOAD waits to be run
  bool manifest_in_progress = false;       ///< manif_state
  bool is_manifestation_tolerant = false;  ///< bmAttributes bit 2
  bool operator==(const UsbdMemory&) const = default;
};

/// What `event` does in `state`; an upload is one of data (wBlockNum above 1). The state after
/// DFU_GETSTATUS is the one its reply shows. A request the library stalls leaves the state as it
/// is, unlike DFU 1.1 Appendix A.
Transition usbd_transition(State state, Status status, Event event, const UsbdMemory& memory);

/// dev_state after an UPLOAD of block 1: the library stores the status errSTALLEDPKT, 15, in it.
constexpr State usbd_state_after_block_1 = static_cast<State>(15);

class UsbdDfu final : public Bootloader {
 public:
  UsbdDfu(const BootloaderSpec& spec, stm32::Chip& chip);

  usb::Answer control(const usb::SetupPacket& setup, ByteView data, Instant now) override;
  /// USBD_LL_Reset ends the class, SET_CONFIGURATION starts it afresh.
  void bus_reset() override;

  State state() const override { return state_; }
  Status status() const override { return status_; }
  std::uint32_t address_pointer() const override { return data_ptr_; }
  const std::optional<Departure>& departure() const override { return departure_; }

 private:
  enum class Outcome {
    Done,
    MediaFailed,    ///< the media interface returned an error
    NotACommand,    ///< five bytes that start with no command
    LengthRefused,  ///< block 0 with a length no command has: USBD_CtlError
  };

  usb::Answer request(const usb::SetupPacket& setup, ByteView data, Instant start);
  usb::Answer dnload(const usb::SetupPacket& setup, ByteView data, const Transition& next);
  usb::Answer upload(const usb::SetupPacket& setup, const Transition& next);
  usb::Answer getstatus(const Transition& next, Instant start);
  usb::Answer detach(const usb::SetupPacket& setup, const Transition& next, Instant start);
  usb::Answer run_block(Instant start);
  usb::Answer manifest(Instant start);
  usb::Answer status_answer() const;
  Outcome run_command();
  void finish(Outcome outcome);
  void move_to(State state, Status status);
  void abort_to(const Transition& next);
  void forget_block();
  bool is_erase() const;
  bool erase(std::uint32_t address);
  bool write(std::uint32_t address, std::uint32_t length);
  bool are_functions_empty() const;
  bool is_own(std::uint32_t address) const;

  const BootloaderSpec& spec_;
  stm32::Chip& chip_;

  // The members of USBD_DFU_HandleTypeDef.
  State state_ = State::dfuIDLE;
  Status status_ = Status::OK;
  std::uint32_t poll_ms_ = 0;
  std::uint32_t data_ptr_;
  std::uint16_t wblock_num_ = 0;
  std::uint32_t wlength_ = 0;
  bool manifest_in_progress_ = false;
  Bytes buffer_;

  Instant busy_until_{};      ///< the interrupt routine works until then and answers nothing
  bool has_faulted_ = false;  ///< it read where nothing is: HardFault_Handler never returns
  std::optional<Departure> departure_;
};

}  // namespace dfurig::dfu
