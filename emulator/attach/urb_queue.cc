#include "attach/urb_queue.h"

#include <linux/usbdevice_fs.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "attach/process_memory.h"

namespace dfurig::attach {
namespace {

/// The kernel ends a URB that was discarded with -ENOENT; other statuses are the device's.
std::int32_t urb_status_of(const usbip::Completion& completion) {
  return completion.was_unlinked ? -ENOENT : completion.status;
}

}  // namespace

UrbQueue::UrbQueue(std::shared_ptr<ImportedDevice> device, NotEmulated& not_emulated,
                   std::function<void()> on_ended)
    : device_(std::move(device)), not_emulated_(not_emulated), on_ended_(std::move(on_ended)) {}

Result UrbQueue::submit(const Call& call) {
  const std::uint64_t address = call.arguments[2];
  usbdevfs_urb urb;
  if (!read_memory(call.pid, address, &urb, sizeof urb)) return -EFAULT;
  if (urb.type != USBDEVFS_URB_TYPE_CONTROL) {
    not_emulated_.insert("usbfs URB type " + std::to_string(urb.type) + " (no such endpoint)");
    return -ENOENT;
  }
  if (urb.buffer_length < 8 || static_cast<unsigned>(urb.buffer_length) > control_length_max + 8) {
    return -EINVAL;
  }
  const auto buffer_address = reinterpret_cast<std::uint64_t>(urb.buffer);
  const auto buffer =
      read_bytes(call.pid, buffer_address, static_cast<std::size_t>(urb.buffer_length));
  if (!buffer) return -EFAULT;
  const usb::SetupPacket setup = usb::parse_setup_packet(*buffer);
  if (setup.wLength + 8 > urb.buffer_length) return -EINVAL;
  const ByteView data = ByteView(*buffer).subspan(8, setup.is_device_to_host() ? 0 : setup.wLength);
  submitted_[address] =
      device_->submit(setup, data, [self = weak_from_this(), address](const usbip::Completion& it) {
        const auto queue = self.lock();
        if (queue) queue->end({address, urb_status_of(it), it.actual_length, it.data});
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
  usbdevfs_urb urb;
  if (!read_memory(call.pid, ended.urb, &urb, sizeof urb)) return -EFAULT;
  const auto data_address = reinterpret_cast<std::uint64_t>(urb.buffer) + 8;
  const std::size_t room = static_cast<std::size_t>(std::max(urb.buffer_length - 8, 0));
  const std::size_t size = std::min(ended.data.size(), room);
  if (!write_memory(call.pid, data_address, ended.data.data(), size)) return -EFAULT;
  urb.status = ended.status;
  urb.actual_length = static_cast<int>(ended.actual_length);
  const bool is_written = write_object(call.pid, ended.urb, urb) &&
                          write_object(call.pid, call.arguments[2], ended.urb);
  return is_written ? 0 : -EFAULT;
}

void UrbQueue::cancel_all() {
  for (const auto& [address, seqnum] : submitted_) device_->unlink(seqnum);
  submitted_.clear();
}

}  // namespace dfurig::attach
