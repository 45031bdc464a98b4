// What the DLL did, for people: one line each, flushed at once. Both files are appended to.
#pragma once

#include <string>

#include "usb/transcript.h"

namespace dfurig::windows {

/// Into the file named by DFURIG_LOG, if any, with the time since the process began.
void log(const std::string& line);

/// Into the log, and without the time into the file named by DFURIG_TRANSCRIPT.
void log_transfer(const usb::Transfer& transfer);

}  // namespace dfurig::windows
