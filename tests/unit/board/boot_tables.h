// What starts after a reset, for every chip: AN2606 Rev 70 table 2 and the reference manuals, typed
// here once more, so that a model that says something else is caught.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

namespace dfurig::board {

struct Starts {
  enum class What { Rom, Code, Banks } what;
  std::uint32_t address = 0;  ///< Code: where its vector table is
};
inline constexpr Starts rom{Starts::What::Rom};
inline constexpr Starts flash{Starts::What::Code, 0x08000000};
inline constexpr Starts sram{Starts::What::Code, 0x20000000};
/// The ROM starts and jumps to the first of the table's banks that holds valid code, else it stays.
inline constexpr Starts banks{Starts::What::Banks};
inline constexpr Starts code_at(std::uint32_t address) {
  return {Starts::What::Code, address};
}

/// A case names a value for each column; "x" is any.
struct BootCase {
  std::string values;
  Starts starts;
};

struct BootTable {
  std::string pattern;
  std::vector<std::string> chips;
  std::string columns;  ///< boot pins, option bits, and EMPTY: the flash was empty at power-on
  std::vector<BootCase> cases;
  std::vector<std::uint32_t> banks{};
};
inline void PrintTo(const BootTable& table, std::ostream* out) {
  *out << "pattern " << table.pattern;
}

inline const std::vector<BootCase> pattern4 = {
    {"1 0 x", rom}, {"1 1 x", sram}, {"0 x 0", banks}, {"0 x 1", flash}};
inline const std::vector<BootCase> pattern5 = {
    {"1 0 x", rom}, {"1 1 x", sram}, {"0 x 1", banks}, {"0 x 0", flash}};
inline const std::vector<BootCase> pattern7 = {
    {"1 1 x", rom}, {"1 0 x", sram}, {"0 x 1", banks}, {"0 x 0", flash}};
// RM0490 table 9: the same with the empty check as a footnote.
inline const std::vector<BootCase> pattern11 = {
    {"1 x x x x x", flash}, {"0 0 1 x 1 x", rom},   {"0 0 1 x 0 x", sram},
    {"0 1 x 0 1 x", rom},   {"0 1 x 0 0 x", sram},  {"0 0 0 x x 0", flash},
    {"0 0 0 x x 1", rom},   {"0 1 x 1 x 0", flash}, {"0 1 x 1 x 1", rom}};
// nSWBOOT0 BOOT0 nBOOT0 nBOOT1 BFB2 EMPTY. AN2606 figures 102 and 106: with BFB2 the ROM starts and
// looks into the banks.
inline const std::vector<BootCase> pattern6_dual_bank = {
    {"1 1 x 1 x x", rom},   {"1 1 x 0 x x", sram},  {"0 x 0 1 x x", rom},   {"0 x 0 0 x x", sram},
    {"1 0 x x 1 x", banks}, {"0 x 1 x 1 x", banks}, {"1 0 x x 0 0", flash}, {"1 0 x x 0 1", rom},
    {"0 x 1 x 0 0", flash}, {"0 x 1 x 0 1", rom}};
// nSWBOOT0 BOOT0 nBOOT0 nBOOT1 EMPTY
inline const std::vector<BootCase> pattern13 = {
    {"1 1 x 1 x", rom},   {"1 1 x 0 x", sram}, {"0 x 0 1 x", rom},   {"0 x 0 0 x", sram},
    {"1 0 x x 0", flash}, {"1 0 x 1 1", rom},  {"1 0 x 0 1", flash}, {"0 x 1 x 0", flash},
    {"0 x 1 1 1", rom},   {"0 x 1 0 1", flash}};
// BOOT_LOCK nSWBOOT0 BOOT0 nBOOT0 nBOOT1 BFB2
inline const std::vector<BootCase> pattern14 = {
    {"1 x x x x x", flash}, {"0 1 1 x 1 x", rom},   {"0 1 1 x 0 x", sram},
    {"0 0 x 0 1 x", rom},   {"0 0 x 0 0 x", sram},  {"0 1 0 x x 1", banks},
    {"0 0 x 1 x 1", banks}, {"0 1 0 x x 0", flash}, {"0 0 x 1 x 0", flash}};

// TZEN nSWBOOT0 BOOT0 nBOOT0 BOOT_LOCK NSBOOTADD0 NSBOOTADD1 SECBOOTADD0, the addresses in steps of
// 0x80: flash 0x0800 0000, ROM 0x0BF9 0000, secure flash 0x0C00 0000.
inline const std::vector<BootCase> pattern12 = {
    {"0 1 0 x x 0x100000 x x", flash}, {"0 1 0 x x 0x17F200 x x", rom},
    {"0 1 1 x x x 0x100000 x", flash}, {"0 1 1 x x x 0x17F200 x", rom},
    {"0 0 x 1 x 0x100000 x x", flash}, {"0 0 x 1 x 0x17F200 x x", rom},
    {"0 0 x 0 x x 0x100000 x", flash}, {"0 0 x 0 x x 0x17F200 x", rom},
    {"1 x x x 1 x x 0x180000", flash}, {"1 x x x 1 x x 0x17F200", rom},
    {"1 1 0 x 0 x x 0x180000", flash}, {"1 1 0 x 0 x x 0x17F200", rom},
    {"1 0 x 1 0 x x 0x180000", flash}, {"1 0 x 1 0 x x 0x17F200", rom},
    {"1 1 1 x 0 x x x", rom},          {"1 0 x 0 0 x x x", rom}};

// In steps of 0x4000. RM0385 table 2: 0x0010 0000 is system memory and 0x0020 0000 flash, seen
// through ITCM.
inline const std::vector<BootCase> pattern8 = {
    {"0 0x0040 x", rom},   {"0 0x7FC0 x", rom}, {"0 0x0080 x", flash}, {"0 0x2000 x", flash},
    {"0 0x8000 x", sram},  {"1 x 0x0040", rom}, {"1 x 0x7FC0", rom},   {"1 x 0x0080", flash},
    {"1 x 0x2000", flash}, {"1 x 0x8000", sram}};
// BOOT0 BOOT_ADD0 BOOT_ADD1 nDBANK nDBOOT. Where dual boot is on, an address in flash is a bank to
// try first, and one that means nothing is the ROM's.
inline const std::vector<BootCase> pattern9 = {{"0 0x0040 x x x", rom},
                                               {"1 x 0x0040 x x", rom},
                                               {"0 0x8000 x x x", sram},
                                               {"1 x 0x8000 x x", sram},
                                               {"0 0x0080 x 1 x", flash},
                                               {"1 x 0x0080 1 x", flash},
                                               {"0 0x0080 x 0 1", flash},
                                               {"1 x 0x0080 0 1", flash},
                                               {"0 0x0080 x 0 0", banks},
                                               {"1 x 0x0080 0 0", banks},
                                               {"0 0x2040 x 1 x", code_at(0x08100000)},
                                               {"1 x 0x2040 1 x", code_at(0x08100000)},
                                               {"0 0x2040 x 0 1", code_at(0x08100000)},
                                               {"1 x 0x2040 0 1", code_at(0x08100000)},
                                               {"0 0x2040 x 0 0", banks},
                                               {"1 x 0x2040 0 0", banks},
                                               {"0 0xFFFF x 1 x", code_at(0x3FFFC000)},
                                               {"1 x 0xFFFF 1 x", code_at(0x3FFFC000)},
                                               {"0 0xFFFF x 0 1", code_at(0x3FFFC000)},
                                               {"1 x 0xFFFF 0 1", code_at(0x3FFFC000)},
                                               {"0 0xFFFF x 0 0", rom},
                                               {"1 x 0xFFFF 0 0", rom}};
// In steps of 0x10000.
inline const std::vector<BootCase> pattern10 = {
    {"0 0x1FF0 x", rom}, {"0 0x0800 x", flash}, {"0 0x2400 x", code_at(0x24000000)},
    {"1 x 0x1FF0", rom}, {"1 x 0x0800", flash}, {"1 x 0x2400", code_at(0x24000000)}};

inline const std::vector<BootTable> boot_tables = {
    {"1",
     {"stm32f100rb", "stm32f103c8", "stm32f103ze", "stm32f105rc", "stm32f107vc", "stm32f205rg",
      "stm32f207zg", "stm32f401cc", "stm32f401re", "stm32f405rg", "stm32f407vg", "stm32f410rb",
      "stm32f411ce", "stm32f412zg", "stm32f413zh", "stm32f446re", "stm32l151cc", "stm32l152rb",
      "stm32l152rc", "stm32f429zg"},  // RM0090: on 1 MB parts BFB2 is reserved
     "BOOT0 BOOT1",
     {{"0 x", flash}, {"1 0", rom}, {"1 1", sram}}},
    {"2",
     {"stm32f030r8", "stm32f070rb", "stm32f072rb", "stm32f302vc", "stm32f303vc", "stm32f303ze",
      "stm32f373vc", "stm32l052k8", "stm32l053r8"},
     "BOOT0 nBOOT1",
     {{"0 x", flash}, {"1 1", rom}, {"1 0", sram}}},
    // The L1's BFB2 is 1 to boot from bank 1.
    {"4",
     {"stm32l151ve", "stm32l152re", "stm32l162re"},
     "BOOT0 BOOT1 nBFB2",
     pattern4,
     {0x08040000, 0x08000000}},
    {"4", {"stm32l152zd", "stm32l162zd"}, "BOOT0 BOOT1 nBFB2", pattern4, {0x08030000, 0x08000000}},
    {"5",
     {"stm32f427vi", "stm32f429zi", "stm32f469ni"},
     "BOOT0 BOOT1 BFB2",
     pattern5,
     {0x08100000, 0x08000000}},
    {"6",
     {"stm32f042k6", "stm32f070f6"},
     "BOOT_SEL BOOT0 nBOOT0 nBOOT1 EMPTY",
     {{"1 1 x 1 x", rom},
      {"1 1 x 0 x", sram},
      {"0 x 0 1 x", rom},
      {"0 x 0 0 x", sram},
      {"1 0 x x 0", flash},
      {"1 0 x x 1", rom},
      {"0 x 1 x 0", flash},
      {"0 x 1 x 1", rom}}},
    // The L0's nBOOT_SEL is 0 for the pin (STM32CubeProgrammer's STM32_Prog_DB_0x457.xml).
    {"6",
     {"stm32l011k4"},
     "nBOOT_SEL BOOT0 nBOOT0 nBOOT1 EMPTY",
     {{"0 1 x 1 x", rom},
      {"0 1 x 0 x", sram},
      {"1 x 0 1 x", rom},
      {"1 x 0 0 x", sram},
      {"0 0 x x 0", flash},
      {"0 0 x x 1", rom},
      {"1 x 1 x 0", flash},
      {"1 x 1 x 1", rom}}},
    {"6, dual bank",
     {"stm32l496zg"},
     "nSWBOOT0 BOOT0 nBOOT0 nBOOT1 BFB2 EMPTY",
     pattern6_dual_bank,
     {0x08080000, 0x08000000}},
    {"6, dual bank",
     {"stm32l4r5zi"},
     "nSWBOOT0 BOOT0 nBOOT0 nBOOT1 BFB2 EMPTY",
     pattern6_dual_bank,
     {0x08100000, 0x08000000}},
    {"7", {"stm32l475vg", "stm32l476rg"}, "BOOT0 nBOOT1 BFB2", pattern7, {0x08080000, 0x08000000}},
    {"7", {"stm32l475re"}, "BOOT0 nBOOT1 BFB2", pattern7, {0x08040000, 0x08000000}},
    {"7", {"stm32l072cz", "stm32l073rz"}, "BOOT0 nBOOT1 BFB2", pattern7, {0x08018000, 0x08000000}},
    {"8", {"stm32f722ze", "stm32f745vg", "stm32f746zg"}, "BOOT0 BOOT_ADD0 BOOT_ADD1", pattern8},
    {"9",
     {"stm32f765vi", "stm32f767zi"},
     "BOOT0 BOOT_ADD0 BOOT_ADD1 nDBANK nDBOOT",
     pattern9,
     {0x08100000, 0x08000000}},
    {"10",
     {"stm32h723zg", "stm32h743zi", "stm32h750vb", "stm32h753zi", "stm32h7a3zi"},
     "BOOT0 BOOT_ADD0 BOOT_ADD1",
     pattern10},
    {"11",
     {"stm32c031c6", "stm32c071rb", "stm32g030f6", "stm32g071rb", "stm32g0b1cb", "stm32g0b1re",
      "stm32g0c1re", "stm32u073rc", "stm32u083rc"},
     "BOOT_LOCK nBOOT_SEL BOOT0 nBOOT0 nBOOT1 EMPTY",
     pattern11},
    {"12",
     {"stm32l552ze", "stm32u575zg", "stm32u575zi", "stm32u5a5zj"},
     "TZEN nSWBOOT0 BOOT0 nBOOT0 BOOT_LOCK NSBOOTADD0 NSBOOTADD1 SECBOOTADD0",
     pattern12},
    {"13", {"stm32l412kb"}, "nSWBOOT0 BOOT0 nBOOT0 nBOOT1 EMPTY", pattern13},
    {"14",
     {"stm32g474re"},
     "BOOT_LOCK nSWBOOT0 BOOT0 nBOOT0 nBOOT1 BFB2",
     pattern14,
     {0x08040000, 0x08000000}},
    {"15",
     {"stm32g431rb", "stm32g491re"},
     "BOOT_LOCK nSWBOOT0 BOOT0 nBOOT0 nBOOT1",
     {{"1 x x x x", flash},
      {"0 1 0 x x", flash},
      {"0 1 1 x 1", rom},
      {"0 1 1 x 0", sram},
      {"0 0 x 1 x", flash},
      {"0 0 x 0 1", rom},
      {"0 0 x 0 0", sram}}},
    // RM0394 table 6: nBOOT0=1 in place of the pin is main flash, empty or not.
    {"16",
     {"stm32l432kc", "stm32l433rc", "stm32l452re", "stm32wb55rg"},
     "nSWBOOT0 BOOT0 nBOOT0 nBOOT1 EMPTY",
     {{"1 1 x 1 x", rom},
      {"1 1 x 0 x", sram},
      {"0 x 0 1 x", rom},
      {"0 x 0 0 x", sram},
      {"1 0 x x 0", flash},
      {"1 0 x x 1", rom},
      {"0 x 1 x x", flash}}},
    {"17",
     {"stm32h503rb", "stm32h563zi"},
     "PRODUCT_STATE BOOT0",
     {{"0xED 0", flash}, {"0xED 1", rom}, {"0x17 x", rom}, {"0x2E x", flash}, {"0x72 x", flash}}},
    {"19",
     {"stm32c562re"},
     "BOOT_SEL BOOT0 BOOT0_bit EMPTY",
     {{"1 0 x x", flash},
      {"1 1 x x", rom},
      {"0 x 1 x", rom},
      {"0 x 0 0", flash},
      {"0 x 0 1", rom}}}};

}  // namespace dfurig::board
