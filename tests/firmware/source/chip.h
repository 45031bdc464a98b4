/* The registers of each chip that this firmware uses, and what differs between families.
   Addresses: the memory map and register chapters of the reference manual named, compared with
   ST's CMSIS-SVD (github.com/modm-io/cmsis-svd-stm32). */
#ifndef CHIP_H
#define CHIP_H

#include "cortex_m.h"

/* CORE_HZ is the clock after reset. RCC_GPIO and RCC_PORT_A: the register that enables ports, and
   the bit of port A in it. */
#if defined(STM32L053) || defined(STM32L073) /* RM0367 */
#define CORE_HZ 2097152u
#define RCC 0x40021000u
#define RCC_CFGR REG(RCC + 0x0C)
#define RCC_GPIO REG(RCC + 0x2C)
#define RCC_APB2ENR REG(RCC + 0x34)
#define RCC_APB1ENR REG(RCC + 0x38)
#define GPIO 0x50000000u
#define SYSCFG_MEMRMP REG(0x40010000)
#define EXTI 0x40010400u
#define TIM6_IRQ 17
#define USART_HAS_TDR 1
#define FLASH_PECR REG(0x40022004)
#define FLASH_PEKEYR REG(0x4002200C)
#define FLASH_PRGKEYR REG(0x40022010)
#define FLASH_OPTKEYR REG(0x40022014)
#define FLASH_SR REG(0x40022018)
#define FLASH_WRPROT2 REG(0x40022080)
#define ROM 0x1FF00000u

#elif defined(STM32F072) /* RM0091 */
#define CORE_HZ 8000000u
#define RCC 0x40021000u
#define RCC_CFGR REG(RCC + 0x04)
#define RCC_GPIO REG(RCC + 0x14)
#define RCC_PORT_A 17
#define RCC_APB2ENR REG(RCC + 0x18)
#define RCC_APB1ENR REG(RCC + 0x1C)
#define GPIO 0x48000000u
#define SYSCFG_MEMRMP REG(0x40010000) /* CFGR1 */
#define EXTI 0x40010400u
#define TIM6_IRQ 17
#define USART_HAS_TDR 1
#define FLASH_KEYR REG(0x40022004)
#define FLASH_OPTKEYR REG(0x40022008)
#define FLASH_SR REG(0x4002200C)
#define FLASH_CR REG(0x40022010)
#define FLASH_AR REG(0x40022014)
#define FLASH_WRPR REG(0x40022020)
#define ROM 0x1FFFC800u

#elif defined(STM32F103) /* RM0008 */
#define CORE_HZ 8000000u
#define RCC 0x40021000u
#define RCC_CFGR REG(RCC + 0x04)
#define RCC_GPIO REG(RCC + 0x18)
#define RCC_PORT_A 2
#define RCC_APB2ENR REG(RCC + 0x18)
#define RCC_APB1ENR REG(RCC + 0x1C)
#define GPIO 0x40010800u
#define EXTI 0x40010400u
#define TIM2_IRQ 28
#define FLASH_KEYR REG(0x40022004)
#define FLASH_OPTKEYR REG(0x40022008)
#define FLASH_SR REG(0x4002200C)
#define FLASH_CR REG(0x40022010)
#define FLASH_AR REG(0x40022014)
#define FLASH_WRPR REG(0x40022020)

#elif defined(STM32L152) /* RM0038 */
#define CORE_HZ 2097152u
#define RCC 0x40023800u
#define RCC_CFGR REG(RCC + 0x08)
#define RCC_GPIO REG(RCC + 0x1C)
#define RCC_APB2ENR REG(RCC + 0x20)
#define RCC_APB1ENR REG(RCC + 0x24)
#define GPIO 0x40020000u
#define SYSCFG_MEMRMP REG(0x40010000)
#define EXTI 0x40010400u
#define TIM6_IRQ 43
#define ROM 0x1FF00000u

#elif defined(STM32F405) || defined(STM32F446) || defined(STM32F746) /* RM0090 RM0390 RM0385 */
#define CORE_HZ 16000000u
#define RCC 0x40023800u
#define RCC_PLLCFGR REG(RCC + 0x04)
#define RCC_CFGR REG(RCC + 0x08)
#define RCC_GPIO REG(RCC + 0x30)
#define RCC_APB1ENR REG(RCC + 0x40)
#define RCC_APB2ENR REG(RCC + 0x44)
#define RCC_CSR REG(RCC + 0x74)
#define GPIO 0x40020000u
#define SYSCFG_MEMRMP REG(0x40013800)
#define EXTI 0x40013C00u
#define TIM6_IRQ 54
#define FLASH_ACR REG(0x40023C00)
#define FLASH_KEYR REG(0x40023C04)
#define FLASH_OPTKEYR REG(0x40023C08)
#define FLASH_SR REG(0x40023C0C)
#define FLASH_CR REG(0x40023C10)
#define FLASH_OPTCR REG(0x40023C14)
#define RTC_BKP0R REG(0x40002850)
#if defined(STM32F746)
#define USART_HAS_TDR 1
#define ROM 0x1FF00000u
#else
#define ROM 0x1FFF0000u
#endif

