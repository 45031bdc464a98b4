#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <poll.h>
#include <array>
#include <cerrno>
#include <cstring>

#include "usbip/link.h"

namespace dfurig::usbip {
namespace {

class TcpLink : public Link {
 public:
  /// `descriptor` is connected and does not block.
  explicit TcpLink(int descriptor) : descriptor_(descriptor) {
    const int on = 1;
    setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  ~TcpLink() override { close(descriptor_); }
  TcpLink(const TcpLink&) = delete;
  TcpLink& operator=(const TcpLink&) = delete;

  /// Requests are small and the peer reads: waiting for room in the socket ends soon.
  void send(ByteView bytes) override {
    while (!bytes.empty() && !is_closed_) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent >= 0) {
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
      } else if (errno == EAGAIN) {
        pollfd room{descriptor_, POLLOUT, 0};
        poll(&room, 1, -1);
      } else if (errno != EINTR) {
        is_closed_ = true;
      }
    }
  }

  Bytes receive() override {
    std::array<std::uint8_t, 16384> buffer;
    const ssize_t size = recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (size > 0) return Bytes(buffer.begin(), buffer.begin() + size);
    if (size == 0 || (errno != EAGAIN && errno != EINTR)) is_closed_ = true;
    return {};
  }

  bool is_closed() const override { return is_closed_; }
  int poll_descriptor() const override { return descriptor_; }
  std::optional<Duration> due_in() const override { return std::nullopt; }

 private:
  int descriptor_;
  bool is_closed_ = false;
};

struct Addresses {
  ~Addresses() {
    if (list != nullptr) freeaddrinfo(list);
  }
  addrinfo* list = nullptr;
};

/// What errno says of a connection that was begun: 0 once it is made.
int finish_connecting(int descriptor) {
  // A machine that is switched off answers nothing at all, for minutes.
  constexpr int patience_ms = 5000;
  pollfd ready{descriptor, POLLOUT, 0};
  if (poll(&ready, 1, patience_ms) <= 0) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

int connect_to(const addrinfo& address) {
  const int type = address.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK;
  const int descriptor = socket(address.ai_family, type, 0);
  if (descriptor < 0) return -1;
  int error = connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 ? 0 : errno;
  if (error == EINPROGRESS) error = finish_connecting(descriptor);
  if (error == 0) return descriptor;
  close(descriptor);
  errno = error;
  return -1;
}

std::unique_ptr<Link> connect_tcp(const std::string& host, std::uint16_t port) {
  const std::string where = host + ":" + std::to_string(port);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  Addresses addresses;
  const int error =
      getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &addresses.list);
  if (error != 0) throw ConnectError("cannot find " + where + ": " + gai_strerror(error));
  for (const addrinfo* it = addresses.list; it != nullptr; it = it->ai_next) {
    const int descriptor = connect_to(*it);
    if (descriptor >= 0) return std::make_unique<TcpLink>(descriptor);
  }
  throw ConnectError("cannot connect to " + where + ": " + std::strerror(errno) +
                     "\n  is dfurig serve (or usbipd) running there?");
}

}  // namespace

void wait_readable(int descriptor, std::chrono::milliseconds patience) {
  pollfd ready{descriptor, POLLIN, 0};
  ::poll(&ready, 1, static_cast<int>(patience.count()));
}

Connector tcp_connector(const std::string& host, std::uint16_t port) {
  return {[host, port] { return connect_tcp(host, port); }, false};
}

}  // namespace dfurig::usbip
