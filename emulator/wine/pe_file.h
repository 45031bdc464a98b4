// What a Windows program's file says about itself (Microsoft: PE Format).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/bytes.h"

namespace dfurig::wine {

constexpr std::uint16_t machine_i386 = 0x014C;
constexpr std::uint16_t machine_x86_64 = 0x8664;

struct PeFile {
  std::uint16_t machine = 0;
  bool has_windows = false;          ///< subsystem: graphical, not console
  std::vector<std::string> imports;  ///< names of DLLs
};

/// `place` is the file's name, for the InputError that bytes which are no Windows program throw.
PeFile parse_pe_file(ByteView bytes, const std::string& place);

/// Reads and parses a file. Throws InputError.
PeFile load_pe_file(const std::string& path);

}  // namespace dfurig::wine
