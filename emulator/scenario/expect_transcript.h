// Compares what went over the control pipe with what a scenario expects.
#pragma once

#include <vector>

#include "fault/request_watcher.h"
#include "scenario/expect.h"

namespace dfurig::scenario {

/// How a transfer ended, as scenarios say it: "ACK", "STALL", "data", "no reply", "bus error".
std::string reply_name(const usb::ControlReply& reply);
const std::vector<std::string>& reply_names();

/// Goes through the transfers with what is known of each: calls visit(watcher, transfer).
template <typename Visit>
void walk(const std::vector<usb::Transfer>& transfers, Visit visit) {
  fault::RequestWatcher watcher;
  for (const usb::Transfer& transfer : transfers) {
    const bool is_out = !transfer.setup.is_device_to_host();
    watcher.see(transfer.setup, is_out ? ByteView(transfer.data) : ByteView());
    visit(watcher, transfer);
  }
}

/// The transfer seen last is one of those.
bool is_what(const TransferExpectation& expected, const fault::RequestWatcher& watcher,
             const usb::Transfer& transfer);

/// Adds what does not hold.
void check_transcript(const TranscriptExpectation& expect,
                      const std::vector<usb::Transfer>& transfers, std::vector<Failure>& failures);

}  // namespace dfurig::scenario
