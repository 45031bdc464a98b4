// The Windows half of link.h; tcp_link.cc is the POSIX one.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <array>

#include "usbip/link.h"

namespace dfurig::usbip {
namespace {

/// Windows wants it once in a process before the first socket.
void start_winsock() {
  static const int started = [] {
    WSADATA ignored{};
    return WSAStartup(MAKEWORD(2, 2), &ignored);
  }();
  if (started != 0) throw ConnectError("Winsock cannot be started: " + std::to_string(started));
}

/// True once the socket is readable, or writable or refused.
bool wait_for(SOCKET socket, bool writable, std::chrono::milliseconds patience) {
  fd_set wanted;
  FD_ZERO(&wanted);
  FD_SET(socket, &wanted);
  fd_set failed = wanted;
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(patience).count();
  timeval time{static_cast<long>(us / 1000000), static_cast<long>(us % 1000000)};
  return select(0, writable ? nullptr : &wanted, writable ? &wanted : nullptr, &failed, &time) > 0;
}

class WinsockLink : public Link {
 public:
  /// `socket` is connected and does not block.
  explicit WinsockLink(SOCKET socket) : socket_(socket) {
    const BOOL on = TRUE;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, reinterpret_cast<const char*>(&on), sizeof on);
  }
  ~WinsockLink() override { closesocket(socket_); }
  WinsockLink(const WinsockLink&) = delete;
  WinsockLink& operator=(const WinsockLink&) = delete;

  void send(ByteView bytes) override {
    while (!bytes.empty() && !is_closed_) {
      const int sent = ::send(socket_, reinterpret_cast<const char*>(bytes.data()),
                              static_cast<int>(bytes.size()), 0);
      if (sent >= 0) {
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
      } else if (WSAGetLastError() == WSAEWOULDBLOCK) {
        wait_for(socket_, true, std::chrono::seconds(1));
      } else {
        is_closed_ = true;
      }
    }
  }

  Bytes receive() override {
    std::array<std::uint8_t, 16384> buffer;
    const int size = recv(socket_, reinterpret_cast<char*>(buffer.data()), buffer.size(), 0);
    if (size > 0) return Bytes(buffer.begin(), buffer.begin() + size);
    if (size == 0 || WSAGetLastError() != WSAEWOULDBLOCK) is_closed_ = true;
    return {};
  }

  bool is_closed() const override { return is_closed_; }
  // Socket handles are small numbers, whatever their type.
  int poll_descriptor() const override { return static_cast<int>(socket_); }
  std::optional<Duration> due_in() const override { return std::nullopt; }

 private:
  SOCKET socket_;
  bool is_closed_ = false;
};

/// A connected socket, or INVALID_SOCKET.
SOCKET connect_to(const addrinfo& address) {
  constexpr std::chrono::seconds patience{5};
  const SOCKET made = socket(address.ai_family, address.ai_socktype, address.ai_protocol);
  if (made == INVALID_SOCKET) return made;
  u_long on = 1;
  ioctlsocket(made, FIONBIO, &on);
  if (connect(made, address.ai_addr, static_cast<int>(address.ai_addrlen)) == 0) return made;
  int error = WSAGetLastError();
  if (error == WSAEWOULDBLOCK) {
    error = WSAETIMEDOUT;
    int size = sizeof error;
    if (wait_for(made, true, patience)) {
      getsockopt(made, SOL_SOCKET, SO_ERROR, reinterpret_cast<char*>(&error), &size);
    }
  }
  if (error == 0) return made;
  closesocket(made);
  WSASetLastError(error);
  return INVALID_SOCKET;
}

std::unique_ptr<Link> connect_tcp(const std::string& host, std::uint16_t port) {
  start_winsock();
  const std::string where = host + ":" + std::to_string(port);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  if (error != 0) throw ConnectError("cannot find " + where + ": error " + std::to_string(error));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(list, freeaddrinfo);
  for (const addrinfo* it = list; it != nullptr; it = it->ai_next) {
    const SOCKET made = connect_to(*it);
    if (made != INVALID_SOCKET) return std::make_unique<WinsockLink>(made);
  }
  throw ConnectError("cannot connect to " + where + ": error " + std::to_string(WSAGetLastError()));
}

}  // namespace

void wait_readable(int descriptor, std::chrono::milliseconds patience) {
  wait_for(static_cast<SOCKET>(descriptor), false, patience);
}

Connector tcp_connector(const std::string& host, std::uint16_t port) {
  return {[host, port] { return connect_tcp(host, port); }, false};
}

}  // namespace dfurig::usbip
