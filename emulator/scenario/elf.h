// What is needed of an ELF file of firmware: bytes at addresses, and names of functions.
#pragma once

#include <string>
#include <vector>

#include "board/symbols.h"
#include "scenario/image.h"

namespace dfurig::scenario {

/// The loadable segments of an ELF32 little-endian file for ARM at their physical addresses (System
/// V ABI, chapters 4 and 5). `name` is for messages. Throws InputError.
std::vector<Image> parse_elf(ByteView file, const std::string& name);
/// The functions in its symbol table; none when it was stripped. Throws InputError.
board::Symbols parse_elf_symbols(ByteView file, const std::string& name);
/// What nm prints, with or without -S: "08000140 T main", "08000140 0000001c T main". Throws
/// InputError with the line.
board::Symbols parse_symbol_list(const std::string& text, const std::string& name);
/// The names in a .elf, or in a file with what nm prints. Throws InputError.
board::Symbols load_symbols(const std::string& path);

}  // namespace dfurig::scenario
