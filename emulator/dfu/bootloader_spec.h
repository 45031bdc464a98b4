// What a bootloader says about itself and where its behaviour is a matter of policy.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "usb/descriptors.h"

namespace dfurig::dfu {

/// What DFU_CLRSTATUS does outside dfuERROR.
enum class ClrstatusOutsideError {
  ErrorUnknown,  ///< acknowledged; dfuERROR, errUNKNOWN
  ToIdle,        ///< acknowledged; dfuIDLE
  Stall,         ///< DFU 1.1 Appendix A
};

/// How GETSTATUS is answered while an operation is still running.
enum class WhileBusy {
  Hold,         ///< the device NAKs until the operation has ended
  DnbusyAgain,  ///< dfuDNBUSY with the same poll time-out
  Stall,        ///< the request is stalled, the state stays
};

/// The state the bootloader starts in.
enum class StartState { Idle, ErrorFirmware };

/// Read Unprotect on a chip that is not protected: AN3156 T4's footnotes contradict each other.
enum class UnprotectUnprotected {
  MassErase,   ///< flash and RAM erased, option bytes to default
  RamCleared,  ///< RAM cleared, flash kept
};

/// Set Address Pointer while read protection is active.
enum class SetAddressProtected { Accepted, ErrVendor };

/// Read, Write and Erase while read protection is active.
enum class ProtectedAccess {
  ErrVendor,  ///< refused, whatever the target (AN3156 table 4)
  Dropped,    ///< option bytes readable, writes and erases acknowledged and without effect (U5)
};

/// A write whose address or length is no multiple of BootloaderSpec::write_alignment.
enum class MisalignedWrite {
  AsMemory,   ///< what flash does with such an address and with an odd tail
  AllFail,    ///< this one and all that follow fail (AN2606 table 7)
  Corrupted,  ///< above 256 bytes the last unit gets wrong bytes (AN2606, L47x and L43x)
};

/// What one block counts in the address of a write or read (AN3156 §5.2 and §5.1).
enum class BlockSize {
  wTransferSize,  ///< of the functional descriptor
  wLength,        ///< of the very request
};

/// When option bytes that the bootloader wrote, or Read Unprotect changed, take effect.
enum class OptionsTakeEffect {
  AtOptionByteLoad,  ///< it has the chip load them, which resets and renews the empty check
  AtSystemReset,     ///< it makes a system reset
  AtPowerOn,         ///< it makes a system reset, and that does not load them
};

/// Faults of single ROM versions (AN2606 known limitations and reports).
enum class Defect {
  MassEraseDoesNothing,   ///< H74x V13.3
  Bank2EraseWedges,       ///< H743 Rev V: stays in dfuDNBUSY though the page is erased
  Bank2EraseHitsFurther,  ///< F76x: bank-2 sector i erases i + 4
  LeaveStaysInRom,        ///< H753 V9.0, L5 V9.0: off the bus, and no application starts
};

/// What becomes of the DFU_GETSTATUS that makes the bootloader leave.
enum class LeaveReply {
  Delivered,  ///< dfuMANIFEST; its status stage ends before the device disconnects
  Lost,       ///< the device is gone first: the host sees the request fail
};

/// What must have come before the zero-length DFU_DNLOAD that asks to leave.
enum class LeaveNeeds {
  Nothing,         ///< the address pointer is where it is (AN3156 §5.5)
  AddressCommand,  ///< Set Address Pointer as the last operation; else dfuERROR (report on a C071)
};

/// What stands behind the DFU interface.
enum class BootloaderKind {
  Rom,      ///< ST's ROM in system memory
  UsbdDfu,  ///< ST's USB Device Library in main flash, as STM32CubeMX generates it
};

/// The generations of ST's USB Device Library; they differ where an operation fails.
enum class UsbdVersion {
  V2_5,   ///< 2.4.2 to 2.5.3
  V2_11,  ///< 2.11.2 to 2.11.4
};

/// The functions of usbd_dfu_if.c that read, write and erase memory.
enum class MemoryFunctions {
  FilledIn,
  Empty,  ///< as STM32CubeMX generates them: nothing is done, USBD_OK; MEM_If_Read returns that as
          ///< a pointer, which is address 0
};

/// What only a bootloader made of ST's USB Device Library has.
struct UsbdDfuSpec {
  UsbdVersion version = UsbdVersion::V2_5;
  std::uint32_t application_address = 0;  ///< USBD_DFU_APP_DEFAULT_ADD; its own code lies below
  std::string button;                     ///< a boot pin: 1 at reset keeps the device in DFU mode
  bool unplug_is_seen = true;             ///< the pull-up on D+ goes off with USBD_Stop
  MemoryFunctions memory_functions = MemoryFunctions::FilledIn;
  bool operator==(const UsbdDfuSpec&) const = default;
};

/// Milliseconds; `busy_ms` is what the operation takes, `poll_ms` what bwPollTimeout says.
struct Timing {
  std::uint32_t poll_ms = 0;
  std::uint32_t busy_ms = 0;
  bool operator==(const Timing&) const = default;
};

struct Timings {
  Timing set_address;
  Timing erase_sector;
  Timing mass_erase;
  Timing program;
  Timing read_unprotect;
  Timing leave;  ///< poll_ms in the dfuMANIFEST reply; busy_ms until it detaches
  bool operator==(const Timings&) const = default;
};

/// One alternate setting: a name and the memory it shows.
struct Alternate {
  std::string name;  ///< the whole interface string, "@Internal Flash  /0x08000000/…"
  /// For each of FlashSpec::layouts where the string follows it; else empty.
  std::vector<std::string> names_by_layout{};
  bool operator==(const Alternate&) const = default;
};

struct BootloaderSpec {
  std::string name;   ///< "rom-f4"
  std::string title;  ///< "STM32F4 ROM, V9.1"
  BootloaderKind kind = BootloaderKind::Rom;
  UsbdDfuSpec usbd;  ///< of kind UsbdDfu

