// Firmware files: .bin, .hex and .elf as bytes at addresses.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/bytes.h"

namespace dfurig::scenario {

/// Bytes that follow one another from an address on.
struct Image {
  std::uint32_t address = 0;
  Bytes data;
  bool operator==(const Image&) const = default;
};

/// Reads a file by its ending. `address` is where a .bin goes; other files say it themselves.
/// Throws InputError: missing file, and for .hex the line and what is wrong with it.
std::vector<Image> load_image(const std::string& path, std::uint32_t address);
/// True for files that need to be told their address.
bool needs_address(const std::string& path);

/// Intel HEX (Intel's 1988 specification): record types 00 to 05. `name` is for messages.
std::vector<Image> parse_intel_hex(const std::string& text, const std::string& name);

/// Throws InputError when it cannot be read.
Bytes read_file(const std::string& path);
/// Adds to the last image when `address` goes on where it ends.
void append(std::vector<Image>& images, std::uint32_t address, ByteView data);

}  // namespace dfurig::scenario
