// The only socket: serves Sessions to TCP clients.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "support/clock.h"
#include "usbip/exports.h"

namespace dfurig::usbip {

/// The address cannot be listened on; `what()` says which and why.
class ListenError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Server {
 public:
  /// Called with one line for each connection event; may be empty.
  using Log = std::function<void(const std::string&)>;

  /// Listens on `address`:`port` (0: a free one) at once. Throws ListenError.
  Server(Exports& exports, const Clock& clock, const std::string& address, std::uint16_t port,
         Log log = {});
  ~Server();

  std::uint16_t port() const;
  /// While it runs, hands over every line that can be read from `descriptor`, until its end.
  void on_line(int descriptor, std::function<void(const std::string&)> handle);
  /// While it runs, calls this again and again.
  void on_tick(Duration every, std::function<void()> handle);
  /// SIGINT and SIGTERM stop it, from now on: who is told that it listens may stop it.
  void stop_at_signals();
  /// Serves until it is stopped.
  void run();
  /// From any thread: calls this in the one that runs it, between two requests.
  void post(std::function<void()> call);
  /// From any thread.
  void stop();

 private:
  class Acceptor;
  std::unique_ptr<Acceptor> acceptor_;
};

}  // namespace dfurig::usbip
