// The "given" part of a scenario, and what steps share with it.
#pragma once

#include "model/reader.h"
#include "scenario/files.h"
#include "scenario/scenario.h"

namespace dfurig::scenario {

/// Content (files.h) inside the chip's flash; `what` says it in words.
std::vector<Image> read_flash_content(const model::Reader& reader, const Files& files,
                                      const stm32::FlashSpec& flash, std::string& what);
/// { "0x1FFF7800": "AA F8 …" }: from the start of a window on.
std::map<std::uint32_t, Bytes> read_option_bytes(const model::Reader& reader,
                                                 const model::Model& model);

/// Throws InputError unless all of `images` is in flash; `what` names them.
void check_fits(const model::Reader& reader, const std::vector<Image>& images,
                const stm32::FlashSpec& flash, const std::string& what);

/// A register or field name that exists. Throws InputError with near names.
std::string read_register_name(const model::Reader& reader, const stm32::ChipSpec& chip,
                               const std::string& name);
/// "PB7" that exists.
void check_pin(const model::Reader& reader, const stm32::ChipSpec& chip, const std::string& pin);
/// { "BOOT0": 1 }
std::map<std::string, unsigned> read_boot_pins(const model::Reader& reader,
                                               const model::Model& model);
RegisterValue read_register_value(const model::Reader& reader, const stm32::ChipSpec& chip);

Given read_given(const model::Reader& reader, const Files& files, const model::Model& model);

}  // namespace dfurig::scenario
