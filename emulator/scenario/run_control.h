// A host tool's requests, replayed without the tool.
#pragma once

#include <functional>
#include <vector>

#include "scenario/expect.h"
#include "usbip/link.h"

namespace dfurig::scenario {

/// Sends the requests to the device at `busid` and returns what did not come back as expected, up
/// to the first that fails. `wait` lets device time pass.
std::vector<Failure> replay(const ReplayRequests& replay, const usbip::Connector& connector,
                            const std::string& busid, const std::function<void(Duration)>& wait);

}  // namespace dfurig::scenario
