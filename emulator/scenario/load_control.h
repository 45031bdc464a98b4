// Control transfers that a scenario has sent itself.
#pragma once

#include "model/reader.h"
#include "scenario/scenario.h"

namespace dfurig::scenario {

/// A list of { "request": "DFU_DNLOAD", "wValue": 0, "data": "21 00 00 00 08", "reply": "ACK" }.
/// Throws InputError.
ReplayRequests read_control(const model::Reader& reader);

}  // namespace dfurig::scenario
