#include "usbip/decoder.h"

#include "support/hex.h"

namespace dfurig::usbip {
namespace {

std::size_t iso_packet_count(const CmdSubmit& submit) {
  return submit.number_of_packets == number_of_packets_none ? 0 : submit.number_of_packets;
}

}  // namespace

void Decoder::feed(ByteView bytes) {
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(consumed_));
  consumed_ = 0;
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

Request Decoder::next() {
  if (!failure_.empty()) return ProtocolError{failure_};
  return expects_urbs_ ? next_urb() : next_operation();
}

Request Decoder::fail(const std::string& reason) {
  failure_ = reason;
  return ProtocolError{reason};
}

Request Decoder::next_operation() {
  if (pending().size() < operation_header_size) return NeedMore{};
  ByteReader reader(pending());
  const std::uint16_t version = reader.u16be();
  const std::uint16_t operation = reader.u16be();
  reader.u32be();  // status: unused in requests
  if (version != usbip_version) return fail("USB/IP version " + hex(version, 4));
  if (operation == OP_REQ_DEVLIST) {
    consumed_ += operation_header_size;
    return OpReqDevlist{};
  }
  if (operation != OP_REQ_IMPORT) return fail("operation " + hex(operation, 4));
  if (reader.remaining() < busid_size) return NeedMore{};
  consumed_ += operation_header_size + busid_size;
  return OpReqImport{parse_text(reader.take(busid_size))};
}

Request Decoder::next_urb() {
  if (pending().size() < urb_header_size) return NeedMore{};
  const std::uint32_t command = ByteReader(pending()).u32be();
  if (command == USBIP_CMD_SUBMIT) return next_submit();
  if (command != USBIP_CMD_UNLINK) return fail("URB command " + hex(command));
  const CmdUnlink unlink = parse_cmd_unlink(pending());
  consumed_ += urb_header_size;
  return unlink;
}

Request Decoder::next_submit() {
  CmdSubmit submit = parse_cmd_submit(pending());
  if (submit.transfer_buffer_length > transfer_buffer_length_max) {
    return fail("transfer_buffer_length " + std::to_string(submit.transfer_buffer_length));
  }
  if (iso_packet_count(submit) > number_of_packets_max) {
    return fail("number_of_packets " + std::to_string(submit.number_of_packets));
  }
  const std::size_t data_size =
      submit.direction == USBIP_DIR_OUT ? submit.transfer_buffer_length : 0;
  // Isochronous packet descriptors follow the data; no STM32 bootloader has such an endpoint.
  const std::size_t iso_size = iso_packet_count(submit) * iso_packet_size;
  if (pending().size() - urb_header_size < data_size + iso_size) return NeedMore{};
  const ByteView data = pending().subspan(urb_header_size, data_size);
  submit.data.assign(data.begin(), data.end());
  consumed_ += urb_header_size + data_size + iso_size;
  return submit;
}

}  // namespace dfurig::usbip
