// A USB/IP server on the command line.
#pragma once

#include <cstdint>
#include <string>

#include "usbip/link.h"

namespace dfurig::cli {

struct ServerAddress {
  std::string host;
  std::uint16_t port = 0;
};

/// HOST:PORT, or HOST with USB/IP's own port. Throws UsageError, naming the option.
ServerAddress parse_server_address(const std::string& option, const std::string& text);

/// The way to HOST:PORT, or HOST with USB/IP's own port. `option` is what the message names: throws
/// UsageError.
usbip::Connector parse_server(const std::string& option, const std::string& text);

}  // namespace dfurig::cli
