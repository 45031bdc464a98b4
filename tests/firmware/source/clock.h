/* How each chip gets from its reset clock to its PLL, as clock.c needs it: the RCC, PWR and FLASH
   chapters of the manuals that chip.h names. A Field is bits of a register and what they become. */
#ifndef CLOCK_H
#define CLOCK_H

#include "chip.h"

typedef struct {
  uint32_t address, mask, value;
} Field;

#define PLLON (1u << 24)  /* RCC_CR of every chip here */
#define PLLRDY (1u << 25) /* and HSEON 16, HSERDY 17 */
#define HSEON (1u << 16)
#define HSERDY (1u << 17)

#if defined(STM32L053) || defined(STM32L073)
/* HSI16 x 4 / 2 in voltage range 1: RM0367 §7.2.3, §6.1.4 */
#define PLL_HZ 32000000u
#define SOURCE_ON (1u << 0)
#define SOURCE_READY (1u << 2)
#define PLL_FIELDS \
  { 0x4002100C, 0x00FD0000, 1u << 22 | 1u << 18 }
#define POWER_FIELDS                  \
  {0x40021038, 1u << 28, 1u << 28}, { \
    0x40007000, 3u << 11, 1u << 11    \
  }
#define POWER_READY \
  { 0x40007004, 1u << 4, 0 } /* VOSF */
#define LATENCY \
  { 0x40022000, 1, 1 }
#define BUS_FIELDS \
  { 0x4002100C, 0x3FF0, 0 }
#define SW_PLL 3u

#elif defined(STM32L152) /* HSI x 4 / 2: RM0038 §6.2.4; 64-bit access first: §3.3.4 */
#define PLL_HZ 32000000u
#if defined(HSE)
#define SOURCE_ON HSEON
#define SOURCE_READY HSERDY
#define PLL_FIELDS \
  { 0x40023808, 0x00FD0000, 2u << 22 | 3u << 18 | 1u << 16 } /* 8 MHz x 12 / 3 */
#else
#define SOURCE_ON (1u << 0)
#define SOURCE_READY (1u << 1)
#define PLL_FIELDS \
  { 0x40023808, 0x00FD0000, 1u << 22 | 1u << 18 }
#endif
#define POWER_FIELDS                                                    \
  {0x40023824, 1u << 28, 1u << 28}, {0x40007000, 3u << 11, 1u << 11}, { \
    0x40023C00, 4, 4                                                    \
  }
#define POWER_READY \
  { 0x40007004, 1u << 4, 0 }
#define LATENCY \
  { 0x40023C00, 1, 1 }
#define BUS_FIELDS \
  { 0x40023808, 0x3FF0, 0 }
#define SW_PLL 3u

#elif defined(STM32F072) /* HSI / 2 x 12: RM0091 §6.2.3 */
#define PLL_HZ 48000000u
#define SOURCE_ON (1u << 0)
#define SOURCE_READY (1u << 1)
#define PLL_FIELDS \
  { 0x40021004, 0x003D8000, 10u << 18 }
#define LATENCY \
  { 0x40022000, 7, 1 }
#define BUS_FIELDS \
  { 0x40021004, 0x07F0, 0 }
#define SW_PLL 2u

#elif defined(STM32F103) /* HSE of 8 MHz x 9: RM0008 §7.2.3 */
#define PLL_HZ 72000000u
#define SOURCE_ON HSEON
#define SOURCE_READY HSERDY
#define PLL_FIELDS \
  { 0x40021004, 0x003F0000, 7u << 18 | 1u << 16 }
#define LATENCY \
  { 0x40022000, 7, 2 }
#define BUS_FIELDS \
  { 0x40021004, 0x3FF0, 4u << 8 }
#define SW_PLL 2u

#elif defined(STM32F405) || defined(STM32F446) || defined(STM32F746)
/* HSE of 8 MHz / 8 x PLLN / 2: RM0090 §7.3.2; over-drive: RM0390 §5.1.4 */
#define SOURCE_ON HSEON
#define SOURCE_READY HSERDY
#if defined(STM32F405)
#define PLL_HZ 168000000u
#define PLLN 336u
#define LATENCY \
  { 0x40023C00, 7, 5 }
#elif defined(STM32F446)
#define PLL_HZ 180000000u
#define PLLN 360u
#define LATENCY \
  { 0x40023C00, 15, 5 }
#define OVERDRIVE
#else
#define PLL_HZ 216000000u
#define PLLN 432u
#define LATENCY \
  { 0x40023C00, 15, 7 }
#define OVERDRIVE
#endif
#define PLL_FIELDS \
  { 0x40023804, 0x0F437FFF, 9u << 24 | 1u << 22 | PLLN << 6 | 8 }
#define POWER_FIELDS                  \
  {0x40023840, 1u << 28, 1u << 28}, { \
    0x40007000, 3u << 14, 3u << 14    \
  }
#define BUS_FIELDS \
  { 0x40023808, 0xFCF0, 4u << 13 | 5u << 10 }
#define SW_PLL 2u

#elif defined(STM32L476) /* MSI of 4 MHz x 40 / 2: RM0351 §6.2.5 */
#define PLL_HZ 80000000u
#if defined(HSE)
#define SOURCE_ON HSEON
#define SOURCE_READY HSERDY
#define PLL_FIELDS \
  { 0x4002100C, 0x07007FF3, 1u << 24 | 20u << 8 | 3 } /* 8 MHz x 20 / 2 */
#else
#define SOURCE_ON (1u << 0)
#define SOURCE_READY (1u << 1)
#define PLL_FIELDS \
  { 0x4002100C, 0x07007FF3, 1u << 24 | 40u << 8 | 1 }
#endif
#define LATENCY \
  { 0x40022000, 7, 4 }
#define BUS_FIELDS \
  { 0x40021008, 0x3FF0, 0 }
#define SW_PLL 3u

#elif defined(STM32H743) /* HSI of 64 MHz / 4 x 50 / 2, AXI at half of it: RM0433 §8.7 */
#define PLL_HZ 400000000u
#define SOURCE_ON (1u << 0)
#define SOURCE_READY (1u << 2)
#define PLL_FIELDS                                                       \
  {0x58024428, 0x3F3, 4u << 4}, {0x5802442C, 0x1000F, 1u << 16 | 0xC}, { \
    0x58024430, 0xFFFF, 1u << 9 | 49                                     \
  }
#define POWER_FIELDS \
  { 0x58024818, 3u << 14, 3u << 14 }
#define POWER_READY \
  { 0x58024818, 1u << 13, 1u << 13 } /* VOSRDY */
#define LATENCY \
  { 0x52002000, 0x3F, 2u << 4 | 2 }
#define BUS_FIELDS \
  { 0x58024418, 0xF7F, 4u << 4 | 8 }
#define SW_PLL 3u
#define SWS_SHIFT 3
#endif

#ifndef SWS_SHIFT
#define SWS_SHIFT 2
#endif
#define SWS (SW_PLL << SWS_SHIFT)

#endif
