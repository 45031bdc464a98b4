// "127.0.0.1:3240" as a connector.
#pragma once

#include <cstdlib>
#include <string>

#include "usbip/link.h"

namespace dfurig::windows {

/// `address` is HOST:PORT; whoever wrote it into the registry or the command line has checked it.
inline usbip::Connector connector_to(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  const auto port =
      colon == std::string::npos ? 0 : std::strtoul(address.c_str() + colon + 1, nullptr, 10);
  return usbip::tcp_connector(address.substr(0, colon), static_cast<std::uint16_t>(port));
}

}  // namespace dfurig::windows
