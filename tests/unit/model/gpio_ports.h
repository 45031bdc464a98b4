// Every GPIO port of every chip, as ST's manuals, SVDs and device headers have it: where it is,
// what it holds after reset, which bits of RCC clock and reset it.
#pragma once

#include <cstdint>

namespace dfurig::model {

/// MODER, OSPEEDR and PUPDR of A and of B after reset, and MODER of all others; the other registers
/// are 0. Of the F1, where CRL and CRH are 0x44444444 on every port, MODER stands for both.
struct ResetRow {
  const char* family;
  std::uint32_t a[3];
  std::uint32_t b[3];
  std::uint32_t others;
};
inline constexpr std::uint32_t analog = 0xFFFFFFFF;  ///< every pin
/// ST's CMSIS-SVD; where it is wrong, stm32-rs devices/patches/gpio (F3, H7), the L412's SVD for
/// all L4, and the manuals. Nothing but a generic SVD is public of the C5.
inline constexpr ResetRow reset_rows[] = {
    {"STM32F0", {0x28000000, 0x0C000000, 0x24000000}, {0, 0, 0}, 0},
    {"STM32F1", {0x44444444, 0, 0}, {0x44444444, 0, 0}, 0x44444444},
    {"STM32F2", {0xA8000000, 0x0C000000, 0x64000000}, {0x280, 0xC0, 0x100}, 0},
    {"STM32F3", {0xA8000000, 0x0C000000, 0x64000000}, {0x280, 0xC0, 0x100}, 0},
    {"STM32F4", {0xA8000000, 0x0C000000, 0x64000000}, {0x280, 0xC0, 0x100}, 0},
    {"STM32F7", {0xA8000000, 0x0C000000, 0x64000000}, {0x280, 0xC0, 0x100}, 0},
    {"STM32L0", {0xEBFFFCFF, 0x0C000000, 0x24000000}, {analog, 0, 0}, analog},
    {"STM32L1", {0xA8000000, 0, 0x64000000}, {0x280, 0xC0, 0x100}, 0},
    {"STM32L4", {0xABFFFFFF, 0x0C000000, 0x64000000}, {0xFFFFFEBF, 0, 0x100}, analog},
    {"STM32L5", {0xABFFFFFF, 0x0C000000, 0x64000000}, {0xFFFFFEBF, 0xC0, 0x100}, analog},
    {"STM32G0", {0xEBFFFFFF, 0x0C000000, 0x24000000}, {analog, 0, 0}, analog},
    {"STM32G4", {0xABFFFFFF, 0x0C000000, 0x64000000}, {0xFFFFFEBF, 0xC0, 0x100}, analog},
    {"STM32H5", {0xABFFFFFF, 0x0C000000, 0x64000000}, {0xFFFFFEBF, 0xC0, 0x100}, analog},
    {"STM32H7", {0xABFFFFFF, 0x0C000000, 0x64000000}, {0xFFFFFEBF, 0xC0, 0x100}, analog},
    {"STM32U0", {0xEBFFFFFF, 0x0C000000, 0x24000000}, {analog, 0, 0}, analog},
    {"STM32U5", {0xABFFFFFF, 0x0C000000, 0x64000000}, {0xFFFFFEBF, 0xC0, 0x100}, analog},
    {"STM32WB", {0xABFFFFFF, 0x0C000000, 0x64000000}, {0xFFFFFEBF, 0xC0, 0x100}, analog},
    {"STM32C0", {0xEBFFFFFF, 0x0C000000, 0x24000000}, {analog, 0, 0}, analog},
    {"STM32C5", {analog, 0, 0}, {analog, 0, 0}, analog},
};

/// A port that has fewer pins.
struct SmallPortRow {
  const char* family;
  char port;
  std::uint32_t moder;
};
inline constexpr SmallPortRow small_port_rows[] = {
    {"STM32L4", 'H', 0x0000000F},
    {"STM32L5", 'H', 0x0000000F},
    {"STM32WB", 'E', 0x000003FF},
    {"STM32WB", 'H', 0x000000CF},
};

/// GPIOA's address, RCC's, its enable register with that register's reset value, its reset
/// register, the bit of port A in both.
struct ClockRow {
  const char* family;
  std::uint32_t port_a, rcc, enable, enabled_at_reset, reset;
  unsigned bit_of_a;
};
inline constexpr ClockRow clock_rows[] = {
    {"STM32F0", 0x48000000, 0x40021000, 0x14, 0x00000014, 0x28, 17},
    {"STM32F1", 0x40010800, 0x40021000, 0x18, 0x00000000, 0x0C, 2},
    {"STM32F2", 0x40020000, 0x40023800, 0x30, 0x00000000, 0x10, 0},
    {"STM32F3", 0x48000000, 0x40021000, 0x14, 0x00000014, 0x28, 17},
    {"STM32F4", 0x40020000, 0x40023800, 0x30, 0x00100000, 0x10, 0},
    {"STM32F7", 0x40020000, 0x40023800, 0x30, 0x00100000, 0x10, 0},
    {"STM32L0", 0x50000000, 0x40021000, 0x2C, 0x00000000, 0x1C, 0},
    {"STM32L1", 0x40020000, 0x40023800, 0x1C, 0x00008000, 0x10, 0},
    {"STM32L4", 0x48000000, 0x40021000, 0x4C, 0x00000000, 0x2C, 0},
    {"STM32L5", 0x42020000, 0x40021000, 0x4C, 0x00000000, 0x2C, 0},
    {"STM32G0", 0x50000000, 0x40021000, 0x34, 0x00000000, 0x24, 0},
    {"STM32G4", 0x48000000, 0x40021000, 0x4C, 0x00000000, 0x2C, 0},
    {"STM32H5", 0x42020000, 0x44020C00, 0x8C, 0xC0000000, 0x64, 0},
    {"STM32H7", 0x58020000, 0x58024400, 0xE0, 0x00000000, 0x88, 0},
    {"STM32U0", 0x50000000, 0x40021000, 0x4C, 0x00000000, 0x2C, 0},
    {"STM32U5", 0x42020000, 0x46020C00, 0x8C, 0xC0000000, 0x64, 0},
    {"STM32WB", 0x48000000, 0x58000000, 0x4C, 0x00000000, 0x2C, 0},
    {"STM32C0", 0x50000000, 0x40021000, 0x34, 0x00000000, 0x24, 0},
    {"STM32C5", 0x42020000, 0x44020C00, 0x8C, 0x00000000, 0x64, 0},
};

/// Ports follow one another 0x400 apart and a bit apart, by the alphabet; these do not.
struct PlaceRow {
  const char* family;
  char port;
  int place;
  int bits_after_a;
};
inline constexpr PlaceRow place_rows[] = {
    {"STM32L1", 'H', 5, 5},
    {"STM32L1", 'F', 6, 6},
    {"STM32L1", 'G', 7, 7},
    {"STM32F3", 'H', 7, -1},
};

/// Which ports a chip has, and whether they have BRR: GPIOx_BASE and GPIO_TypeDef of ST's device
/// headers. Of the C562 none is public: its row is the C5A3's SVD.
struct LineRow {
  const char* chips;  ///< model names start so
  const char* ports;
  bool has_brr;
};
inline constexpr LineRow line_rows[] = {
    {"stm32c031", "ABCDF", true},        {"stm32c071", "ABCDF", true},
    {"stm32c562", "ABCDEFGH", true},     {"stm32f030r8", "ABCDF", true},
    {"stm32f042", "ABCF", true},         {"stm32f070f6", "ABCDF", true},
    {"stm32f070rb", "ABCDF", true},      {"stm32f072", "ABCDEF", true},
    {"stm32f100rb", "ABCDE", true},      {"stm32f103c8", "ABCDE", true},
    {"stm32f103ze", "ABCDEFG", true},    {"stm32f105", "ABCDE", true},
    {"stm32f107", "ABCDE", true},        {"stm32f205", "ABCDEFGHI", false},
    {"stm32f207", "ABCDEFGHI", false},   {"stm32f302vc", "ABCDEF", true},
    {"stm32f303vc", "ABCDEF", true},     {"stm32f303ze", "ABCDEFGH", true},
    {"stm32f373", "ABCDEF", true},       {"stm32f401", "ABCDEH", false},
    {"stm32f405", "ABCDEFGHI", false},   {"stm32f407", "ABCDEFGHI", false},
    {"stm32f410rb", "ABCH", false},      {"stm32f411", "ABCDEH", false},
    {"stm32f412zg", "ABCDEFGH", false},  {"stm32f413", "ABCDEFGH", false},
    {"stm32f427", "ABCDEFGHIJK", false}, {"stm32f429", "ABCDEFGHIJK", false},
    {"stm32f446", "ABCDEFGH", false},    {"stm32f469", "ABCDEFGHIJK", false},
    {"stm32f722", "ABCDEFGHI", false},   {"stm32f745", "ABCDEFGHIJK", false},
    {"stm32f746", "ABCDEFGHIJK", false}, {"stm32f765", "ABCDEFGHIJK", false},
    {"stm32f767", "ABCDEFGHIJK", false}, {"stm32g030", "ABCDF", true},
    {"stm32g071", "ABCDF", true},        {"stm32g0b1", "ABCDEF", true},
    {"stm32g0c1", "ABCDEF", true},       {"stm32g431", "ABCDEFG", true},
    {"stm32g474", "ABCDEFG", true},      {"stm32g491", "ABCDEFG", true},
    {"stm32h503", "ABCDH", true},        {"stm32h563", "ABCDEFGHI", true},
    {"stm32h723", "ABCDEFGHJK", false},  {"stm32h743", "ABCDEFGHIJK", false},
    {"stm32h750", "ABCDEFGHIJK", false}, {"stm32h753", "ABCDEFGHIJK", false},
    {"stm32h7a3", "ABCDEFGHIJK", false}, {"stm32l011", "ABC", true},
    {"stm32l052", "ABCDH", true},        {"stm32l053", "ABCDH", true},
    {"stm32l072", "ABCDEH", true},       {"stm32l073", "ABCDEH", true},
    {"stm32l151cc", "ABCDEH", false},    {"stm32l152rb", "ABCDEH", false},
    {"stm32l152rc", "ABCDEH", false},    {"stm32l151ve", "ABCDEFGH", true},
    {"stm32l152re", "ABCDEFGH", true},   {"stm32l162re", "ABCDEFGH", true},
    {"stm32l152zd", "ABCDEFGH", true},   {"stm32l162zd", "ABCDEFGH", true},
    {"stm32l412", "ABCDH", true},        {"stm32l432", "ABCH", true},
    {"stm32l433", "ABCDEH", true},       {"stm32l452", "ABCDEH", true},
    {"stm32l475", "ABCDEFGH", true},     {"stm32l476", "ABCDEFGH", true},
    {"stm32l496", "ABCDEFGHI", true},    {"stm32l4r5", "ABCDEFGHI", true},
    {"stm32l552", "ABCDEFGH", true},     {"stm32u073", "ABCDEF", true},
    {"stm32u083", "ABCDEF", true},       {"stm32u575", "ABCDEFGHI", true},
    {"stm32u5a5", "ABCDEFGHIJ", true},   {"stm32wb55", "ABCDEH", true},
};

}  // namespace dfurig::model
