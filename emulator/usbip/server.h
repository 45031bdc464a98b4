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
  /// Serves until SIGINT or SIGTERM.
  void run();

 private:
  class Acceptor;
  std::unique_ptr<Acceptor> acceptor_;
};

}  // namespace dfurig::usbip
