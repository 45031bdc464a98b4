#include "usbip/messages.h"

#include <algorithm>

namespace dfurig::usbip {
namespace {

constexpr std::size_t urb_padding_submit = 8;
constexpr std::size_t urb_padding_unlink = 24;

ByteWriter& append_text(ByteWriter& writer, const std::string& text, std::size_t size) {
  const std::size_t length = std::min(text.size(), size - 1);
  for (std::size_t i = 0; i < length; ++i) writer.u8(static_cast<std::uint8_t>(text[i]));
  return writer.zeros(size - length);
}

ByteWriter operation_header(std::uint16_t operation, std::uint32_t status) {
  ByteWriter writer;
  writer.u16be(usbip_version).u16be(operation).u32be(status);
  return writer;
}

void append_device_record(ByteWriter& writer, const DeviceRecord& device) {
  append_text(writer, device.path, path_size);
  append_text(writer, device.busid, busid_size);
  writer.u32be(device.busnum).u32be(device.devnum).u32be(device.speed);
  writer.u16be(device.idVendor).u16be(device.idProduct).u16be(device.bcdDevice);
  writer.u8(device.bDeviceClass).u8(device.bDeviceSubClass).u8(device.bDeviceProtocol);
  writer.u8(device.bConfigurationValue).u8(device.bNumConfigurations).u8(device.bNumInterfaces);
}

/// struct usbip_header_basic. In replies devid, direction and ep are 0, as the kernel's exporters
/// send them.
ByteWriter urb_header(std::uint32_t command, std::uint32_t seqnum, std::uint32_t devid = 0,
                      std::uint32_t direction = 0, std::uint32_t ep = 0) {
  ByteWriter writer;
  writer.u32be(command).u32be(seqnum).u32be(devid).u32be(direction).u32be(ep);
  return writer;
}

}  // namespace

Bytes encode(const OpReqDevlist&) {
  return operation_header(OP_REQ_DEVLIST, ST_OK).take();
}

Bytes encode(const OpReqImport& message) {
  ByteWriter writer = operation_header(OP_REQ_IMPORT, ST_OK);
  return append_text(writer, message.busid, busid_size).take();
}

Bytes encode(const OpRepDevlist& message) {
  ByteWriter writer = operation_header(OP_REP_DEVLIST, message.status);
  writer.u32be(static_cast<std::uint32_t>(message.devices.size()));
  for (const DeviceRecord& device : message.devices) {
    append_device_record(writer, device);
    for (const DeviceRecord::Interface& interface : device.interfaces) {
      writer.u8(interface.bInterfaceClass).u8(interface.bInterfaceSubClass);
      writer.u8(interface.bInterfaceProtocol).u8(0);
    }
  }
  return writer.take();
}

Bytes encode(const OpRepImport& message) {
  ByteWriter writer = operation_header(OP_REP_IMPORT, message.status);
  if (message.status == ST_OK) append_device_record(writer, message.device);
  return writer.take();
}

Bytes encode(const CmdSubmit& message) {
  ByteWriter writer =
      urb_header(USBIP_CMD_SUBMIT, message.seqnum, message.devid, message.direction, message.ep);
  writer.u32be(message.transfer_flags).u32be(message.transfer_buffer_length);
  writer.u32be(message.start_frame).u32be(message.number_of_packets).u32be(message.interval);
  return writer.append(message.setup).append(message.data).take();
}

Bytes encode(const CmdUnlink& message) {
  ByteWriter writer =
      urb_header(USBIP_CMD_UNLINK, message.seqnum, message.devid, message.direction, message.ep);
  return writer.u32be(message.unlink_seqnum).zeros(urb_padding_unlink).take();
}

Bytes encode(const RetSubmit& message) {
  ByteWriter writer = urb_header(USBIP_RET_SUBMIT, message.seqnum);
  writer.u32be(static_cast<std::uint32_t>(message.status)).u32be(message.actual_length);
  writer.u32be(message.start_frame).u32be(message.number_of_packets).u32be(message.error_count);
  return writer.zeros(urb_padding_submit).append(message.data).take();
}

Bytes encode(const RetUnlink& message) {
  ByteWriter writer = urb_header(USBIP_RET_UNLINK, message.seqnum);
  return writer.u32be(static_cast<std::uint32_t>(message.status)).zeros(urb_padding_unlink).take();
}

std::string parse_text(ByteView field) {
  const auto end = std::find(field.begin(), field.end(), std::uint8_t{0});
  return std::string(field.begin(), end);
}

DeviceRecord parse_device_record(ByteView bytes) {
  ByteReader reader(bytes);
  DeviceRecord device;
  device.path = parse_text(reader.take(path_size));
  device.busid = parse_text(reader.take(busid_size));
  device.busnum = reader.u32be();
  device.devnum = reader.u32be();
  device.speed = reader.u32be();
  device.idVendor = reader.u16be();
  device.idProduct = reader.u16be();
  device.bcdDevice = reader.u16be();
  device.bDeviceClass = reader.u8();
  device.bDeviceSubClass = reader.u8();
  device.bDeviceProtocol = reader.u8();
  device.bConfigurationValue = reader.u8();
  device.bNumConfigurations = reader.u8();
  device.bNumInterfaces = reader.u8();
  return device;
}

CmdSubmit parse_cmd_submit(ByteView header) {
  ByteReader reader(header);
  reader.u32be();
  CmdSubmit message;
  message.seqnum = reader.u32be();
  message.devid = reader.u32be();
  message.direction = reader.u32be();
  message.ep = reader.u32be();
  message.transfer_flags = reader.u32be();
  message.transfer_buffer_length = reader.u32be();
  message.start_frame = reader.u32be();
  message.number_of_packets = reader.u32be();
  message.interval = reader.u32be();
  const ByteView setup = reader.take(usb::SetupPacket::size);
  std::copy(setup.begin(), setup.end(), message.setup.begin());
  return message;
}

CmdUnlink parse_cmd_unlink(ByteView header) {
  ByteReader reader(header);
  reader.u32be();
  CmdUnlink message;
  message.seqnum = reader.u32be();
  message.devid = reader.u32be();
  message.direction = reader.u32be();
  message.ep = reader.u32be();
  message.unlink_seqnum = reader.u32be();
  return message;
}

RetSubmit parse_ret_submit(ByteView header) {
  ByteReader reader(header);
  reader.u32be();
  RetSubmit message;
  message.seqnum = reader.u32be();
  reader.take(12);  // devid, direction, ep: 0 in replies
  message.status = static_cast<std::int32_t>(reader.u32be());
  message.actual_length = reader.u32be();
  message.start_frame = reader.u32be();
  message.number_of_packets = reader.u32be();
  message.error_count = reader.u32be();
  return message;
}

RetUnlink parse_ret_unlink(ByteView header) {
  ByteReader reader(header);
  reader.u32be();
  RetUnlink message;
  message.seqnum = reader.u32be();
  reader.take(12);
  message.status = static_cast<std::int32_t>(reader.u32be());
  return message;
}

}  // namespace dfurig::usbip
