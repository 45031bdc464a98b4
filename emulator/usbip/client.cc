#include "usbip/client.h"

#include <algorithm>
#include <utility>

namespace dfurig::usbip {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

/// How long a server may keep silent before it is given up: twice what dfu-util waits.
SteadyTime deadline_from_now() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(10);
}

/// Waits until `receive` may have something, for at most a second. Throws when time is up.
void wait(Link& link, SteadyTime deadline) {
  constexpr std::chrono::milliseconds patience{1000};
  if (std::chrono::steady_clock::now() >= deadline) {
    throw ProtocolFailure("the USB/IP server does not answer");
  }
  if (link.poll_descriptor() >= 0) {
    wait_readable(link.poll_descriptor(), patience);
    return;
  }
  const std::optional<Duration> due = link.due_in();
  if (!due) throw ProtocolFailure("the USB/IP server does not answer");
  link.let_pass(std::min<Duration>(*due, patience));
}

Bytes receive_exactly(Link& link, Bytes& received, std::size_t size) {
  const SteadyTime deadline = deadline_from_now();
  while (received.size() < size) {
    const Bytes more = link.receive();
    received.insert(received.end(), more.begin(), more.end());
    if (received.size() >= size) break;
    if (link.is_closed()) throw ProtocolFailure("the USB/IP server closed the connection");
    if (more.empty()) wait(link, deadline);
  }
  const auto end = received.begin() + static_cast<std::ptrdiff_t>(size);
  Bytes taken(received.begin(), end);
  received.erase(received.begin(), end);
  return taken;
}

/// The status of an operation reply's header.
std::uint32_t check_operation(ByteView header, std::uint16_t expected) {
  ByteReader reader(header);
  if (reader.u16be() != usbip_version || reader.u16be() != expected) {
    throw ProtocolFailure("the server does not speak USB/IP 1.1.1");
  }
  return reader.u32be();
}

std::string reason_of(std::uint32_t status) {
  if (status == ST_DEV_BUSY) return "somebody else has it";
  if (status == ST_NODEV) return "there is no such device";
  return "status " + std::to_string(status);
}

}  // namespace

ImportRefused::ImportRefused(const std::string& busid, std::uint32_t refusal)
    : ProtocolFailure("device " + busid + " cannot be imported: " + reason_of(refusal)),
      status(refusal) {}

std::vector<DeviceRecord> list_devices(const Connector& connector) {
  constexpr std::uint32_t devices_max = 1024;
  const std::unique_ptr<Link> link = connector.connect();
  link->send(encode(OpReqDevlist{}));
  Bytes received;
  check_operation(receive_exactly(*link, received, operation_header_size), OP_REP_DEVLIST);
  const std::uint32_t count = ByteReader(receive_exactly(*link, received, 4)).u32be();
  if (count > devices_max) throw ProtocolFailure("the server lists too many devices");
  std::vector<DeviceRecord> devices;
  for (std::uint32_t i = 0; i < count; ++i) {
    devices.push_back(parse_device_record(receive_exactly(*link, received, device_record_size)));
    for (unsigned left = devices.back().bNumInterfaces; left > 0; --left) {
      const Bytes record = receive_exactly(*link, received, interface_record_size);
      devices.back().interfaces.push_back({record[0], record[1], record[2]});
    }
  }
  return devices;
}

Client::Client(const Connector& connector, const std::string& busid) : link_(connector.connect()) {
  link_->send(encode(OpReqImport{busid}));
  const std::uint32_t status =
      check_operation(receive_exactly(*link_, received_, operation_header_size), OP_REP_IMPORT);
  if (status != ST_OK) throw ImportRefused(busid, status);
  device_ = parse_device_record(receive_exactly(*link_, received_, device_record_size));
}

Transfer control_transfer(const usb::SetupPacket& setup, ByteView data) {
  Transfer transfer;
  transfer.is_in = setup.is_device_to_host();
  transfer.setup = setup;
  transfer.length = setup.wLength;
  transfer.data.assign(data.begin(), data.end());
  return transfer;
}

