// Faults as plain values: what goes wrong, where, and when. Off unless somebody asks for them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dfu/dfu.h"
#include "support/bytes.h"
#include "support/clock.h"

namespace dfurig::fault {

enum class Kind {
  // What the bus makes of a control transfer.
  UsbStall,      ///< stalled; the device does not get it
  UsbBusError,   ///< no handshake: -EPROTO; the device does not get it
  UsbBabble,     ///< more data than asked for: -EOVERFLOW
  UsbShort,      ///< the data stage to the host has only `bytes`
  UsbLong,       ///< it has `bytes` more
  UsbCorrupt,    ///< bits of the data stage flip: `bits` from `offset` on
  UsbLate,       ///< the answer comes `delay` later
  UsbNever,      ///< no answer: NAK until the host gives up
  UsbUnplug,     ///< the cable goes, and with it the power
  UsbReconnect,  ///< off the bus for `delay`, with power
  UsbLost,       ///< acknowledged, and the device does not get it
  UsbTwice,      ///< the device gets it twice
  // What the bootloader does wrong.
  BootloaderError,             ///< goes to dfuERROR with `status`; the request has no other effect
  BootloaderStatus,            ///< DFU_GETSTATUS says `status`, `state` or `poll_ms`, untruly
  BootloaderWedge,             ///< dfuDNBUSY for ever
  BootloaderIgnoresLeave,      ///< dfuMANIFEST, and it stays on the bus
  BootloaderLeavesUnseen,      ///< leaves, and the host sees no unplug
  BootloaderLeavesLate,        ///< leaves `delay` later
  BootloaderResets,            ///< Leave resets the chip instead of jumping
  BootloaderHangs,             ///< Leave takes it off the bus, and no application starts
  BootloaderLeavesAtBusReset,  ///< a bus reset ends DFU mode
  // What happens in flash.
  MemoryProgramFails,    ///< nothing is programmed, and the hardware reports an error
  MemoryEraseFails,      ///< nothing is erased, and the hardware reports an error
  MemoryStuckBits,       ///< `bits` of the byte at `offset` keep the value `level`
  MemoryFlippedBits,     ///< once programmed, `bits` of the byte at `offset` read inverted
  MemoryWearsOut,        ///< after `count` erases a sector no longer takes programming
  MemoryBusyForEver,     ///< the operation does not end
  MemoryProgramDropped,  ///< nothing is programmed, and nobody is told
  MemoryEraseDropped,    ///< nothing is erased, and nobody is told
  MemoryPowerCut,        ///< the power goes before a unit, in the middle of an erase, or of options
  // What happens to the byte stream of USB/IP.
  StreamSplit,      ///< arrives in pieces of `bytes`
  StreamMerge,      ///< arrives in one piece once `bytes` are there, or the sender waits
  StreamDelay,      ///< arrives `delay` later
  StreamDrop,       ///< `bytes` are missing
  StreamDuplicate,  ///< `bytes` come twice
  StreamCorrupt,    ///< `bits` of one byte flip
  StreamReset,      ///< the connection is gone at this byte
};

/// Of all that meets a condition, in order.
struct Occasion {
  static constexpr std::uint64_t always = UINT64_MAX;
  std::uint64_t first = 1;            ///< the how-manieth, from 1
  std::uint64_t count = 1;            ///< so many from then on
  std::optional<double> probability;  ///< of each; the others do not count
};

/// Which control transfers; what is not given is any.
struct RequestCondition {
  std::string request;    ///< "DFU_DNLOAD", "GET_DESCRIPTOR"
  std::string operation;  ///< what a DFU_DNLOAD asks for; of others, what the last one did
  std::optional<std::uint16_t> wValue;
  std::optional<std::uint32_t> address;  ///< of Set Address Pointer or Erase
  std::uint64_t written_bytes = 0;       ///< once at least so many were written
};

/// Which operations of flash.
struct MemoryCondition {
  bool programs = true;
  bool erases = true;
  bool writes_options = true;
  std::uint32_t address = 0;  ///< only what touches `size` bytes from here on
  std::uint32_t size = UINT32_MAX;
};

struct StreamCondition {
  bool is_to_host = false;
  std::uint64_t offset = 0;  ///< of the first byte concerned, over all connections
};

struct Fault {
  Kind kind = Kind::UsbStall;
  std::string place;  ///< "x.json: /faults/0"
  RequestCondition request;
  MemoryCondition memory;
  StreamCondition stream;
  Occasion occasion;
  bool may_miss = false;  ///< a run in which it never struck is fine

  // Parameters of single kinds.
  Duration delay{};
  std::size_t bytes = 0;
  std::uint32_t offset = 0;
  Bytes bits;
  unsigned level = 0;
  std::uint64_t erases = 0;
  std::optional<dfu::Status> status;
  std::optional<dfu::State> state;
  std::optional<std::uint32_t> poll_ms;
};

/// The seam a kind acts at.
enum class Seam { Usb, Bootloader, Memory, Stream };

/// What a scenario calls a kind, and which parameters it has.
struct KindInfo {
  Kind kind;
  const char* name;  ///< "usb.stall"
  Seam seam;
  std::vector<std::string> required;
  std::vector<std::string> optional;
};
const std::vector<KindInfo>& kinds();
const KindInfo& info_of(Kind kind);
inline Seam seam_of(Kind kind) {
  return info_of(kind).seam;
}

/// What a DFU_DNLOAD may ask for, as conditions name it.
const std::vector<std::string>& operation_names();

}  // namespace dfurig::fault
