#include "attach/uevent_socket.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

#include "attach/process_memory.h"
#include "attach/process_status.h"

namespace dfurig::attach {
namespace {

/// As many as a receive buffer of the kernel's default size holds; then messages are lost, and
/// the receiver is told so by ENOBUFS.
constexpr std::size_t queue_length_max = 256;

Pipe make_socket_pipe(int type) {
  Pipe pipe = make_pipe();
  if ((type & SOCK_NONBLOCK) != 0) fcntl(pipe.read_end.get(), F_SETFL, O_NONBLOCK);
  fcntl(pipe.write_end.get(), F_SETFL, O_NONBLOCK);
  return pipe;
}

/// Multicast groups beyond 32 have no bit; nobody uses them here.
std::uint32_t group_bit(std::uint32_t number) {
  return number >= 1 && number <= 32 ? 1u << (number - 1) : 0;
}

}  // namespace

struct UeventSocket::Destination {
  std::vector<iovec> pieces;
  std::uint64_t name = 0;         ///< sockaddr_nl, when not null
  std::uint64_t name_length = 0;  ///< address of its length, when it is not in a header
  std::uint64_t header = 0;       ///< address of the msghdr, when there is one
  msghdr head{};
  unsigned flags = 0;
};

UeventSocket::UeventSocket(Listener& listener, int type)
    : UeventSocket(listener, make_socket_pipe(type)) {}

UeventSocket::UeventSocket(Listener& listener, Pipe pipe)
    : OpenFile(listener, std::move(pipe.read_end), std::move(pipe.write_end)) {}

void UeventSocket::answer(const Call& call) {
  const Answer answer = perform(call);
  if (answer) listener().reply(call, *answer);
}

UeventSocket::Answer UeventSocket::perform(const Call& call) {
  switch (call.number) {
    case SYS_bind:
      return bind(call);
    case SYS_getsockname:
      return name(call);
    case SYS_setsockopt:
      return set_option(call);
    case SYS_getsockopt:
      return get_option(call);
    case SYS_read:
    case SYS_recvfrom:
    case SYS_recvmsg:
      return receive(call);
    case SYS_connect:
      return 0;
    case SYS_sendto:
    case SYS_sendmsg:
      return -EPERM;  // as the kernel refuses anybody's but root's
    default:
      return -EOPNOTSUPP;
  }
}

Result UeventSocket::bind(const Call& call) {
  const auto address = read_object<sockaddr_nl>(call.pid, call.arguments[1]);
  if (!address) return -EFAULT;
  if (call.arguments[2] < sizeof(sockaddr_nl) || address->nl_family != AF_NETLINK) return -EINVAL;
  groups_ = address->nl_groups;
  port_ = address->nl_pid != 0 ? address->nl_pid : static_cast<std::uint32_t>(process_of(call.pid));
  return 0;
}

Result UeventSocket::name(const Call& call) const {
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_pid = port_;
  address.nl_groups = groups_;
  const auto room = read_object<socklen_t>(call.pid, call.arguments[2]);
  if (!room) return -EFAULT;
  const socklen_t size = sizeof address;
  const bool is_written =
      write_memory(call.pid, call.arguments[1], &address, std::min(*room, size)) &&
      write_object(call.pid, call.arguments[2], size);
  return is_written ? 0 : -EFAULT;
}

/// Options without effect are accepted. A socket filter is one: it only spares its owner work.
Result UeventSocket::set_option(const Call& call) {
  const auto level = static_cast<int>(call.arguments[1]);
  const auto option = static_cast<int>(call.arguments[2]);
  if (call.arguments[4] < sizeof(int)) return -EINVAL;
  const auto value = read_object<int>(call.pid, call.arguments[3]);
  if (!value) return -EFAULT;
  const std::uint32_t group = group_bit(static_cast<std::uint32_t>(*value));
  if (level == SOL_NETLINK && option == NETLINK_ADD_MEMBERSHIP) groups_ |= group;
  if (level == SOL_NETLINK && option == NETLINK_DROP_MEMBERSHIP) groups_ &= ~group;
  if (level != SOL_SOCKET) return 0;
  if (option == SO_PASSCRED) wants_credentials_ = *value != 0;
  // The kernel doubles what is asked for (socket(7)).
  if (option == SO_RCVBUF || option == SO_RCVBUFFORCE) receive_buffer_size_ = *value * 2;
  return 0;
}

Result UeventSocket::get_option(const Call& call) const {
  if (static_cast<int>(call.arguments[1]) != SOL_SOCKET) return -ENOPROTOOPT;
  int value = 0;
  switch (static_cast<int>(call.arguments[2])) {
    case SO_RCVBUF:
      value = receive_buffer_size_;
      break;
    case SO_PASSCRED:
      value = wants_credentials_ ? 1 : 0;
      break;
    case SO_TYPE:
      value = SOCK_RAW;
      break;
    case SO_DOMAIN:
      value = AF_NETLINK;
      break;
    case SO_PROTOCOL:
      value = NETLINK_KOBJECT_UEVENT;
      break;
    case SO_ERROR:
      break;
    default:
      return -ENOPROTOOPT;
  }
  const socklen_t size = sizeof value;
  const bool is_written = write_object(call.pid, call.arguments[3], value) &&
                          write_object(call.pid, call.arguments[4], size);
  return is_written ? 0 : -EFAULT;
}

void UeventSocket::notice(const Uevent& event) {
  for (const UeventGroup group : {kernel_group, udev_group}) {
    if ((groups_ & group) == 0) continue;
    if (queue_.size() >= queue_length_max) {
      has_overflowed_ = true;
      continue;
    }
    queue_.push_back({group, encode_uevent(event, group)});
    if (const std::optional<Call> waiting = take_waiter()) answer(*waiting);
  }
  update_poll();
}

/// POLLIN while a message waits.
void UeventSocket::update_poll() {
  if (queue_.empty() != polls_in_) return;
  polls_in_ = !polls_in_;
  char byte = 0;
  const ssize_t moved =
      polls_in_ ? write(watched_end(), &byte, 1) : read(reopen_tool_end(O_RDONLY).get(), &byte, 1);
  static_cast<void>(moved);
}

std::optional<UeventSocket::Destination> UeventSocket::destination_of(const Call& call) const {
  Destination to;
  if (call.number != SYS_recvmsg) {
    to.pieces = {{reinterpret_cast<void*>(call.arguments[1]), call.arguments[2]}};
    if (call.number == SYS_read) return to;
    to.flags = static_cast<unsigned>(call.arguments[3]);
    to.name = call.arguments[4];
    to.name_length = to.name == 0 ? 0 : call.arguments[5];
    return to;
  }
  to.header = call.arguments[1];
  to.flags = static_cast<unsigned>(call.arguments[2]);
  const auto head = read_object<msghdr>(call.pid, to.header);
  if (!head || head->msg_iovlen > IOV_MAX) return std::nullopt;
  to.head = *head;
  to.name = reinterpret_cast<std::uint64_t>(head->msg_name);
  to.pieces.resize(head->msg_iovlen);
  const bool is_read = read_memory(call.pid, reinterpret_cast<std::uint64_t>(head->msg_iov),
                                   to.pieces.data(), to.pieces.size() * sizeof(iovec));
  return is_read ? std::optional(to) : std::nullopt;
}

UeventSocket::Answer UeventSocket::receive(const Call& call) {
  const std::optional<Destination> destination = destination_of(call);
  if (!destination) return -EFAULT;
  if (std::exchange(has_overflowed_, false)) return -ENOBUFS;
  if (!queue_.empty()) return deliver(call, *destination);
  const bool waits = (destination->flags & MSG_DONTWAIT) == 0 &&
                     !is_nonblocking(call.pid, static_cast<int>(call.arguments[0]));
  if (!waits) return -EAGAIN;
  add_waiter(call);
  return std::nullopt;
}

Result UeventSocket::deliver(const Call& call, const Destination& to) {
  const Datagram& datagram = queue_.front();
  ByteView rest = datagram.payload;
  for (const iovec& piece : to.pieces) {
    const ByteView part = rest.first(std::min(rest.size(), piece.iov_len));
    const auto address = reinterpret_cast<std::uint64_t>(piece.iov_base);
    if (!write_memory(call.pid, address, part.data(), part.size())) return -EFAULT;
    rest = rest.subspan(part.size());
  }
  const bool is_cut = !rest.empty();
  if (!write_sender(call, to, datagram.group) || !write_header(call, to, is_cut)) return -EFAULT;
  const std::size_t whole = datagram.payload.size();
  const auto size = static_cast<Result>((to.flags & MSG_TRUNC) != 0 ? whole : whole - rest.size());
  if ((to.flags & MSG_PEEK) == 0) queue_.pop_front();
  update_poll();
  return size;
}

/// The kernel's messages come from port 0, udev's from a process of root's.
bool UeventSocket::write_sender(const Call& call, const Destination& to, UeventGroup group) const {
  if (to.name == 0) return true;
  sockaddr_nl sender{};
  sender.nl_family = AF_NETLINK;
  sender.nl_pid = group == kernel_group ? 0 : 1;
  sender.nl_groups = group;
  socklen_t room = to.head.msg_namelen;
  if (to.header == 0 && !read_memory(call.pid, to.name_length, &room, sizeof room)) return false;
  const socklen_t size = sizeof sender;
  return write_memory(call.pid, to.name, &sender, std::min(room, size)) &&
         (to.header != 0 || write_object(call.pid, to.name_length, size));
}

/// What recvmsg says beside the data: credentials of root, which is what receivers insist on.
bool UeventSocket::write_header(const Call& call, const Destination& to, bool is_cut) const {
  if (to.header == 0) return true;
  msghdr head = to.head;
  head.msg_namelen = to.name == 0 ? 0 : sizeof(sockaddr_nl);
  head.msg_flags = is_cut ? MSG_TRUNC : 0;
  head.msg_controllen = 0;
  if (wants_credentials_) {
    alignas(cmsghdr) std::uint8_t control[CMSG_SPACE(sizeof(ucred))] = {};
    const ucred root{1, 0, 0};
    const cmsghdr title{CMSG_LEN(sizeof root), SOL_SOCKET, SCM_CREDENTIALS};
    std::memcpy(control, &title, sizeof title);
    std::memcpy(control + CMSG_LEN(0), &root, sizeof root);
    if (to.head.msg_controllen < CMSG_LEN(sizeof root)) {
      head.msg_flags |= MSG_CTRUNC;
    } else {
      head.msg_controllen = std::min(sizeof control, to.head.msg_controllen);
      const auto address = reinterpret_cast<std::uint64_t>(to.head.msg_control);
      if (!write_memory(call.pid, address, control, head.msg_controllen)) return false;
    }
  }
  return write_object(call.pid, to.header, head);
}

}  // namespace dfurig::attach
