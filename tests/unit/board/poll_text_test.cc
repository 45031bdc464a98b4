#include "board/poll_text.h"

#include <gtest/gtest.h>

#include "board/bench.h"

namespace dfurig::board {
namespace {

constexpr std::uint32_t code = 0x08000200;
constexpr std::uint32_t RCC_CR = 0x40021000;  // RM0351 §6.4.1: HSERDY is bit 17

struct Loop {
  const char* what;
  Bytes instructions;
  std::optional<std::uint32_t> bits;
};

/// As arm-none-eabi-as encodes them, the load first.
const Loop loops[] = {
    {"ldr r3, [r2]; lsls r1, r3, #14", {0x13, 0x68, 0x99, 0x03}, 1u << 17},
    {"ldr r3, [r2]; tst.w r3, #0x20000", {0x13, 0x68, 0x13, 0xF4, 0x00, 0x3F}, 1u << 17},
    {"ldr r3, [r2]; and.w r3, r3, #0x20000", {0x13, 0x68, 0x03, 0xF4, 0x00, 0x33}, 1u << 17},
    {"ldr r3, [r2]; tst r3, r4", {0x13, 0x68, 0x23, 0x42}, 0x00020000},
    {"ldr r3, [r2]; tst r4, r3", {0x13, 0x68, 0x1C, 0x42}, 0x00020000},
    {"ldr r3, [r2]; ands r3, r4", {0x13, 0x68, 0x23, 0x40}, 0x00020000},
    {"ldr.w r3, [r2, #4]; lsls r1, r3, #30", {0xD2, 0xF8, 0x04, 0x30, 0x99, 0x07}, 2},
    {"ldrb r3, [r2]; lsls r1, r3, #31", {0x13, 0x78, 0xD9, 0x07}, 1},
    {"ldr r3, [r2]; cmp r3, #0; beq", {0x13, 0x68, 0x00, 0x2B, 0xFC, 0xD0}, std::nullopt},
    {"nop", {0x00, 0xBF, 0x99, 0x03}, std::nullopt},
};

TEST(FindPolledBits, LooksAtTheInstructionsBehindTheLoad) {
  stm32::Chip chip(load("stm32l476rg").chip);
  for (const Loop& loop : loops) {
    chip.flash().preload(code, loop.instructions);
    cpu::State state;
    state.r[4] = 0x00020000;
    EXPECT_EQ(find_polled_bits({RCC_CR, 0, code, 0}, state, chip), loop.bits) << loop.what;
  }
}

TEST(FindPolledBits, AreNotKnownWhereNoCodeIs) {
  stm32::Chip chip(load("stm32l476rg").chip);
  EXPECT_EQ(find_polled_bits({RCC_CR, 0, 0x60000000, 0}, {}, chip), std::nullopt);
}

TEST(PollText, NamesTheFieldsOrTheRegisterOrTheAddress) {
  const stm32::ChipSpec chip = load("stm32l476rg").chip;
  Symbols symbols;
  symbols.add("HAL_RCC_OscConfig", code, 0x100);
  const cpu::Poll poll{RCC_CR, 0x00010063, code + 0x42, 0};
  EXPECT_EQ(poll_text(poll, 1u << 17, chip, symbols),
            "polling RCC.CR.HSERDY = 0 from HAL_RCC_OscConfig+0x42");
  EXPECT_EQ(poll_text(poll, 3u << 16, chip, symbols),
            "polling RCC.CR.HSEON = 1, RCC.CR.HSERDY = 0 from HAL_RCC_OscConfig+0x42");
  EXPECT_EQ(poll_text(poll, std::nullopt, chip, symbols),
            "polling RCC.CR = 0x00010063 from HAL_RCC_OscConfig+0x42");
  EXPECT_EQ(poll_text(poll, 1u << 31, chip, symbols),
            "polling RCC.CR = 0x00010063 in bits 0x80000000 from HAL_RCC_OscConfig+0x42");
  EXPECT_EQ(poll_text({0x50070804, 0, 0x20000000, 0}, std::nullopt, chip, symbols),
            "polling 0x50070804 = 0x00000000 from 0x20000000");
}

}  // namespace
}  // namespace dfurig::board
