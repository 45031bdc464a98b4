#include "cli/server_address.h"

#include "cli/options.h"
#include "support/hex.h"
#include "usbip/messages.h"

namespace dfurig::cli {

ServerAddress parse_server_address(const std::string& option, const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return {text, usbip::default_port};
  const auto port = parse_number(text.substr(colon + 1));
  if (!port || *port == 0 || *port > 65535) {
    throw UsageError(option + " " + text + ": expected HOST:PORT, such as 127.0.0.1:3240");
  }
  return {text.substr(0, colon), static_cast<std::uint16_t>(*port)};
}

usbip::Connector parse_server(const std::string& option, const std::string& text) {
  const ServerAddress address = parse_server_address(option, text);
  return usbip::tcp_connector(address.host, address.port);
}

}  // namespace dfurig::cli