#elif defined(STM32L476) || defined(STM32L452) /* RM0351 RM0394 */
#define CORE_HZ 4000000u
#define RCC 0x40021000u
#define RCC_CFGR REG(RCC + 0x08)
#define RCC_PLLCFGR REG(RCC + 0x0C)
#define RCC_GPIO REG(RCC + 0x4C)
#define RCC_APB1ENR REG(RCC + 0x58) /* APB1ENR1 */
#define RCC_APB2ENR REG(RCC + 0x60)
#define RCC_CSR REG(RCC + 0x94)
#define GPIO 0x48000000u
#define SYSCFG_MEMRMP REG(0x40010000)
#define EXTI 0x40010400u
#define TIM6_IRQ 54
#define FLASH_ACR REG(0x40022000)
#define FLASH_KEYR REG(0x40022008)
#define FLASH_OPTKEYR REG(0x4002200C)
#define FLASH_SR REG(0x40022010)
#define FLASH_CR REG(0x40022014)
#define FLASH_OPTR REG(0x40022020)
#define RTC_BKP0R REG(0x40002850)
#define USART_HAS_TDR 1
#define ROM 0x1FFF0000u

#elif defined(STM32H743) /* RM0433 */
#define CORE_HZ 64000000u
#define RCC 0x58024400u
#define RCC_CFGR REG(RCC + 0x10)
#define RCC_GPIO REG(RCC + 0xE0)
#define RCC_APB1ENR REG(RCC + 0xE8) /* APB1LENR */
#define GPIO 0x58020000u
#define TIM6_IRQ 54
#define USART_HAS_TDR 1
#define ROM 0x1FF09800u
#else
#error "name the chip: -DSTM32L476"
#endif

#ifndef RCC_PORT_A
#define RCC_PORT_A 0
#endif
#define RCC_CR REG(RCC + 0x00)

/* What opens the registers that a reset keeps: clocks in APB1ENR, then DBP in PWR_CR. */
#if defined(STM32L476)
#define RCC_BACKUP (1u << 28 | 1u << 10) /* PWR, RTCAPB: RM0351 §6.4.19 */
#else
#define RCC_BACKUP (1u << 28)
#endif
#define PWR_DBP (1u << 8)

/* The same everywhere they are. */
#define PWR_CR REG(0x40007000)
#define TIM2 0x40000000u
#define TIM6 0x40001000u
#define USART2 0x40004400u
#define IWDG_KR REG(0x40003000)
#define IWDG_PR REG(0x40003004)
#define IWDG_RLR REG(0x40003008)

/* Ports: 0 is A. The F103 has another kind (RM0008 §9.2). */
#define GPIO_PORT(port) (GPIO + 0x400u * (port))
#if defined(STM32F103)
#define GPIO_IDR(port) REG(GPIO_PORT(port) + 0x08)
#define GPIO_ODR(port) REG(GPIO_PORT(port) + 0x0C)
#define GPIO_BSRR(port) REG(GPIO_PORT(port) + 0x10)
#else
#define GPIO_MODER(port) REG(GPIO_PORT(port) + 0x00)
#define GPIO_IDR(port) REG(GPIO_PORT(port) + 0x10)
#define GPIO_ODR(port) REG(GPIO_PORT(port) + 0x14)
#define GPIO_BSRR(port) REG(GPIO_PORT(port) + 0x18)
#define GPIO_AFRL(port) REG(GPIO_PORT(port) + 0x20)
#endif

static inline void pin_output(unsigned port, unsigned pin) {
  RCC_GPIO |= 1u << (RCC_PORT_A + port);
#if defined(STM32F103)
  volatile uint32_t* cr = &REG(GPIO_PORT(port) + 4 * (pin / 8)); /* CRL, CRH */
  *cr = (*cr & ~(15u << 4 * (pin % 8))) | 2u << 4 * (pin % 8);
#else
  GPIO_MODER(port) = (GPIO_MODER(port) & ~(3u << 2 * pin)) | 1u << 2 * pin;
#endif
}

static inline void pin_write(unsigned port, unsigned pin, bool high) {
  GPIO_BSRR(port) = 1u << (high ? pin : pin + 16);
}

static inline void pin_toggle(unsigned port, unsigned pin) {
  pin_write(port, pin, !(GPIO_ODR(port) >> pin & 1));
}

/* PA5 is the LED LD2 of a Nucleo-64; PA6 is beside it. */
#define LED 0, 5
#define LED2 0, 6

#endif
