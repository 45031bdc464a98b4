#include "attach/usbfs_file.h"

#include <fcntl.h>
#include <linux/usbdevice_fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "attach/process_memory.h"
#include "support/hex.h"

namespace dfurig::attach {
namespace {

constexpr int page_size = 4096;
/// usbfs refuses control transfers above this (drivers/usb/core/devio.c).
constexpr std::uint32_t control_length_max = 4096;

/// The kernel ends a URB that was discarded with -ENOENT; other statuses are the device's.
std::int32_t urb_status_of(const usbip::Completion& completion) {
  return completion.was_unlinked ? -ENOENT : completion.status;
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
      Ioctl{USBDEVFS_SETINTERFACE, &UsbfsFile::set_interface},
      Ioctl{USBDEVFS_SETCONFIGURATION, &UsbfsFile::set_configuration},
      Ioctl{USBDEVFS_RESET, &UsbfsFile::reset},
      Ioctl{USBDEVFS_GET_CAPABILITIES, &UsbfsFile::get_capabilities},
      Ioctl{USBDEVFS_GETDRIVER, &UsbfsFile::get_driver},
      Ioctl{USBDEVFS_GET_SPEED, &UsbfsFile::get_speed},
      Ioctl{USBDEVFS_CONNECTINFO, &UsbfsFile::connect_info},
      Ioctl{USBDEVFS_IOCTL, &UsbfsFile::driver_ioctl},
      // Nobody else is there to be refused an interface, and no driver to be told.
      Ioctl{USBDEVFS_CLAIMINTERFACE, &UsbfsFile::accept},
      Ioctl{USBDEVFS_RELEASEINTERFACE, &UsbfsFile::accept},
      Ioctl{USBDEVFS_DISCONNECT_CLAIM, &UsbfsFile::accept},
      Ioctl{USBDEVFS_CLEAR_HALT, &UsbfsFile::accept},
      Ioctl{USBDEVFS_RESETEP, &UsbfsFile::accept},
      Ioctl{USBDEVFS_DISCSIGNAL, &UsbfsFile::accept},
      Ioctl{USBDEVFS_DROP_PRIVILEGES, &UsbfsFile::accept},
  };
  for (const Ioctl& it : ioctls) {
    if (it.request == request) return &it;
  }
  return nullptr;
}

UsbfsFile::UsbfsFile(Listener& listener, ImportedDevice& device, NotEmulated& not_emulated)
    : listener_(listener), device_(device), not_emulated_(not_emulated) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
    throw std::runtime_error(std::string("pipe: ") + std::strerror(errno));
  }
  read_end_ = Descriptor(ends[0]);
  write_end_ = Descriptor(ends[1]);
  fcntl(ends[1], F_SETPIPE_SZ, page_size);
  struct stat status {};
  fstat(ends[1], &status);
  inode_ = status.st_ino;
  is_readable_ = true;
  set_readable(false);
}

/// Full: nothing to reap. Emptied: POLLOUT.
void UsbfsFile::set_readable(bool is_readable) {
  if (is_readable == is_readable_ || !read_end_.is_open()) return;
  is_readable_ = is_readable;
  std::array<char, page_size> page{};
  if (is_readable) {
    const ssize_t drained = read(read_end_.get(), page.data(), page.size());
    static_cast<void>(drained);
    return;
  }
  // Reopened for writing, so that we never hold the end whose last close we wait for.
  const Descriptor again(open(("/proc/self/fd/" + std::to_string(read_end_.get())).c_str(),
                              O_WRONLY | O_NONBLOCK | O_CLOEXEC));
  const ssize_t filled = write(again.get(), page.data(), page.size());
  static_cast<void>(filled);
}

void UsbfsFile::answer_ioctl(const Call& call) {
  const auto request = static_cast<std::uint32_t>(call.arguments[1]);
  const Ioctl* known = find_ioctl(request);
  if (known == nullptr) {
    not_emulated_.insert("usbfs ioctl " + hex(request));
    return listener_.reply(call, -ENOTTY);
  }
  const bool reaps = request == USBDEVFS_REAPURB || request == USBDEVFS_REAPURBNDELAY;
  if (device_.is_gone() && !reaps) return listener_.reply(call, -ENODEV);
  if (const Answer answer = (this->*known->answer)(call)) listener_.reply(call, *answer);
}

UsbfsFile::Answer UsbfsFile::submit_urb(const Call& call) {
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
  submitted_[address] = device_.submit(
      setup, data, [self = weak_from_this(), address](const usbip::Completion& completion) {
        const auto file = self.lock();
        if (!file) return;
        file->finish(
            {address, urb_status_of(completion), completion.actual_length, completion.data});
      });
  return 0;
}

void UsbfsFile::finish(Finished finished) {
  submitted_.erase(finished.urb);
  finished_.push_back(std::move(finished));
  if (!reapers_.empty()) {
    const Call reaper = reapers_.front();
    reapers_.pop_front();
    listener_.reply(reaper, reap_first(reaper));
  }
  set_readable(!finished_.empty());
}

UsbfsFile::Answer UsbfsFile::discard_urb(const Call& call) {
  const auto found = submitted_.find(call.arguments[2]);
  if (found == submitted_.end()) return -EINVAL;
  device_.unlink(found->second);
  return 0;
}

UsbfsFile::Answer UsbfsFile::reap_urb(const Call& call) {
  if (!finished_.empty()) return reap_urb_nonblocking(call);
  if (device_.is_gone()) return -ENODEV;
  reapers_.push_back(call);
  return std::nullopt;
}

UsbfsFile::Answer UsbfsFile::reap_urb_nonblocking(const Call& call) {
  if (finished_.empty()) return device_.is_gone() ? -ENODEV : -EAGAIN;
  const Result result = reap_first(call);
  set_readable(!finished_.empty());
  return result;
}

