// models/chips/*.json: one chip's memories, peripherals, option bytes and boot rules.
#pragma once

#include <string>

#include "model/reader.h"

namespace dfurig::model {

/// Loads the chip file with the peripherals and the bootloader it names from `folder`; the one of
/// its flash_bootloaders instead that `bootloader` names. Throws InputError.
Model load_chip(const std::string& path, const std::string& folder, const std::string& bootloader,
                const Changes& changes);

}  // namespace dfurig::model
