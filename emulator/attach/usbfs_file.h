// One open USB device node: usbfs's ioctls (linux/usbdevice_fs.h) over USB/IP transfers, and its
// descriptors to read.
#pragma once

#include <chrono>
#include <memory>

#include "attach/open_file.h"
#include "attach/urb_queue.h"

namespace dfurig::attach {

/// usbfs's poll contract is that of the write end of a pipe that holds one byte at most: POLLOUT
/// when a URB can be reaped, POLLERR when the device is gone.
class UsbfsFile : public OpenFile, public std::enable_shared_from_this<UsbfsFile> {
 public:
  UsbfsFile(Listener& listener, std::shared_ptr<ImportedDevice> device, NotEmulated& not_emulated);

  void answer(const Call& call) override;
  void release() override;
  void notice(const Uevent& event) override;
  std::optional<std::string> path() const override;

 private:
  UsbfsFile(Listener& listener, std::shared_ptr<ImportedDevice> device, NotEmulated& not_emulated,
            Pipe pipe);

  struct Ioctl;
  using Answer = std::optional<Result>;  ///< absent: answered later
  static const Ioctl* find_ioctl(std::uint32_t request);

  Answer answer_ioctl(const Call& call);
  Answer submit_urb(const Call& call);
  Answer discard_urb(const Call& call);
  Answer reap_urb(const Call& call);
  Answer reap_urb_nonblocking(const Call& call);
  Answer claim_interface(const Call& call);
  Answer disconnect_claim(const Call& call);
  Answer release_interface(const Call& call);
  Answer get_capabilities(const Call& call);
  Answer get_driver(const Call& call);
  Answer get_speed(const Call& call);
  Answer connect_info(const Call& call);
  Answer driver_ioctl(const Call& call);
  Answer reset_endpoint(const Call& call);
  Answer accept(const Call& call);
  Answer long_connect_info(const Call& call);

  // Those whose caller waits for transfers: usbfs_blocking.cc.
  Answer control(const Call& call);
  Answer bulk(const Call& call);
  Answer set_interface(const Call& call);
  Answer set_configuration(const Call& call);
  Answer clear_halt(const Call& call);
  Answer reset(const Call& call);
  Answer transfer_later(const Call& call, const usbip::Transfer& transfer, std::uint64_t in_buffer,
                        std::chrono::milliseconds timeout);

  /// Reads the descriptors from `offset` on.
  Result read_descriptors(const Call& call, std::uint64_t offset) const;
  Result read(const Call& call);
  Result seek(const Call& call);

  void on_urb_ended();
  void set_readable(bool is_readable);

  std::shared_ptr<ImportedDevice> device_;
  NotEmulated& not_emulated_;
  std::shared_ptr<UrbQueue> urbs_;
  std::uint64_t position_ = 0;
  bool is_readable_ = true;
};

}  // namespace dfurig::attach