Result UsbfsFile::reap_first(const Call& call) {
  const Finished finished = std::move(finished_.front());
  finished_.pop_front();
  usbdevfs_urb urb;
  if (!read_memory(call.pid, finished.urb, &urb, sizeof urb)) return -EFAULT;
  const auto data_address = reinterpret_cast<std::uint64_t>(urb.buffer) + 8;
  const std::size_t room = static_cast<std::size_t>(std::max(urb.buffer_length - 8, 0));
  const std::size_t size = std::min(finished.data.size(), room);
  if (!write_memory(call.pid, data_address, finished.data.data(), size)) return -EFAULT;
  urb.status = finished.status;
  urb.actual_length = static_cast<int>(finished.actual_length);
  const bool is_written = write_object(call.pid, finished.urb, urb) &&
                          write_object(call.pid, call.arguments[2], finished.urb);
  return is_written ? 0 : -EFAULT;
}

/// The kernel's blocking requests: the tool waits, we do not.
UsbfsFile::Answer UsbfsFile::transfer_later(const Call& call, const usb::SetupPacket& setup,
                                            ByteView data, std::uint64_t in_buffer) {
  device_.submit(
      setup, data, [self = weak_from_this(), call, in_buffer](const usbip::Completion& it) {
        const auto file = self.lock();
        if (!file) return;
        Result result = it.status == 0 ? static_cast<Result>(it.actual_length) : it.status;
        if (result == -ESHUTDOWN) result = -ENODEV;
        if (!write_memory(call.pid, in_buffer, it.data.data(), it.data.size())) result = -EFAULT;
        file->listener_.reply(call, result);
      });
  return std::nullopt;
}

UsbfsFile::Answer UsbfsFile::control(const Call& call) {
  const auto request = read_object<usbdevfs_ctrltransfer>(call.pid, call.arguments[2]);
  if (!request) return -EFAULT;
  if (request->wLength > control_length_max) return -EINVAL;
  const usb::SetupPacket setup{request->bRequestType, request->bRequest, request->wValue,
                               request->wIndex, request->wLength};
  const auto buffer = reinterpret_cast<std::uint64_t>(request->data);
  if (setup.is_device_to_host()) return transfer_later(call, setup, {}, buffer);
  const auto data = read_bytes(call.pid, buffer, setup.wLength);
  if (!data) return -EFAULT;
  return transfer_later(call, setup, *data, 0);
}

UsbfsFile::Answer UsbfsFile::set_interface(const Call& call) {
  const auto request = read_object<usbdevfs_setinterface>(call.pid, call.arguments[2]);
  if (!request) return -EFAULT;
  constexpr std::uint8_t to_interface = 0x01;
  return transfer_later(
      call,
      {to_interface, usb::SET_INTERFACE, static_cast<std::uint16_t>(request->altsetting),
       static_cast<std::uint16_t>(request->interface), 0},
      {}, 0);
}

UsbfsFile::Answer UsbfsFile::set_configuration(const Call& call) {
  const auto value = read_object<unsigned>(call.pid, call.arguments[2]);
  if (!value) return -EFAULT;
  return transfer_later(call, {0, usb::SET_CONFIGURATION, static_cast<std::uint16_t>(*value), 0, 0},
                        {}, 0);
}

/// A port reset, then the configuration again, as the kernel restores it. A server that does not
/// know the port request stalls it: that is no failure of the reset.
UsbfsFile::Answer UsbfsFile::reset(const Call& call) {
  constexpr std::uint8_t to_port = 0x23;
  constexpr std::uint16_t PORT_RESET = 4;
  device_.submit({to_port, usb::SET_FEATURE, PORT_RESET, 1, 0}, {},
                 [](const usbip::Completion&) {});
  const Bytes& configuration = device_.facts().configuration;
  const std::uint16_t value = configuration.size() > 5 ? configuration[5] : 0;
  return transfer_later(call, {0, usb::SET_CONFIGURATION, value, 0, 0}, {}, 0);
}

UsbfsFile::Answer UsbfsFile::get_capabilities(const Call& call) {
  const std::uint32_t capabilities = USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_NO_PACKET_SIZE_LIM |
                                     USBDEVFS_CAP_REAP_AFTER_DISCONNECT;
  return write_object(call.pid, call.arguments[2], capabilities) ? 0 : -EFAULT;
}

/// No kernel driver is bound to a DFU interface.
UsbfsFile::Answer UsbfsFile::get_driver(const Call&) {
  return -ENODATA;
}

UsbfsFile::Answer UsbfsFile::get_speed(const Call&) {
  constexpr Result usb_speed_full = 2;
  return usb_speed_full;
}

UsbfsFile::Answer UsbfsFile::connect_info(const Call& call) {
  const usbdevfs_connectinfo info{device_.facts().device, 0};
  return write_object(call.pid, call.arguments[2], info) ? 0 : -EFAULT;
}

/// Detaching or attaching a kernel driver: there is none.
UsbfsFile::Answer UsbfsFile::driver_ioctl(const Call&) {
  return -ENODATA;
}

UsbfsFile::Answer UsbfsFile::accept(const Call&) {
  return 0;
}

void UsbfsFile::release() {
  for (const auto& [address, seqnum] : submitted_) device_.unlink(seqnum);
  submitted_.clear();
}

void UsbfsFile::unplug() {
  for (const Call& call : std::exchange(reapers_, {})) listener_.reply(call, -ENODEV);
  // A pipe without a reader polls POLLERR, as usbfs does for a device that is gone.
  read_end_.reset();
}

}  // namespace dfurig::attach
