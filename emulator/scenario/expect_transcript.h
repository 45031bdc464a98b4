// Compares what went over the control pipe with what a scenario expects.
#pragma once

#include <vector>

#include "scenario/expect.h"

namespace dfurig::scenario {

/// How a transfer ended, as scenarios say it: "ACK", "STALL", "data", "no reply", "bus error".
std::string reply_name(const usb::ControlReply& reply);
const std::vector<std::string>& reply_names();

/// Adds what does not hold.
void check_transcript(const TranscriptExpectation& expect,
                      const std::vector<usb::Transfer>& transfers, std::vector<Failure>& failures);

}  // namespace dfurig::scenario
