// A control transfer in DFU's words.
#pragma once

#include <string>
#include <vector>

#include "usb/transcript.h"

namespace dfurig::dfu {

/// A class request to an interface.
bool is_dfu(const usb::SetupPacket& setup);

/// "DFU_DNLOAD", "GET_DESCRIPTOR", or "" for what has no name.
std::string name_of(const usb::SetupPacket& setup);
/// All that have one.
const std::vector<std::string>& request_names();

/// The same, or what the setup packet says.
std::string request_text(const usb::SetupPacket& setup);
/// "ACK", "STALL", "64 bytes"; GETSTATUS replies are spelt out.
std::string outcome_text(const usb::Transfer& transfer);
/// "DFU_DNLOAD wValue=2 wLength=240 (write) -> ACK"
std::string describe(const usb::Transfer& transfer);

}  // namespace dfurig::dfu
