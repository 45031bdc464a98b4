// One netlink socket on which the tool waits for devices to come and go.
#pragma once

#include <sys/uio.h>

#include <deque>
#include <vector>

#include "attach/open_file.h"
#include "attach/uevent.h"

namespace dfurig::attach {

/// Stands in for socket(AF_NETLINK, …, NETLINK_KOBJECT_UEVENT): the read end of a pipe that holds a
/// byte while a message waits.
class UeventSocket : public OpenFile {
 public:
  /// `type` as socket() takes it.
  UeventSocket(Listener& listener, int type);

  void answer(const Call& call) override;
  void release() override { queue_.clear(); }
  void notice(const Uevent& event) override;

 private:
  struct Datagram {
    UeventGroup group;
    Bytes payload;
  };
  /// Where a received message goes in the tool.
  struct Destination;
  using Answer = std::optional<Result>;  ///< absent: answered later

  UeventSocket(Listener& listener, Pipe pipe);

  Answer perform(const Call& call);
  Result bind(const Call& call);
  Result name(const Call& call) const;
  Result set_option(const Call& call);
  Result get_option(const Call& call) const;
  Answer receive(const Call& call);
  std::optional<Destination> destination_of(const Call& call) const;
  Result deliver(const Call& call, const Destination& destination);
  bool write_sender(const Call& call, const Destination& to, UeventGroup group) const;
  bool write_header(const Call& call, const Destination& to, bool is_cut) const;
  void update_poll();

  std::uint32_t groups_ = 0;
  std::uint32_t port_ = 0;  ///< nl_pid
  bool wants_credentials_ = false;
  int receive_buffer_size_ = 212992;
  bool has_overflowed_ = false;
  bool polls_in_ = false;
  std::deque<Datagram> queue_;
};

}  // namespace dfurig::attach
