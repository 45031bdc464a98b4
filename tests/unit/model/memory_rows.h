// The memories of every chip with USB DFU, as STM32CubeProgrammer's device data base, AN2606 table
// 7 and the reference manuals have them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "stm32/spec.h"

namespace dfurig::model {

/// What flash programs at once, its erased level, what programming over a programmed unit does,
/// what becomes of an odd tail; and what the ROM asks writes to be aligned to.
struct FlashRow {
  const char* chips;  ///< words of which a model's name starts with one, behind "stm32"
  const char* sectors;
  unsigned program_unit;
  std::uint8_t erased;
  stm32::ProgramOverWritten over_written;
  stm32::OddTail odd_tail;
  unsigned write_alignment;
};
inline constexpr auto bits = stm32::ProgramOverWritten::And;
inline constexpr auto once = stm32::ProgramOverWritten::RefusedUnlessZero;
inline constexpr auto lost = stm32::OddTail::Dropped;
inline constexpr auto kept = stm32::OddTail::Written;
inline constexpr FlashRow flash_rows[] = {
    {"f042 f070f6", "32*1K", 2, 0xFF, once, lost, 4},
    {"f070rb f072", "64*2K", 2, 0xFF, once, lost, 4},
    {"f10", "128*2K", 2, 0xFF, once, lost, 4},
    {"f20", "4*16K,1*64K,7*128K", 1, 0xFF, bits, kept, 4},
    {"f303ze", "256*2K", 2, 0xFF, once, lost, 4},
    {"f3", "128*2K", 2, 0xFF, once, lost, 4},
    {"f401cc", "4*16K,1*64K,1*128K", 1, 0xFF, bits, kept, 4},
    {"f401re f411ce f446re", "4*16K,1*64K,3*128K", 1, 0xFF, bits, kept, 4},
    {"f405rg f407vg f412zg", "4*16K,1*64K,7*128K", 1, 0xFF, bits, kept, 4},
    {"f413zh", "4*16K,1*64K,11*128K", 1, 0xFF, bits, kept, 4},
    {"f429zg", "4*16K,1*64K,7*128K", 1, 0xFF, bits, kept, 4},
    {"f427vi f429zi f469ni", "4*16K,1*64K,7*128K,4*16K,1*64K,7*128K", 1, 0xFF, bits, kept, 4},
    {"f722ze", "4*16K,1*64K,3*128K", 1, 0xFF, bits, kept, 8},
    {"f74", "4*32K,1*128K,3*256K", 1, 0xFF, bits, kept, 8},
    {"f76", "4*32K,1*128K,7*256K", 1, 0xFF, bits, kept, 8},
    {"l07", "1536*128", 4, 0x00, once, lost, 8},
    {"l151cc l152rc", "1024*256", 4, 0x00, bits, lost, 8},
    {"l152zd l162zd", "1536*256", 4, 0x00, bits, lost, 8},
    {"l151ve l152re l162re", "2048*256", 4, 0x00, bits, lost, 8},
    {"l412kb", "64*2K", 8, 0xFF, once, lost, 8},
    {"l43", "128*2K", 8, 0xFF, once, lost, 8},
    {"l452re l475re", "256*2K", 8, 0xFF, once, lost, 8},
    {"l4r5zi", "512*4K", 8, 0xFF, once, lost, 8},
    {"l475vg l476rg l496zg", "512*2K", 8, 0xFF, once, lost, 8},
    {"l552ze", "256*2K", 8, 0xFF, once, lost, 16},
    {"g0b1cb", "64*2K", 8, 0xFF, once, lost, 4},
    {"g0b1re g0c1re", "256*2K", 8, 0xFF, once, lost, 4},
    {"g431rb", "64*2K", 8, 0xFF, once, lost, 8},
    {"g474re g491re", "256*2K", 8, 0xFF, once, lost, 8},
    {"h503rb", "16*8K", 16, 0xFF, once, lost, 16},
    {"h563zi", "256*8K", 16, 0xFF, once, lost, 16},
    {"h723zg", "8*128K", 32, 0xFF, once, kept, 8},
    {"h750vb", "1*128K", 32, 0xFF, once, kept, 8},
    {"h7a3zi", "256*8K", 32, 0xFF, once, kept, 8},
    {"h743zi h753zi", "16*128K", 32, 0xFF, once, kept, 8},
    {"u073rc u083rc", "128*2K", 8, 0xFF, once, lost, 8},
    {"u575zg", "128*8K", 16, 0xFF, once, lost, 16},
    {"u575zi", "256*8K", 16, 0xFF, once, lost, 16},
    {"u5a5zj", "512*8K", 16, 0xFF, once, lost, 16},
    {"wb55rg", "256*4K", 8, 0xFF, once, lost, 8},
    {"c071rb", "64*2K", 8, 0xFF, once, lost, 8},
    {"c562re", "64*8K", 16, 0xFF, once, lost, 16},
};

/// The sectors while an option bit has another value than the factory's.
struct LayoutRow {
  const char* chips;
  const char* option;
  const char* sectors;
};
inline constexpr LayoutRow layout_rows[] = {
    {"f76", "nDBANK", "4*16K,1*64K,7*128K,4*16K,1*64K,7*128K"},
    {"f429zg", "DB1M", "4*16K,1*64K,3*128K,4*16K,1*64K,3*128K"},
    {"g474", "DBANK", "128*4K"},
    {"l4r5", "DBANK", "256*8K"},
    {"l552", "DBANK", "128*4K"},
};

/// Memories beside flash: where they are, and of OTP the bytes that a lock byte closes or that are
/// written together and once; neither where it is not known.
struct MemoryRow {
  const char* chips;
  stm32::MemoryKind kind;
  std::uint32_t base, size;
  unsigned locked_block = 0;
  unsigned written_once = 0;
};
inline constexpr MemoryRow memory_rows[] = {
    {"f2 f4", stm32::MemoryKind::Otp, 0x1FFF7800, 528, 32},
    {"f72", stm32::MemoryKind::Otp, 0x1FF07800, 528, 32},
    {"f74 f76", stm32::MemoryKind::Otp, 0x1FF0F000, 1056, 64},
    {"l4 g0 g4 c0 wb", stm32::MemoryKind::Otp, 0x1FFF7000, 1024, 0, 8},
    {"u0", stm32::MemoryKind::Otp, 0x1FFF6800, 1024, 0, 8},
    {"l5", stm32::MemoryKind::Otp, 0x0BFA0000, 512, 0, 8},
    {"u5", stm32::MemoryKind::Otp, 0x0BFA0000, 512, 0, 16},
    {"h5", stm32::MemoryKind::Otp, 0x08FFF000, 2048},
    {"h7a3", stm32::MemoryKind::Otp, 0x08FFF000, 1024},
    {"c5", stm32::MemoryKind::Otp, 0x08FFE000, 0x1200},
    {"l07", stm32::MemoryKind::Eeprom, 0x08080000, 0x1800},
    {"l151cc l152rc", stm32::MemoryKind::Eeprom, 0x08080000, 0x2000},
    {"l152zd l162zd", stm32::MemoryKind::Eeprom, 0x08080000, 0x3000},
    {"l151ve l152re l162re", stm32::MemoryKind::Eeprom, 0x08080000, 0x4000},
    {"f2 f4 f7 l41 l43 l45", stm32::MemoryKind::DeviceFeature, 0xFFFF0000, 4},
};

/// Option bytes and the sectors they protect: from writing, or by PCROP from reading as well.
struct OptionPatch {
  std::uint32_t address;
  Bytes bytes;
};
struct ProtectionRow {
  const char* chips;
  std::vector<OptionPatch> patches;
  std::size_t first, last;  ///< sectors
  bool is_pcrop = false;
};
inline const std::vector<ProtectionRow> protection_rows = {
    {"f042 f070f6", {{0x1FFFF808, {0xFD}}}, 4, 7},  // 4 KiB a bit
    {"f070rb f072 f10 f3", {{0x1FFFF808, {0xFD}}}, 2, 3},
    {"f10", {{0x1FFFF80E, {0x7F}}}, 62, 127},  // the last bit: all the rest
    {"f303ze", {{0x1FFFF80E, {0x7F}}}, 62, 255},
    {"f2 f4", {{0x1FFFC008, {0xFD}}}, 1, 1},
    {"f429zi", {{0x1FFEC008, {0xFE}}}, 12, 12},
    {"f429zg", {{0x1FFFC009, {0x7F}}, {0x1FFEC008, {0xFE}}}, 8, 8},  // DB1M
    {"f7", {{0x1FFF0008, {0xFD}}}, 1, 1},
    {"f76", {{0x1FFF0008, {0xFD, 0xDF}}}, 2, 3},  // nDBANK=0
    {"l07", {{0x1FF80008, {0x02}}}, 32, 63},
    {"l1", {{0x1FF80008, {0x02}}}, 16, 31},
    {"l4r5", {{0x1FF00018, {2, 0xFF, 3}}}, 2, 3},
    {"l4r5", {{0x1FF01018, {2, 0xFF, 3}}}, 258, 259},
    {"l4r5", {{0x1FF00002, {0xAF}}, {0x1FF01018, {2, 0xFF, 3}}}, 2, 3},  // DBANK=0
    {"l41 l43 l45 l47 l49", {{0x1FFF7818, {2, 0xFF, 3}}}, 2, 3},
    {"l475re", {{0x1FFFF818, {2, 0xFF, 3}}}, 130, 131},
    {"l475vg l476 l496", {{0x1FFFF818, {2, 0xFF, 3}}}, 258, 259},
    {"l552", {{0x40022058, {2, 0, 3}}}, 2, 3},
    {"l552", {{0x40022068, {2, 0, 3}}}, 130, 131},
    {"l552", {{0x40022042, {0xAF}}, {0x40022068, {2, 0, 3}}}, 2, 3},  // DBANK=0
    {"g0b1cb", {{0x1FFF7848, {2, 0xFF, 3}}}, 34, 35},
    {"g0b1re g0c1re", {{0x1FFF7848, {2, 0xFF, 3}}}, 130, 131},
    {"g0 g4 c0", {{0x1FFF7818, {2, 0xFF, 3}}}, 2, 3},
    {"g474", {{0x1FFFF818, {2, 0xFF, 3}}}, 130, 131},
    {"g474", {{0x1FFF7802, {0xAF}}, {0x1FFFF818, {2, 0xFF, 3}}}, 2, 3},  // DBANK=0
    {"h503", {{0x400220E8, {0xFD}}}, 1, 1},
    {"h563", {{0x400220E8, {0xFD}}}, 4, 7},
    {"h750", {{0x52002038, {0xFE}}}, 0, 0},
    {"h7a3", {{0x52002038, {0xFD}}}, 4, 7},
    {"h7a3", {{0x52002138, {0xFD}}}, 132, 135},
    {"h723 h743 h753", {{0x52002038, {0xFD}}}, 1, 1},
    {"u0", {{0x4002202C, {2, 0, 3}}}, 2, 3},
    {"u5", {{0x40022058, {2, 0, 3}}}, 2, 3},
    {"u575zg", {{0x40022068, {2, 0, 3}}}, 66, 67},
    {"u575zi", {{0x40022068, {2, 0, 3}}}, 130, 131},
    {"u5a5zj", {{0x40022068, {2, 0, 3}}}, 258, 259},
    {"wb", {{0x1FFF8018, {2, 0xFF, 3}}}, 2, 3},

    {"f401 f41 f42 f446 f469", {{0x1FFFC008, {0x02, 0x80}}}, 1, 1, true},       // SPRMOD
    {"l07", {{0x1FF80001, {0x01}}, {0x1FF80008, {0xFD, 0xFF}}}, 32, 63, true},  // WPRMOD
    {"l151cc l152rc", {{0x1FF80001, {0x01}}, {0x1FF80008, {0xFD, 0xFF}}}, 16, 31, true},
    {"l4r5", {{0x1FF00008, {0, 2, 0xFE}}, {0x1FF00010, {0xFF, 3, 0xFE}}}, 1, 1, true},
    {"l4r5", {{0x1FF01008, {0, 2, 0xFE}}, {0x1FF01010, {0xFF, 3, 0xFE}}}, 257, 257, true},
    {"l41 l43 l45 l47 l49", {{0x1FFF7808, {0x00, 0x01}}, {0x1FFF7810, {0xFF, 0x01}}}, 1, 1, true},
    {"l475re", {{0x1FFFF808, {0x00, 0x01}}, {0x1FFFF810, {0xFF, 0x01}}}, 129, 129, true},
    {"l475vg l476 l496", {{0x1FFFF808, {0x00, 0x01}}, {0x1FFFF810, {0xFF, 0x01}}}, 257, 257, true},
    {"g491", {{0x1FFF7808, {0x80, 0x00}}, {0x1FFF7810, {0xFF, 0x00}}}, 1, 1, true},
    {"g431 g474", {{0x1FFF7808, {0x00, 0x01}}, {0x1FFF7810, {0xFF, 0x01}}}, 1, 1, true},
    {"g474", {{0x1FFFF808, {0x00, 0x01}}, {0x1FFFF810, {0xFF, 0x01}}}, 129, 129, true},
    {"g0 c0", {{0x1FFF7808, {4, 0}}, {0x1FFF7810, {7, 0}}}, 1, 1, true},
    {"wb", {{0x1FFF8008, {2, 0}}, {0x1FFF8010, {3, 0}}}, 1, 1, true},
};

}  // namespace dfurig::model
