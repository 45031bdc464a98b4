// What went over the control pipe, in DFU's words.
#pragma once

#include <string>
#include <vector>

#include "dfu/bootloader_spec.h"
#include "usb/transcript.h"

namespace dfurig::scenario {

/// A few lines: how many requests of each kind, what was erased and written, how it ended. `spec`
/// tells where the bootloader puts a block.
std::vector<std::string> summarise(const std::vector<usb::Transfer>& transfers,
                                   const dfu::BootloaderSpec& spec);

}  // namespace dfurig::scenario
