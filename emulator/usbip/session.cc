#include "usbip/session.h"

#include <algorithm>
#include <set>
#include <utility>

namespace dfurig::usbip {
namespace {

/// ClearFeature/SetFeature to a hub's port (USB 2.0 §11.24.2): a client's bus reset, the way
/// Linux's own exporter receives it (drivers/usb/usbip/stub_rx.c, is_reset_device_cmd).
bool is_port_reset(const usb::SetupPacket& setup) {
  constexpr std::uint8_t to_port = 0x23;
  constexpr std::uint16_t PORT_RESET = 4;
  return setup.bmRequestType == to_port && setup.bRequest == usb::SET_FEATURE &&
         setup.wValue == PORT_RESET;
}

std::uint8_t count_interfaces(const usb::ConfigurationDescriptor& configuration) {
  std::set<std::uint8_t> numbers;
  for (const auto& interface : configuration.interfaces) numbers.insert(interface.bInterfaceNumber);
  return static_cast<std::uint8_t>(numbers.size());
}

}  // namespace

std::int32_t urb_status_of(const usb::ControlReply& reply) {
  struct Visitor {
    std::int32_t operator()(const usb::DataStage&) const { return urb_status::ok; }
    std::int32_t operator()(const usb::Ack&) const { return urb_status::ok; }
    std::int32_t operator()(const usb::Stall&) const { return urb_status::stall; }
    std::int32_t operator()(const usb::BusError& error) const {
      const bool is_babble = error.kind == usb::BusError::Kind::Babble;
      return is_babble ? urb_status::overflow : urb_status::protocol;
    }
    std::int32_t operator()(const usb::NoReply&) const {
      assert(false && "a transfer without reply does not complete");
      return urb_status::stall;
    }
  };
  return std::visit(Visitor{}, reply);
}

DeviceRecord describe(const Export& entry) {
  const usb::DescriptorSet& descriptors = entry.device->descriptors();
  DeviceRecord record;
  record.path =
      "/sys/devices/platform/dfurig/usb" + std::to_string(entry.busnum) + "/" + entry.busid;
  record.busid = entry.busid;
  record.busnum = entry.busnum;
  record.devnum = entry.devnum;
  record.idVendor = descriptors.device.idVendor;
  record.idProduct = descriptors.device.idProduct;
  record.bcdDevice = descriptors.device.bcdDevice;
  record.bDeviceClass = descriptors.device.bDeviceClass;
  record.bDeviceSubClass = descriptors.device.bDeviceSubClass;
  record.bDeviceProtocol = descriptors.device.bDeviceProtocol;
  record.bConfigurationValue = descriptors.configuration.bConfigurationValue;
  record.bNumConfigurations = descriptors.device.bNumConfigurations;
  record.bNumInterfaces = count_interfaces(descriptors.configuration);
  for (const auto& interface : descriptors.configuration.interfaces) {
    if (interface.bAlternateSetting != 0) continue;
    record.interfaces.push_back(
        {interface.bInterfaceClass, interface.bInterfaceSubClass, interface.bInterfaceProtocol});
  }
  return record;
}

Session::~Session() {
  if (imported_ != nullptr) imported_->is_imported = false;
}

void Session::receive(ByteView bytes, Instant now) {
  advance(now);
  decoder_.feed(bytes);
  while (!closed_) {
    const Request request = decoder_.next();
    std::visit([&](const auto& message) { handle(message, now); }, request);
    if (std::holds_alternative<NeedMore>(request)) return;
  }
}

/// What is due goes out before the device may detach: a reply is never lost to its own unplug.
void Session::advance(Instant now) {
  finish_due(now);
  exports_.advance(now);
  finish_due(now);
}

bool Session::is_gone() const {
  return imported_->device->attachment() != attachment_;
}

std::vector<Bytes> Session::take_replies() {
  return std::exchange(replies_, {});
}

std::optional<Instant> Session::next_event() const {
  std::optional<Instant> next;
  if (imported_ != nullptr) next = imported_->device->next_event();
  for (const Pending& pending : pending_) {
    if (pending.due && (!next || *pending.due < *next)) next = pending.due;
  }
  return next;
}

void Session::close(const std::string& reason) {
  if (closed_) return;
  closed_ = true;
  close_reason_ = reason;
}

void Session::handle(const ProtocolError& error, Instant) {
  close("not understood: " + error.reason);
}

void Session::handle(const OpReqDevlist&, Instant) {
  OpRepDevlist reply;
  for (const Export* entry : exports_.list_available()) reply.devices.push_back(describe(*entry));
  replies_.push_back(encode(reply));
  close("");
}

void Session::handle(const OpReqImport& request, Instant) {
  Export* entry = exports_.find_attached(request.busid);
  if (entry == nullptr || entry->is_imported) {
    replies_.push_back(encode(OpRepImport{entry == nullptr ? ST_NODEV : ST_DEV_BUSY, {}}));
    close(entry == nullptr ? "no device " + request.busid : request.busid + " is imported already");
    return;
  }
  entry->is_imported = true;
  imported_ = entry;
  attachment_ = entry->device->attachment();
  decoder_.expect_urbs();
  replies_.push_back(encode(OpRepImport{ST_OK, describe(*entry)}));
}

void Session::handle(const CmdSubmit& request, Instant now) {
  if (pending_.size() >= pending_urbs_max) return close("too many pending URBs");
  Pending pending;
  pending.submit = request;
  pending.started = now;
  pending_.push_back(std::move(pending));
  if (request.ep != 0) ++imported_->unanswered_urbs;
  start_next_control(now);
  finish_due(now);
}

void Session::handle(const CmdUnlink& request, Instant now) {
  const auto found = std::find_if(pending_.begin(), pending_.end(), [&](const Pending& pending) {
    return pending.submit.seqnum == request.unlink_seqnum;
  });
  if (found == pending_.end()) {
    replies_.push_back(encode(RetUnlink{request.seqnum, urb_status::ok}));
    return;
  }
  Pending cancelled = std::move(*found);
  pending_.erase(found);
  cancelled.reply = usb::NoReply{};
  if (cancelled.submit.ep == 0) record(cancelled, cancelled.submit.data, now);
  replies_.push_back(encode(RetUnlink{request.seqnum, urb_status::unlinked}));
  start_next_control(now);
  finish_due(now);
}

Session::Pending* Session::current_control() {
  const auto found = std::find_if(pending_.begin(), pending_.end(),
                                  [](const Pending& pending) { return pending.submit.ep == 0; });
  return found == pending_.end() ? nullptr : &*found;
}

/// A control pipe carries one transfer at a time: the others wait their turn.
void Session::start_next_control(Instant now) {
  Pending* current = current_control();
  if (current == nullptr || current->was_given_to_device) return;
  current->was_given_to_device = true;
  const usb::SetupPacket setup = usb::parse_setup_packet(current->submit.setup);
  if (is_port_reset(setup)) {
    imported_->device->bus_reset(now);
    current->reply = usb::Ack{};
    current->due = now;
    return;
  }
  usb::Answer answer = imported_->device->control(setup, current->submit.data, now);
  current->reply = std::move(answer.reply);
  if (!std::holds_alternative<usb::NoReply>(current->reply)) current->due = now + answer.hold;
}

void Session::finish_due(Instant now) {
  if (imported_ == nullptr) return;
  if (is_gone()) return close("the device detached");
  for (Pending* current = current_control(); current != nullptr && current->due;
       current = current_control()) {
    if (*current->due > now) return;
    const Pending finished = std::move(*current);
    std::erase_if(pending_, [&](const Pending& pending) {
      return pending.submit.seqnum == finished.submit.seqnum;
    });
    finish(finished, now);
    start_next_control(now);
  }
  if (is_gone()) close("the device detached");
}

void Session::finish(const Pending& pending, Instant now) {
  const CmdSubmit& submit = pending.submit;
  RetSubmit reply;
  reply.seqnum = submit.seqnum;
  reply.status = urb_status_of(pending.reply);
  reply.start_frame = submit.start_frame;
  reply.number_of_packets = submit.number_of_packets;
  if (const auto* stage = std::get_if<usb::DataStage>(&pending.reply)) {
    const std::size_t wLength = usb::parse_setup_packet(submit.setup).wLength;
    const std::size_t room = std::min<std::size_t>(wLength, submit.transfer_buffer_length);
    reply.data.assign(
        stage->data.begin(),
        stage->data.begin() + static_cast<std::ptrdiff_t>(std::min(room, stage->data.size())));
    reply.actual_length = static_cast<std::uint32_t>(reply.data.size());
  } else if (reply.status == urb_status::ok) {
    reply.actual_length = static_cast<std::uint32_t>(submit.data.size());
  }
  replies_.push_back(encode(reply));
  record(pending, reply.data.empty() ? submit.data : reply.data, now);
}

void Session::record(const Pending& pending, const Bytes& data, Instant now) {
  if (imported_->transcript == nullptr) return;
  imported_->transcript->record(
      {pending.started, now, usb::parse_setup_packet(pending.submit.setup), data, pending.reply});
}

}  // namespace dfurig::usbip