std::uint32_t Client::submit(const Transfer& transfer) {
  CmdSubmit message;
  message.seqnum = next_seqnum_++;
  message.devid = device_.devid();
  message.direction = transfer.is_in ? USBIP_DIR_IN : USBIP_DIR_OUT;
  message.ep = transfer.ep;
  message.transfer_buffer_length =
      transfer.is_in ? transfer.length : static_cast<std::uint32_t>(transfer.data.size());
  message.interval = transfer.interval;
  const Bytes packet = usb::encode_setup_packet(transfer.setup);
  std::copy(packet.begin(), packet.end(), message.setup.begin());
  message.data = transfer.data;
  open_[message.seqnum] = transfer.is_in ? std::optional(transfer.length) : std::nullopt;
  link_->send(encode(message));
  return message.seqnum;
}

void Client::unlink(std::uint32_t seqnum) {
  CmdUnlink message;
  message.seqnum = next_seqnum_++;
  message.devid = device_.devid();
  message.unlink_seqnum = seqnum;
  unlinked_[message.seqnum] = seqnum;
  link_->send(encode(message));
}

std::vector<Completion> Client::poll() {
  std::vector<Completion> completions = std::exchange(early_, {});
  const Bytes more = link_->receive();
  received_.insert(received_.end(), more.begin(), more.end());
  try {
    while (auto completion = take_completion()) completions.push_back(std::move(*completion));
    is_closed_ = is_closed_ || link_->is_closed();
  } catch (const ProtocolFailure&) {
    is_closed_ = true;  // what is no USB/IP ends the connection, as a disconnect does
  }
  return completions;
}

std::optional<Completion> Client::take_completion() {
  while (received_.size() >= urb_header_size) {
    const std::uint32_t command = ByteReader(received_).u32be();
    if (command == USBIP_RET_UNLINK) {
      const Bytes header = receive_exactly(*link_, received_, urb_header_size);
      if (auto completion = take_unlink_reply(header)) return completion;
      continue;
    }
    if (command != USBIP_RET_SUBMIT) throw ProtocolFailure("unknown reply from the USB/IP server");
    const RetSubmit reply = parse_ret_submit(received_);
    const auto asked = open_.find(reply.seqnum);
    const bool is_in = asked != open_.end() && asked->second.has_value();
    const std::size_t data_size = is_in ? reply.actual_length : 0;
    if (is_in && data_size > *asked->second) throw ProtocolFailure("reply with too much data");
    if (received_.size() < urb_header_size + data_size) return std::nullopt;
    receive_exactly(*link_, received_, urb_header_size);
    open_.erase(reply.seqnum);
    return Completion{reply.seqnum, false, reply.status, reply.actual_length,
                      receive_exactly(*link_, received_, data_size)};
  }
  return std::nullopt;
}

/// Status 0 says the transfer had completed: its own reply came before.
std::optional<Completion> Client::take_unlink_reply(ByteView header) {
  const RetUnlink reply = parse_ret_unlink(header);
  const auto found = unlinked_.find(reply.seqnum);
  if (found == unlinked_.end()) return std::nullopt;
  const std::uint32_t seqnum = found->second;
  unlinked_.erase(found);
  if (open_.erase(seqnum) == 0) return std::nullopt;
  return Completion{seqnum, true, reply.status, 0, {}};
}

Completion Client::control(const usb::SetupPacket& setup) {
  const std::uint32_t seqnum = submit(setup);
  std::vector<Completion> others;
  const SteadyTime deadline = deadline_from_now();
  while (true) {
    for (Completion& completion : poll()) {
      if (completion.seqnum != seqnum) {
        others.push_back(std::move(completion));
        continue;
      }
      early_ = std::move(others);
      return completion;
    }
    if (is_closed_) throw ProtocolFailure("the device went away");
    wait(*link_, deadline);
  }
}

}  // namespace dfurig::usbip
