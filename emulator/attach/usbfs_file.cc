#include "attach/usbfs_file.h"

#include <fcntl.h>
#include <linux/usbdevice_fs.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "attach/process_memory.h"
#include "support/hex.h"

namespace dfurig::attach {
namespace {

constexpr int page_size = 4096;
/// Longer than a round trip over loopback, shorter than anything a tool would notice.
constexpr std::chrono::microseconds quick_completion{100};

/// A pipe of one page, which one byte fills as far as poll is concerned.
Pipe make_usbfs_pipe() {
  Pipe pipe = make_pipe(O_NONBLOCK);
  fcntl(pipe.write_end.get(), F_SETPIPE_SZ, page_size);
  return pipe;
}

}  // namespace

struct UsbfsFile::Ioctl {
  std::uint32_t request;
  Answer (UsbfsFile::*answer)(const Call&);
};

const UsbfsFile::Ioctl* UsbfsFile::find_ioctl(std::uint32_t request) {
  static constexpr std::array ioctls = {
      Ioctl{USBDEVFS_SUBMITURB, &UsbfsFile::submit_urb},
      Ioctl{USBDEVFS_DISCARDURB, &UsbfsFile::discard_urb},
      Ioctl{USBDEVFS_REAPURB, &UsbfsFile::reap_urb},
      Ioctl{USBDEVFS_REAPURBNDELAY, &UsbfsFile::reap_urb_nonblocking},
      Ioctl{USBDEVFS_CONTROL, &UsbfsFile::control},
      Ioctl{USBDEVFS_BULK, &UsbfsFile::bulk},
      Ioctl{USBDEVFS_SETINTERFACE, &UsbfsFile::set_interface},
      Ioctl{USBDEVFS_SETCONFIGURATION, &UsbfsFile::set_configuration},
      Ioctl{USBDEVFS_CLEAR_HALT, &UsbfsFile::clear_halt},
      Ioctl{USBDEVFS_RESETEP, &UsbfsFile::reset_endpoint},
      Ioctl{USBDEVFS_RESET, &UsbfsFile::reset},
      Ioctl{USBDEVFS_CLAIMINTERFACE, &UsbfsFile::claim_interface},
      Ioctl{USBDEVFS_DISCONNECT_CLAIM, &UsbfsFile::disconnect_claim},
      Ioctl{USBDEVFS_RELEASEINTERFACE, &UsbfsFile::release_interface},
      Ioctl{USBDEVFS_GET_CAPABILITIES, &UsbfsFile::get_capabilities},
      Ioctl{USBDEVFS_GETDRIVER, &UsbfsFile::get_driver},
      Ioctl{USBDEVFS_GET_SPEED, &UsbfsFile::get_speed},
      Ioctl{USBDEVFS_CONNECTINFO, &UsbfsFile::connect_info},
      Ioctl{USBDEVFS_IOCTL, &UsbfsFile::driver_ioctl},
      // What is dropped here was never had.
      Ioctl{USBDEVFS_DROP_PRIVILEGES, &UsbfsFile::accept},
  };
  for (const Ioctl& it : ioctls) {
    if (it.request == request) return &it;
  }
  return nullptr;
}

UsbfsFile::UsbfsFile(Listener& listener, std::shared_ptr<ImportedDevice> device,
                     NotEmulated& not_emulated)
    : UsbfsFile(listener, std::move(device), not_emulated, make_usbfs_pipe()) {}

UsbfsFile::UsbfsFile(Listener& listener, std::shared_ptr<ImportedDevice> device,
                     NotEmulated& not_emulated, Pipe pipe)
    : OpenFile(listener, std::move(pipe.write_end), std::move(pipe.read_end)),
      device_(std::move(device)),
      not_emulated_(not_emulated),
      urbs_(std::make_shared<UrbQueue>(device_, not_emulated, this, [this] { on_urb_ended(); })) {
  set_readable(false);
}

/// Full: nothing to reap. Emptied: POLLOUT.
void UsbfsFile::set_readable(bool is_readable) {
  if (is_readable == is_readable_ || watched_end() < 0) return;
  is_readable_ = is_readable;
  char byte = 0;
  const ssize_t moved = is_readable ? ::read(watched_end(), &byte, 1)
                                    : write(reopen_tool_end(O_WRONLY).get(), &byte, 1);
  static_cast<void>(moved);
}

void UsbfsFile::answer(const Call& call) {
  Answer answer;
  switch (call.number) {
    case SYS_ioctl:
      answer = answer_ioctl(call);
      break;
    case SYS_read:
      answer = read(call);
      break;
    case SYS_pread64:
      answer = read_descriptors(call, call.arguments[3]);
      break;
    case SYS_lseek:
      answer = seek(call);
      break;
    case SYS_write:
    case SYS_pwrite64:
      answer = -EINVAL;
      break;
    default:
      return listener().proceed(call);
  }
  if (answer) listener().reply(call, *answer);
}

Result UsbfsFile::read_descriptors(const Call& call, std::uint64_t offset) const {
  if (device_->is_gone()) return -ENODEV;
  const ByteView all = device_->facts().descriptors;
  if (static_cast<std::int64_t>(offset) < 0) return -EINVAL;
  if (offset >= all.size()) return 0;
  const std::size_t size = std::min<std::uint64_t>(call.arguments[2], all.size() - offset);
  if (!write_memory(call.pid, call.arguments[1], all.data() + offset, size)) return -EFAULT;
  return static_cast<Result>(size);
}

Result UsbfsFile::read(const Call& call) {
  const Result size = read_descriptors(call, position_);
  if (size > 0) position_ += static_cast<std::uint64_t>(size);
  return size;
}

/// usbfs knows no end to seek from (drivers/usb/core/devio.c, usbdev_file_operations).
Result UsbfsFile::seek(const Call& call) {
  const auto offset = static_cast<std::int64_t>(call.arguments[1]);
  const auto whence = static_cast<int>(call.arguments[2]);
  if (whence != SEEK_SET && whence != SEEK_CUR) return -EINVAL;
  const std::int64_t start = whence == SEEK_CUR ? static_cast<std::int64_t>(position_) : 0;
  std::int64_t target = 0;
  if (__builtin_add_overflow(start, offset, &target)) return -EOVERFLOW;
  if (target < 0) return -EINVAL;
  position_ = static_cast<std::uint64_t>(target);
  return target;
}

UsbfsFile::Answer UsbfsFile::answer_ioctl(const Call& call) {
  const auto request = static_cast<std::uint32_t>(call.arguments[1]);
  const Ioctl* known = find_ioctl(request);
  const bool is_long_info = (request & ~IOCSIZE_MASK) == USBDEVFS_CONNINFO_EX(0);
  if (is_long_info) return device_->is_gone() ? Answer(-ENODEV) : long_connect_info(call);
  if (known == nullptr) {
    not_emulated_.insert("usbfs ioctl " + hex(request));
    return -ENOTTY;
  }
  const bool reaps = request == USBDEVFS_REAPURB || request == USBDEVFS_REAPURBNDELAY;
  if (device_->is_gone() && !reaps) return -ENODEV;
  return (this->*known->answer)(call);
}

/// A tool whose URB has ended by the time it looks does not go to sleep for it.
UsbfsFile::Answer UsbfsFile::submit_urb(const Call& call) {
  const Result result = urbs_->submit(call);
  if (result == 0) device_->pump_within(quick_completion);
  return result;
}

UsbfsFile::Answer UsbfsFile::discard_urb(const Call& call) {
  return urbs_->discard(call);
}

void UsbfsFile::on_urb_ended() {
  if (const auto reaper = take_waiter()) listener().reply(*reaper, urbs_->reap(*reaper));
  set_readable(urbs_->can_reap());
}

UsbfsFile::Answer UsbfsFile::reap_urb(const Call& call) {
  const Answer answer = reap_urb_nonblocking(call);
  if (answer != -EAGAIN) return answer;
  add_waiter(call);
  return std::nullopt;
}

UsbfsFile::Answer UsbfsFile::reap_urb_nonblocking(const Call& call) {
  if (!urbs_->can_reap() && device_->is_gone()) return -ENODEV;
  const Result result = urbs_->reap(call);
  set_readable(urbs_->can_reap());
  return result;
}

UsbfsFile::Answer UsbfsFile::claim_interface(const Call& call) {
  const auto interface = read_object<unsigned>(call.pid, call.arguments[2]);
  return interface ? device_->claims().claim(*interface, this) : -EFAULT;
}

/// No kernel driver is there to be disconnected first.
UsbfsFile::Answer UsbfsFile::disconnect_claim(const Call& call) {
  const auto request = read_object<usbdevfs_disconnect_claim>(call.pid, call.arguments[2]);
  return request ? device_->claims().claim(request->interface, this) : -EFAULT;
}

UsbfsFile::Answer UsbfsFile::release_interface(const Call& call) {
  const auto interface = read_object<unsigned>(call.pid, call.arguments[2]);
  return interface ? device_->claims().release(*interface, this) : -EFAULT;
}

UsbfsFile::Answer UsbfsFile::get_capabilities(const Call& call) {
  const std::uint32_t capabilities = USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_NO_PACKET_SIZE_LIM |
                                     USBDEVFS_CAP_REAP_AFTER_DISCONNECT;
  return write_object(call.pid, call.arguments[2], capabilities) ? 0 : -EFAULT;
}

/// Whoever has claimed an interface is its driver; other drivers there are none.
UsbfsFile::Answer UsbfsFile::get_driver(const Call& call) {
  auto request = read_object<usbdevfs_getdriver>(call.pid, call.arguments[2]);
  if (!request) return -EFAULT;
  if (!device_->claims().is_claimed(request->interface)) return -ENODATA;
  std::strncpy(request->driver, "usbfs", sizeof request->driver);
  return write_object(call.pid, call.arguments[2], *request) ? 0 : -EFAULT;
}

UsbfsFile::Answer UsbfsFile::get_speed(const Call&) {
  return device_->facts().speed;
}

UsbfsFile::Answer UsbfsFile::connect_info(const Call& call) {
  constexpr std::uint32_t speed_low = 1;
  const usbdevfs_connectinfo info{device_->facts().device, device_->facts().speed == speed_low};
  return write_object(call.pid, call.arguments[2], info) ? 0 : -EFAULT;
}

/// USBDEVFS_CONNINFO_EX, of any length: what does not fit is left out.
UsbfsFile::Answer UsbfsFile::long_connect_info(const Call& call) {
  const DeviceFacts& facts = device_->facts();
  usbdevfs_conninfo_ex info{};
  info.size = sizeof info;
  info.busnum = facts.bus;
  info.devnum = facts.device;
  info.speed = facts.speed;
  info.num_ports = 1;
  info.ports[0] = static_cast<std::uint8_t>(facts.port);
  const std::size_t room = _IOC_SIZE(static_cast<unsigned>(call.arguments[1]));
  const std::size_t size = std::min(sizeof info, room);
  return write_memory(call.pid, call.arguments[2], &info, size) ? 0 : -EFAULT;
}

/// Detaching or attaching a kernel driver: there is none.
UsbfsFile::Answer UsbfsFile::driver_ioctl(const Call&) {
  return -ENODATA;
}

/// The host's side of an endpoint only; USB/IP has no word for it.
UsbfsFile::Answer UsbfsFile::reset_endpoint(const Call& call) {
  const auto endpoint = read_object<unsigned>(call.pid, call.arguments[2]);
  if (!endpoint) return -EFAULT;
  return has_endpoint(device_->facts(), *endpoint) ? 0 : -ENOENT;
}

UsbfsFile::Answer UsbfsFile::accept(const Call&) {
  return 0;
}

void UsbfsFile::release() {
  urbs_->cancel_all();
  device_->claims().release_all(this);
  while (const auto reaper = take_waiter()) listener().reply(*reaper, -EBADF);
}

std::optional<std::string> UsbfsFile::path() const {
  return node_path(device_->facts().bus, device_->facts().device);
}

void UsbfsFile::notice(const Uevent&) {
  if (!device_->is_gone()) return;
  while (const auto reaper = take_waiter()) listener().reply(*reaper, -ENODEV);
  // A pipe without a reader polls POLLERR, as usbfs does for a device that is gone.
  drop_our_end();
}

}  // namespace dfurig::attach
