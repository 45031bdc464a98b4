// The URBs of one open USB device node: submitted, ended, reaped (drivers/usb/core/devio.c).
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>

#include "attach/imported_device.h"
#include "attach/listener.h"
#include "attach/not_emulated.h"

namespace dfurig::attach {

/// usbfs refuses control transfers above this.
constexpr std::uint32_t control_length_max = 4096;

class UrbQueue : public std::enable_shared_from_this<UrbQueue> {
 public:
  /// `owner` claims interfaces; `on_ended` is called when there is one more URB to reap.
  UrbQueue(std::shared_ptr<ImportedDevice> device, NotEmulated& not_emulated,
           InterfaceClaims::Owner owner, std::function<void()> on_ended);

  // The calls' arguments are those of the ioctls of linux/usbdevice_fs.h.
  Result submit(const Call& call);
  Result discard(const Call& call);
  /// -EAGAIN: none has ended.
  Result reap(const Call& call);
  bool can_reap() const { return !ended_.empty(); }
  /// Cancels what is still open.
  void cancel_all();

 private:
  struct Ended {
    std::uint64_t urb = 0;           ///< address in the tool
    std::uint64_t data_address = 0;  ///< of an IN transfer's data
    std::int32_t status = 0;
    std::uint32_t actual_length = 0;
    Bytes data;
  };
  struct Prepared;
  Result prepare_control(Prepared& prepared);
  Result prepare_bulk(Prepared& prepared) const;
  void end(Ended ended);

  std::shared_ptr<ImportedDevice> device_;
  NotEmulated& not_emulated_;
  InterfaceClaims::Owner owner_;
  std::function<void()> on_ended_;
  std::map<std::uint64_t, std::uint32_t> submitted_;  ///< URB address -> seqnum
  std::deque<Ended> ended_;
};

}  // namespace dfurig::attach
