// Control transfers that tests send.
#pragma once

#include "dfu/dfu.h"
#include "fault/fault.h"
#include "usb/setup_packet.h"

namespace dfurig::fault {

inline const usb::SetupPacket getstatus{0xA1, dfu::DFU_GETSTATUS, 0, 0, 6};
inline const usb::SetupPacket clrstatus{0x21, dfu::DFU_CLRSTATUS, 0, 0, 0};
inline const usb::SetupPacket getstate{0xA1, dfu::DFU_GETSTATE, 0, 0, 1};
inline const usb::SetupPacket upload{0xA1, dfu::DFU_UPLOAD, 2, 0, 16};
inline const usb::SetupPacket get_descriptor{0x80, usb::GET_DESCRIPTOR, 0x0100, 0, 18};

inline usb::SetupPacket dnload(std::uint16_t block, std::size_t size) {
  return {0x21, dfu::DFU_DNLOAD, block, 0, static_cast<std::uint16_t>(size)};
}

inline const Bytes erase_0x08004000{0x41, 0x00, 0x40, 0x00, 0x08};
inline const Bytes mass_erase{0x41};
inline const Bytes set_address_0x08000000{0x21, 0x00, 0x00, 0x00, 0x08};
inline const Bytes read_unprotect{0x92};

/// A fault of that kind, with nothing else said.
inline Fault plain(Kind kind) {
  Fault fault;
  fault.kind = kind;
  fault.place = "x.json: /faults/0";
  return fault;
}

}  // namespace dfurig::fault
