// Named answers to "what do the registers look like then?", read from a bootloader file.
#pragma once

#include <string>
#include <vector>

#include "model/reader.h"

namespace dfurig::model {

/// Reads "entry_policies" and "leave_policies" of a bootloader's file, each { "default": NAME,
/// "policies": { NAME: … } }, into `model`, and checks every target against its chip. "groups"
/// holds the lists of actions that {"do": NAME} means. Throws InputError.
void load_policies(const Reader& bootloader, Model& model);

/// The register "GPIOB.MODER" of a chip, with the field of "GPIOB.MODER.MODE7" in `field`; null
/// when there is none.
const stm32::RegisterSpec* find_register(const stm32::ChipSpec& chip, const std::string& name,
                                         const stm32::FieldSpec*& field);

/// True for "PB7" when the chip has port B.
bool has_pin(const stm32::ChipSpec& chip, const std::string& name);

/// Every "GPIOB.MODER" of a chip, for did-you-mean.
std::vector<std::string> register_names(const stm32::ChipSpec& chip);

}  // namespace dfurig::model
