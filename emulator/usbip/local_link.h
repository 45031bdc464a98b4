// A connection to our own devices without a socket: the server's Session behind a Link.
#pragma once

#include "usbip/exports.h"
#include "usbip/link.h"

namespace dfurig::usbip {

/// A connector whose links talk to `exports` in this process, on the caller's thread, with time
/// from `clock`. Both must outlive every link. `let_pass` moves a clock on that does not move by
/// itself; empty: the thread sleeps.
Connector local_connector(Exports& exports, const Clock& clock,
                          const std::function<void(Duration)>& let_pass = {});

}  // namespace dfurig::usbip
