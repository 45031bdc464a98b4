// A connection to our own devices without a socket: the server's Session behind a Link.
#pragma once

#include "usbip/exports.h"
#include "usbip/link.h"

namespace dfurig::usbip {

/// A connector whose links talk to `exports` in this process, on the caller's thread, with time
/// from `clock`. Both must outlive every link.
Connector local_connector(Exports& exports, const Clock& clock);

}  // namespace dfurig::usbip
