// One open USB device node: usbfs's ioctls (linux/usbdevice_fs.h) over USB/IP transfers.
#pragma once

#include <sys/types.h>

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "attach/imported_device.h"
#include "attach/listener.h"

namespace dfurig::attach {

/// What the tool asked for and cannot have, by a sentence.
using NotEmulated = std::set<std::string>;

class UsbfsFile : public std::enable_shared_from_this<UsbfsFile> {
 public:
  UsbfsFile(Listener& listener, ImportedDevice& device, NotEmulated& not_emulated);

  /// The descriptor the tool gets: the write end of a pipe. usbfs's poll contract is that of a full
  /// pipe: POLLOUT when a URB can be reaped, POLLERR when the device is gone.
  int tool_end() const { return write_end_.get(); }
  /// Our copy of it goes, so that the last close of the tool's can be seen.
  void drop_tool_end() { write_end_.reset(); }
  /// Identifies the file from any descriptor of any process that shares it.
  ino_t inode() const { return inode_; }
  /// Polls POLLHUP once the tool has closed every copy.
  int watched_end() const { return read_end_.get(); }

  /// Answers the call, now or when a transfer has ended.
  void answer_ioctl(const Call& call);
  /// The tool closed it: open transfers are cancelled.
  void release();
  /// The device went away: waiting calls end, poll says so.
  void unplug();
  bool is_of(const ImportedDevice& device) const { return &device == &device_; }

 private:
  struct Finished {
    std::uint64_t urb = 0;  ///< address in the tool
    std::int32_t status = 0;
    std::uint32_t actual_length = 0;
    Bytes data;
  };
  struct Ioctl;
  using Answer = std::optional<Result>;  ///< absent: answered later
  static const Ioctl* find_ioctl(std::uint32_t request);

  Answer submit_urb(const Call& call);
  Answer discard_urb(const Call& call);
  Answer reap_urb(const Call& call);
  Answer reap_urb_nonblocking(const Call& call);
  Answer control(const Call& call);
  Answer set_interface(const Call& call);
  Answer set_configuration(const Call& call);
  Answer reset(const Call& call);
  Answer get_capabilities(const Call& call);
  Answer get_driver(const Call& call);
  Answer get_speed(const Call& call);
  Answer connect_info(const Call& call);
  Answer driver_ioctl(const Call& call);
  Answer accept(const Call& call);

  Answer transfer_later(const Call& call, const usb::SetupPacket& setup, ByteView data,
                        std::uint64_t in_buffer);
  void finish(Finished finished);
  Result reap_first(const Call& call);
  void set_readable(bool is_readable);

  Listener& listener_;
  ImportedDevice& device_;
  NotEmulated& not_emulated_;
  Descriptor read_end_;
  Descriptor write_end_;
  ino_t inode_ = 0;
  std::map<std::uint64_t, std::uint32_t> submitted_;  ///< URB address -> seqnum
  std::deque<Finished> finished_;
  std::deque<Call> reapers_;  ///< calls blocked in USBDEVFS_REAPURB
  bool is_readable_ = false;
};

}  // namespace dfurig::attach
