// The "option_bytes" part of a chip file.
#pragma once

#include "model/reader.h"

namespace dfurig::model {

/// Fills the option bytes of `model.chip` and the option fields. Throws InputError.
void load_option_bytes(const Reader& reader, Model& model);

/// `size` is that of all option bytes. Throws InputError.
stm32::WriteProtectionSpec read_write_protection(const Reader& reader, std::uint32_t size);

}  // namespace dfurig::model
