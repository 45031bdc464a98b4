/* Toggles PA5 (LD2 of a Nucleo-64) by a counted loop. */
#include <stdint.h>

#if defined(STM32L476)
#define RCC_ENR (*(volatile uint32_t *)0x4002104C) /* RCC AHB2ENR, RM0351 6.4.17 */
#define GPIOA 0x48000000
#elif defined(STM32F405)
#define RCC_ENR (*(volatile uint32_t *)0x40023830) /* RCC AHB1ENR, RM0090 7.3.10 */
#define GPIOA 0x40020000
#else
#error "name the chip: -DSTM32L476 or -DSTM32F405"
#endif

#define GPIOA_MODER (*(volatile uint32_t *)(GPIOA + 0x00))
#define GPIOA_BSRR (*(volatile uint32_t *)(GPIOA + 0x18))

static volatile uint32_t toggles;
static volatile uint32_t half_period = 100000;

int main(void) {
  RCC_ENR |= 1u;
  GPIOA_MODER = (GPIOA_MODER & ~(3u << 10)) | (1u << 10);
  for (;;) {
    GPIOA_BSRR = (toggles++ & 1u) ? (1u << (5 + 16)) : (1u << 5);
    for (volatile uint32_t i = 0; i < half_period; ++i) {
    }
  }
}