  /// The byte by which tools tell ROM versions apart, and where it is (AN2606, "bootloader ID").
  std::optional<std::uint8_t> id;
  std::uint32_t id_address = 0;

  // USB identity.
  std::uint16_t bcdUSB = 0;
  std::uint16_t idVendor = 0;
  std::uint16_t idProduct = 0;
  std::uint16_t bcdDevice = 0;
  std::uint8_t bMaxPacketSize0 = 64;
  std::uint8_t bmAttributes = 0;  ///< of the configuration
  std::uint8_t bMaxPower = 0;     ///< units of 2 mA
  std::string manufacturer;
  std::string product;
  std::string serial;
  std::uint16_t device_status = 0;  ///< GET_STATUS(device)
  std::vector<Alternate> alternates;

  // DFU functional descriptor (DFU 1.1 §4.1.3).
  std::uint8_t dfu_bmAttributes = 0;
  std::uint16_t wDetachTimeOut = 0;  ///< ms
  std::uint16_t wTransferSize = 0;   ///< bytes
  std::uint16_t bcdDFUVersion = 0;
  bool has_functional_descriptor = true;

  // DfuSe.
  std::uint32_t default_address = 0;
  std::vector<std::uint8_t> get_commands;  ///< the reply to UPLOAD with wBlockNum 0

  // Policies.
  StartState start_state = StartState::Idle;
  ClrstatusOutsideError clrstatus_outside_error = ClrstatusOutsideError::ErrorUnknown;
  WhileBusy while_busy = WhileBusy::Hold;
  UnprotectUnprotected unprotect_unprotected = UnprotectUnprotected::MassErase;
  SetAddressProtected set_address_protected = SetAddressProtected::Accepted;
  LeaveReply leave_reply = LeaveReply::Delivered;
  LeaveNeeds leave_needs = LeaveNeeds::Nothing;
  ProtectedAccess protected_access = ProtectedAccess::ErrVendor;
  MisalignedWrite misaligned_write = MisalignedWrite::AsMemory;
  unsigned write_alignment = 1;  ///< bytes; what the ROM asks for, not what flash programs at once
  OptionsTakeEffect options_take_effect = OptionsTakeEffect::AtOptionByteLoad;
  BlockSize block_size = BlockSize::wTransferSize;
  usb::ClassDescriptorRequest functional_descriptor_request = usb::ClassDescriptorRequest::Stalled;
  std::set<Defect> defects;
  std::uint32_t reserved_ram = 0;  ///< bytes from the start of RAM that the ROM uses itself

  Timings timings;
  std::uint32_t startup_ms = 0;  ///< from reset until the device is on the bus
  bool operator==(const BootloaderSpec&) const = default;
};

/// `spec` with every duration multiplied: 0 makes operations take no time, and says so to the host.
BootloaderSpec scaled(BootloaderSpec spec, double factor);

}  // namespace dfurig::dfu
