/* How each chip gets from its reset clock to its PLL, as clock.c needs it: the RCC, PWR and FLASH
   chapters of the manuals that chip.h names. A Field is bits of a register and what they become. */
#ifndef CLOCK_H
#define CLOCK_H

#include "chip.h"

typedef struct {
  uint32_t address, mask, value;
} Field;

#define PWR 0x40007000u
#define FLASH_L0_L4 0x40022000u
#define FLASH_OTHER 0x40023C00u
#define FLASH_H7 0x52002000u
#define PWR_H7 0x58024800u

/* RCC_CR of every chip here. */
#define HSEON (1u << 16)
#define HSERDY (1u << 17)
#define PLLON (1u << 24)
#define PLLRDY (1u << 25)

/* Where a chip has nothing to do: no bits. */
#define NOTHING \
  { RCC, 0, 0 }

#if defined(STM32L053) || defined(STM32L073)
/* HSI16 x 4 / 2 in voltage range 1: RM0367 §7.2.3, §6.1.4; VOSF */
#define PLL_HZ 32000000u
#define SOURCE_ON (1u << 0)
#define SOURCE_READY (1u << 2)
#define SW_PLL 3u
static const Field pll[] = {{RCC + 0x0C, 0x00FD0000, 1u << 22 | 1u << 18}};
static const Field power[] = {{RCC + 0x38, 1u << 28, 1u << 28}, {PWR, 3u << 11, 1u << 11}};
static const Field power_ready = {PWR + 4, 1u << 4, 0};
static const Field latency = {FLASH_L0_L4, 1, 1};
static const Field buses = {RCC + 0x0C, 0x3FF0, 0};

#elif defined(STM32L152)
/* HSI x 4 / 2, or HSE of 8 MHz x 12 / 3: RM0038 §6.2.4; 64-bit access before the latency: §3.3.4 */
#define PLL_HZ 32000000u
#define SW_PLL 3u
#if defined(HSE)
#define SOURCE_ON HSEON
#define SOURCE_READY HSERDY
static const Field pll[] = {{RCC + 0x08, 0x00FD0000, 2u << 22 | 4u << 18 | 1u << 16}};
#else
#define SOURCE_ON (1u << 0)
#define SOURCE_READY (1u << 1)
static const Field pll[] = {{RCC + 0x08, 0x00FD0000, 1u << 22 | 1u << 18}};
#endif
static const Field power[] = {
    {RCC + 0x24, 1u << 28, 1u << 28}, {PWR, 3u << 11, 1u << 11}, {FLASH_OTHER, 4, 4}};
static const Field power_ready = {PWR + 4, 1u << 4, 0};
static const Field latency = {FLASH_OTHER, 1, 1};
static const Field buses = {RCC + 0x08, 0x3FF0, 0};

#elif defined(STM32F072) /* HSI / 2 x 12: RM0091 §6.2.3 */
#define PLL_HZ 48000000u
#define SOURCE_ON (1u << 0)
#define SOURCE_READY (1u << 1)
#define SW_PLL 2u
static const Field pll[] = {{RCC + 0x04, 0x003D8000, 10u << 18}};
static const Field power[] = {NOTHING};
static const Field power_ready = NOTHING;
static const Field latency = {FLASH_L0_L4, 7, 1};
static const Field buses = {RCC + 0x04, 0x07F0, 0};

#elif defined(STM32F103) /* HSE of 8 MHz x 9: RM0008 §7.2.3 */
#define PLL_HZ 72000000u
#define SOURCE_ON HSEON
#define SOURCE_READY HSERDY
#define SW_PLL 2u
static const Field pll[] = {{RCC + 0x04, 0x003F0000, 7u << 18 | 1u << 16}};
static const Field power[] = {NOTHING};
static const Field power_ready = NOTHING;
static const Field latency = {FLASH_L0_L4, 7, 2};
static const Field buses = {RCC + 0x04, 0x3FF0, 4u << 8};

#elif defined(STM32F405) || defined(STM32F446) || defined(STM32F746)
/* HSE of 8 MHz / 8 x PLLN / 2: RM0090 §7.3.2; VOS, one bit or two: RM0090 §5.4.1, RM0390 §5.4.1;
   over-drive: RM0390 §5.1.4 */
#if defined(STM32F405)
#define PLL_HZ 168000000u
#define PLLN 336u
#define VOS (1u << 14)
#define WAIT_STATES 5
#elif defined(STM32F446)
#define PLL_HZ 180000000u
#define PLLN 360u
#define VOS (3u << 14)
#define WAIT_STATES 5
#define HAS_OVERDRIVE
#else
#define PLL_HZ 216000000u
#define PLLN 432u
#define VOS (3u << 14)
#define WAIT_STATES 7
#define HAS_OVERDRIVE
#endif
#define SOURCE_ON HSEON
#define SOURCE_READY HSERDY
#define SW_PLL 2u
static const Field pll[] = {{RCC + 0x04, 0x0F437FFF, 9u << 24 | 1u << 22 | PLLN << 6 | 8}};
static const Field power[] = {{RCC + 0x40, 1u << 28, 1u << 28}, {PWR, VOS, VOS}};
static const Field power_ready = NOTHING;
static const Field latency = {FLASH_OTHER, 7, WAIT_STATES};
static const Field buses = {RCC + 0x08, 0xFCF0, 4u << 13 | 5u << 10};

#elif defined(STM32L476)
/* MSI of 4 MHz x 40 / 2, or HSE of 8 MHz x 20 / 2: RM0351 §6.2.5 */
#define PLL_HZ 80000000u
#define SW_PLL 3u
#if defined(HSE)
#define SOURCE_ON HSEON
#define SOURCE_READY HSERDY
static const Field pll[] = {{RCC + 0x0C, 0x07007FF3, 1u << 24 | 20u << 8 | 3}};
#else
#define SOURCE_ON (1u << 0)
#define SOURCE_READY (1u << 1)
static const Field pll[] = {{RCC + 0x0C, 0x07007FF3, 1u << 24 | 40u << 8 | 1}};
#endif
static const Field power[] = {NOTHING};
static const Field power_ready = NOTHING;
static const Field latency = {FLASH_L0_L4, 7, 4};
static const Field buses = {RCC + 0x08, 0x3FF0, 0};

#elif defined(STM32H743)
/* HSI of 64 MHz / 4 x 50 / 2, the AXI bus at half of it: RM0433 §8.7; VOS1, VOSRDY: §6.8.7 */
#define PLL_HZ 400000000u
#define SOURCE_ON (1u << 0)
#define SOURCE_READY (1u << 2)
#define SW_PLL 3u
#define SWS_SHIFT 3
static const Field pll[] = {{RCC + 0x28, 0x3F3, 4u << 4},
                            {RCC + 0x2C, 0x1000F, 1u << 16 | 0xC},
                            {RCC + 0x30, 0xFFFF, 1u << 9 | 49}};
static const Field power[] = {{PWR_H7 + 0x18, 3u << 14, 3u << 14}};
static const Field power_ready = {PWR_H7 + 0x18, 1u << 13, 1u << 13};
static const Field latency = {FLASH_H7, 0x3F, 2u << 4 | 2};
static const Field buses = {RCC + 0x18, 0xF7F, 4u << 4 | 8};
#endif

#ifndef SWS_SHIFT
#define SWS_SHIFT 2
#endif
#define SWS (SW_PLL << SWS_SHIFT)

#endif
