// A byte stream between a USB/IP client and a server, as the client holds it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "support/bytes.h"
#include "support/clock.h"

namespace dfurig::usbip {

class Link {
 public:
  virtual ~Link() = default;
  /// Sends all bytes. Ignored once the peer has closed.
  virtual void send(ByteView bytes) = 0;
  /// What has arrived, without waiting; may be empty.
  virtual Bytes receive() = 0;
  /// True once the peer has closed and everything it sent was received.
  virtual bool is_closed() const = 0;
  /// A descriptor that becomes readable when there is something to receive; -1: there is none,
  /// ask `due_in`.
  virtual int poll_descriptor() const = 0;
  /// For a link without a descriptor: how long until `receive` may have something, or the end, to
  /// tell; absent: not before the next `send`.
  virtual std::optional<Duration> due_in() const = 0;
  /// For a link without a descriptor: nothing else is to be done for so long.
  virtual void let_pass(Duration duration) { std::this_thread::sleep_for(duration); }
};

/// The way to one server.
struct Connector {
  /// Makes a new connection. Throws ConnectError.
  std::function<std::unique_ptr<Link>()> connect;
  /// The server is in this process: it answers at once, and only in the thread that owns it.
  bool is_local = false;
  /// For a local server: how long until one of its devices may come or go by itself; absent: never.
  std::function<std::optional<Duration>()> due_in = {};
};

/// The server could not be reached.
class ConnectError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Waits until a link's `poll_descriptor` is readable, for at most so long.
void wait_readable(int descriptor, std::chrono::milliseconds patience);

/// A connector to a USB/IP server over TCP: host name or address, and port.
Connector tcp_connector(const std::string& host, std::uint16_t port);

}  // namespace dfurig::usbip
