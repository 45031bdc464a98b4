#include "attach/urb_queue.h"

#include <linux/usbdevice_fs.h>

#include <cerrno>
#include <cstddef>
#include <utility>

#include "attach/process_memory.h"

namespace dfurig::attach {
namespace {

/// The kernel ends a URB that was discarded with -ENOENT; other statuses are the device's.
std::int32_t urb_status_of(const usbip::Completion& completion) {
  return completion.was_unlinked ? -ENOENT : completion.status;
}

}  // namespace

/// A URB of the tool on its way to becoming a transfer.
struct UrbQueue::Prepared {
  unsigned endpoint = 0;
  std::uint64_t data_address = 0;
  Bytes buffer;
  usbip::Transfer transfer;
};

UrbQueue::UrbQueue(std::shared_ptr<ImportedDevice> device, NotEmulated& not_emulated,
                   InterfaceClaims::Owner owner, std::function<void()> on_ended)
    : device_(std::move(device)),
      not_emulated_(not_emulated),
      owner_(owner),
      on_ended_(std::move(on_ended)) {}

Result UrbQueue::prepare_control(Prepared& prepared) {
  const std::size_t length = prepared.buffer.size();
  if (length < 8 || length > control_length_max + 8) return -EINVAL;
  const usb::SetupPacket setup = usb::parse_setup_packet(prepared.buffer);
  if (setup.wLength + 8u > length) return -EINVAL;
  if (const Result refusal = claim_recipient(*device_, setup, owner_); refusal != 0) return refusal;
  const std::size_t out = setup.is_device_to_host() ? 0 : setup.wLength;
  prepared.transfer = usbip::control_transfer(setup, ByteView(prepared.buffer).subspan(8, out));
  prepared.data_address += 8;
  return 0;
}

Result UrbQueue::prepare_bulk(Prepared& prepared) const {
  if (!has_endpoint(device_->facts(), prepared.endpoint)) return -ENOENT;
  prepared.transfer.ep = prepared.endpoint & 0x0F;
  prepared.transfer.is_in = (prepared.endpoint & 0x80) != 0;
  prepared.transfer.length = static_cast<std::uint32_t>(prepared.buffer.size());
  if (!prepared.transfer.is_in) prepared.transfer.data = prepared.buffer;
  return 0;
}

Result UrbQueue::submit(const Call& call) {
  const std::uint64_t address = call.arguments[2];
  usbdevfs_urb urb;
  if (!read_memory(call.pid, address, &urb, sizeof urb)) return -EFAULT;
  if (urb.type == USBDEVFS_URB_TYPE_ISO) {
    not_emulated_.insert("isochronous URBs");
    return -EINVAL;
  }
  const auto size = static_cast<unsigned>(urb.buffer_length);
  if (size > usbip::transfer_buffer_length_max) return -EINVAL;
  Prepared prepared;
  prepared.endpoint = urb.endpoint;
  prepared.data_address = reinterpret_cast<std::uint64_t>(urb.buffer);
  auto buffer = read_bytes(call.pid, prepared.data_address, size);
  if (!buffer) return -EFAULT;
  prepared.buffer = std::move(*buffer);
  const bool is_control = urb.type == USBDEVFS_URB_TYPE_CONTROL;
  const Result refusal = is_control ? prepare_control(prepared) : prepare_bulk(prepared);
  if (refusal != 0) return refusal;
  submitted_[address] = device_->submit(
      prepared.transfer,
      [self = weak_from_this(), address, to = prepared.data_address](const usbip::Completion& it) {
        const auto queue = self.lock();
        if (queue) queue->end({address, to, urb_status_of(it), it.actual_length, it.data});
      });
  return 0;
}

void UrbQueue::end(Ended ended) {
  submitted_.erase(ended.urb);
  ended_.push_back(std::move(ended));
  on_ended_();
}

Result UrbQueue::discard(const Call& call) {
  const auto found = submitted_.find(call.arguments[2]);
  if (found == submitted_.end()) return -EINVAL;
  device_->unlink(found->second);
  return 0;
}

Result UrbQueue::reap(const Call& call) {
  if (ended_.empty()) return -EAGAIN;
  const Ended ended = std::move(ended_.front());
  ended_.pop_front();
  const std::uint64_t status_address = ended.urb + offsetof(usbdevfs_urb, status);
  const std::uint64_t length_address = ended.urb + offsetof(usbdevfs_urb, actual_length);
  const bool is_written = write_pieces(call.pid, {{ended.data_address, ended.data},
                                                  {status_address, bytes_of(ended.status)},
                                                  {length_address, bytes_of(ended.actual_length)},
                                                  {call.arguments[2], bytes_of(ended.urb)}});
  return is_written ? 0 : -EFAULT;
}

void UrbQueue::cancel_all() {
  for (const auto& [address, seqnum] : submitted_) device_->unlink(seqnum);
  submitted_.clear();
}

}  // namespace dfurig::attach
