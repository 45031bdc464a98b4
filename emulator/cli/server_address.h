// A USB/IP server on the command line.
#pragma once

#include <string>

#include "usbip/link.h"

namespace dfurig::cli {

/// HOST:PORT, or HOST with USB/IP's own port. `option` is what the message names: throws
/// UsageError.
usbip::Connector parse_server(const std::string& option, const std::string& text);

}  // namespace dfurig::cli
