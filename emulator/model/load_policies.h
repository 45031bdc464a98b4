// Named answers to "what do the registers look like then?", read from a bootloader file.
#pragma once

#include <string>
#include <vector>

#include "model/reader.h"

namespace dfurig::model {

/// Reads { "default": NAME, "policies": { NAME: … } }, checks every target against the chip, and
/// sets `chosen` to the default's name. `groups` holds the lists of actions that {"do": NAME}
/// means. Throws InputError.
std::vector<RegisterPolicy> load_policies(const Reader& reader, const Reader& groups,
                                          const stm32::ChipSpec& chip, std::string& chosen);

/// The register "GPIOB.MODER" of a chip, with the field of "GPIOB.MODER.MODE7" in `field`; null
/// when there is none.
const stm32::RegisterSpec* find_register(const stm32::ChipSpec& chip, const std::string& name,
                                         const stm32::FieldSpec*& field);

/// True for "PB7" when the chip has port B.
bool has_pin(const stm32::ChipSpec& chip, const std::string& name);

/// Every "GPIOB.MODER" of a chip, for did-you-mean.
std::vector<std::string> register_names(const stm32::ChipSpec& chip);

}  // namespace dfurig::model
