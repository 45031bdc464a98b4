// models/bootloaders/*.json: what a bootloader says about itself and does to the registers.
#pragma once

#include <string>

#include "model/layout.h"
#include "model/reader.h"

namespace dfurig::model {

/// Fills the bootloader's part of `model`, whose chip and uid are loaded already; adds its facts.
/// Throws InputError.
void load_bootloader(const std::string& path, const std::vector<std::uint32_t>& uid,
                     const Changes& changes, Model& model);

/// What a ROM's file names as "other_versions": ROMs that other parts of the line were shipped
/// with, files in the same folder. Throws InputError when there is no such file.
std::vector<std::string> load_other_versions(const std::string& path);

/// Reads "usb": the identity every kind of bootloader has.
void read_usb(const Reader& usb, const std::vector<std::uint32_t>& uid, dfu::BootloaderSpec& spec);

/// Twelve hexadecimal digits from three UID words: hex8(UID[0] + UID[2]) hex4(UID[1] >> 16)
/// (ODrive Firmware/MotorControl/main.cpp).
std::string serial_from_uid(const std::vector<std::uint32_t>& uid);

}  // namespace dfurig::model
