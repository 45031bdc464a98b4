#include "cli/server_address.h"

#include "cli/options.h"
#include "support/hex.h"
#include "usbip/messages.h"

namespace dfurig::cli {

usbip::Connector parse_server(const std::string& option, const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return usbip::tcp_connector(text, usbip::default_port);
  const auto port = parse_number(text.substr(colon + 1));
  if (!port || *port == 0 || *port > 65535) {
    throw UsageError(option + " " + text + ": expected HOST:PORT, such as 127.0.0.1:3240");
  }
  return usbip::tcp_connector(text.substr(0, colon), static_cast<std::uint16_t>(*port));
}

}  // namespace dfurig::cli
