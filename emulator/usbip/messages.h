// USB/IP messages as values. Names and order are those of the kernel's
// Documentation/usb/usbip_protocol.rst; every field is big-endian on the wire.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "support/bytes.h"
#include "usb/descriptors.h"
#include "usb/setup_packet.h"

namespace dfurig::usbip {

constexpr std::uint16_t usbip_version = 0x0111;
constexpr std::uint16_t default_port = 3240;

/// Operation codes, before an import.
enum Operation : std::uint16_t {
  OP_REQ_IMPORT = 0x8003,
  OP_REP_IMPORT = 0x0003,
  OP_REQ_DEVLIST = 0x8005,
  OP_REP_DEVLIST = 0x0005,
};

/// Commands of the URB stream, after an import.
enum Command : std::uint32_t {
  USBIP_CMD_SUBMIT = 1,
  USBIP_CMD_UNLINK = 2,
  USBIP_RET_SUBMIT = 3,
  USBIP_RET_UNLINK = 4,
};

enum Direction : std::uint32_t { USBIP_DIR_OUT = 0, USBIP_DIR_IN = 1 };

/// `status` of operation replies (tools/usb/usbip/libsrc/usbip_common.h, ST_*).
enum OperationStatus : std::uint32_t {
  ST_OK = 0,
  ST_NA = 1,
  ST_DEV_BUSY = 2,
  ST_DEV_ERR = 3,
  ST_NODEV = 4,
  ST_ERROR = 5,
};

/// enum usb_device_speed of the kernel, as devlist and import report it.
constexpr std::uint32_t speed_full = 2;

/// URB status: negated errno values of the Linux kernel, whatever this host is.
namespace urb_status {
constexpr std::int32_t ok = 0;
constexpr std::int32_t stall = -32;      ///< -EPIPE
constexpr std::int32_t unlinked = -104;  ///< -ECONNRESET
constexpr std::int32_t protocol = -71;   ///< -EPROTO
constexpr std::int32_t overflow = -75;   ///< -EOVERFLOW
}  // namespace urb_status

// What a peer may ask for, checked before anything is allocated.
constexpr std::size_t transfer_buffer_length_max = 1 << 20;  ///< bytes; EP0 never needs as much
constexpr std::uint32_t number_of_packets_max = 1024;        ///< isochronous packets
constexpr std::size_t pending_urbs_max = 1024;               ///< of one client
constexpr std::uint32_t number_of_packets_none = 0xFFFFFFFF;

constexpr std::size_t operation_header_size = 8;
constexpr std::size_t path_size = 256;
constexpr std::size_t busid_size = 32;
constexpr std::size_t device_record_size = 312;
constexpr std::size_t interface_record_size = 4;
constexpr std::size_t urb_header_size = 48;
constexpr std::size_t iso_packet_size = 16;

struct OpReqDevlist {
  bool operator==(const OpReqDevlist&) const = default;
};

struct OpReqImport {
  std::string busid;
  bool operator==(const OpReqImport&) const = default;
};

/// struct usbip_usb_device, 312 bytes; `interfaces` follow it in a device list only.
struct DeviceRecord {
  struct Interface {
    std::uint8_t bInterfaceClass = 0;
    std::uint8_t bInterfaceSubClass = 0;
    std::uint8_t bInterfaceProtocol = 0;
    bool operator==(const Interface&) const = default;
  };

  std::string path;
  std::string busid;
  std::uint32_t busnum = 0;
  std::uint32_t devnum = 0;
  std::uint32_t speed = speed_full;
  std::uint16_t idVendor = 0;
  std::uint16_t idProduct = 0;
  std::uint16_t bcdDevice = 0;
  std::uint8_t bDeviceClass = 0;
  std::uint8_t bDeviceSubClass = 0;
  std::uint8_t bDeviceProtocol = 0;
  std::uint8_t bConfigurationValue = 0;
  std::uint8_t bNumConfigurations = 0;
  std::uint8_t bNumInterfaces = 0;
  std::vector<Interface> interfaces;

  std::uint32_t devid() const { return busnum << 16 | devnum; }
  bool operator==(const DeviceRecord&) const = default;
};

struct OpRepDevlist {
  std::uint32_t status = ST_OK;
  std::vector<DeviceRecord> devices;
  bool operator==(const OpRepDevlist&) const = default;
};

struct OpRepImport {
  std::uint32_t status = ST_OK;
  DeviceRecord device;  ///< on the wire only when status is ST_OK
  bool operator==(const OpRepImport&) const = default;
};

struct CmdSubmit {
  std::uint32_t seqnum = 0;
  std::uint32_t devid = 0;
  std::uint32_t direction = USBIP_DIR_OUT;
  std::uint32_t ep = 0;
  std::uint32_t transfer_flags = 0;
  std::uint32_t transfer_buffer_length = 0;
  std::uint32_t start_frame = 0;
  std::uint32_t number_of_packets = 0;
  std::uint32_t interval = 0;
  std::array<std::uint8_t, usb::SetupPacket::size> setup{};
  Bytes data;  ///< OUT only: transfer_buffer_length bytes
  bool operator==(const CmdSubmit&) const = default;
};

struct RetSubmit {
  std::uint32_t seqnum = 0;
  std::int32_t status = urb_status::ok;
  std::uint32_t actual_length = 0;
  std::uint32_t start_frame = 0;
  std::uint32_t number_of_packets = 0;
  std::uint32_t error_count = 0;
  Bytes data;  ///< IN only: actual_length bytes
  bool operator==(const RetSubmit&) const = default;
};

struct CmdUnlink {
  std::uint32_t seqnum = 0;
  std::uint32_t devid = 0;
  std::uint32_t direction = USBIP_DIR_OUT;
  std::uint32_t ep = 0;
  std::uint32_t unlink_seqnum = 0;
  bool operator==(const CmdUnlink&) const = default;
};

struct RetUnlink {
  std::uint32_t seqnum = 0;
  std::int32_t status = urb_status::ok;
  bool operator==(const RetUnlink&) const = default;
};

// The server's and the client's halves. encode_ cannot fail.
Bytes encode(const OpReqDevlist& message);
Bytes encode(const OpReqImport& message);
Bytes encode(const OpRepDevlist& message);
Bytes encode(const OpRepImport& message);
Bytes encode(const CmdSubmit& message);
Bytes encode(const CmdUnlink& message);
Bytes encode(const RetSubmit& message);
Bytes encode(const RetUnlink& message);

/// Fixed-size parts, for the decoders: `bytes` hold at least the size named above.
DeviceRecord parse_device_record(ByteView bytes);
CmdSubmit parse_cmd_submit(ByteView header);
CmdUnlink parse_cmd_unlink(ByteView header);
RetSubmit parse_ret_submit(ByteView header);
RetUnlink parse_ret_unlink(ByteView header);
/// A fixed-size field of characters up to its first NUL.
std::string parse_text(ByteView field);

}  // namespace dfurig::usbip
