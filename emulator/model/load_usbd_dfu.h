// models/bootloaders/*.json of kind "usbd-dfu": ST's USB Device Library in main flash.
#pragma once

#include "model/reader.h"

namespace dfurig::model {

/// Fills the bootloader's part of `model`, whose chip and uid are loaded already. Throws
/// InputError.
void load_usbd_dfu(const Reader& reader, const std::string& path,
                   const std::vector<std::uint32_t>& uid, Model& model);

}  // namespace dfurig::model
