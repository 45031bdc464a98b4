/* Nucleo-L476RG: the LED (PA5) blinks, 100 ms on and 100 ms off. Who holds the blue button (PC13)
 * while the board starts gets the ROM's bootloader. */
#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t*)(address))
/* RM0351: §6.4 RCC, §8.5 GPIO, §9.2 SYSCFG; PM0214 §4.5 SysTick */
#define RCC_AHB2ENR REGISTER(0x4002104C)
#define RCC_APB2ENR REGISTER(0x40021060)
#define SYSCFG_MEMRMP REGISTER(0x40010000)
#define GPIOA_MODER REGISTER(0x48000000)
#define GPIOA_ODR REGISTER(0x48000014)
#define GPIOC_MODER REGISTER(0x48000800)
#define GPIOC_PUPDR REGISTER(0x4800080C)
#define GPIOC_IDR REGISTER(0x48000810)
#define SYST_CSR REGISTER(0xE000E010)
#define SYST_RVR REGISTER(0xE000E014)
#define SYST_CVR REGISTER(0xE000E018)

enum { LED = 5, BUTTON = 13, MSI_HZ = 4000000 };

static const uint32_t system_memory = 0x1FFF0000;

void SysTick_Handler(void) { GPIOA_ODR ^= 1u << LED; }

static int is_button_pressed(void) {
  GPIOC_MODER &= ~(3u << 2 * BUTTON);
  GPIOC_PUPDR |= 1u << 2 * BUTTON;
  for (volatile unsigned settling = 10; settling > 0; --settling) {
  }
  return (GPIOC_IDR & 1u << BUTTON) == 0;
}

static void start_bootloader(void) {
  RCC_APB2ENR |= 1u;
  SYSCFG_MEMRMP = 1u;
  const uint32_t stack = REGISTER(system_memory);
  const uint32_t entry = REGISTER(system_memory + 4);
  __asm volatile("msr msp, %0\n bx %1" : : "r"(stack), "r"(entry));
}

int main(void) {
  RCC_AHB2ENR |= 1u << 0 | 1u << 2;
  if (is_button_pressed()) start_bootloader();
  GPIOA_MODER = (GPIOA_MODER & ~(3u << 2 * LED)) | 1u << 2 * LED;
  SYST_RVR = MSI_HZ / 10 - 1;
  SYST_CVR = 0;
  SYST_CSR = 7;
  for (;;) __asm volatile("wfi");
}
