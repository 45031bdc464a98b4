/* Toggles PA5 every 100 ms of the clock after reset, in the SysTick interrupt. The options are what
   an application does, or forgets to do, about where a bootloader left the vector table. */
#include "chip.h"

#if defined(FORGETS_TABLE)
void SystemInit(void) {}
#elif defined(TABLE_IN_ALIAS)
void SystemInit(void) {
  SCB_VTOR = 0;
} /* flash, while nothing else is mapped there */
#elif defined(MAPS_FLASH)
void SystemInit(void) {
  RCC_APB2ENR |= 1;     /* SYSCFG's clock */
  SYSCFG_MEMRMP &= ~3u; /* a Cortex-M0 has no VTOR */
}
#endif

#if defined(BALLAST)
/* As a larger program has: more than one transfer of DFU. No vector table looks like it. */
const uint8_t ballast[BALLAST] __attribute__((used)) = {[0 ... BALLAST - 1] = 0xA5};
#endif

void SysTick_Handler(void) {
  pin_toggle(LED);
}

int main(void) {
  pin_output(LED);
  systick_every(CORE_HZ / 10);
#if defined(ENABLES_INTERRUPTS)
  __asm volatile("cpsie i");
#endif
  for (;;) {
#if defined(SLEEP)
    wait_for_interrupt();
#endif
  }
}
