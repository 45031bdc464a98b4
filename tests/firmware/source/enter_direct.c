/* Jumps into the ROM as most applications do: after some work the interrupts and the clock go back
   to how reset leaves them, then the ROM's stack and reset vector are taken from its table. What
   AN2606 asks for before a jump: no interrupt, peripherals off, reset clock. */
#include "chip.h"

volatile uint32_t ticks;

void SysTick_Handler(void) {
  ++ticks;
  pin_toggle(LED);
}

__attribute__((noreturn)) void enter_bootloader(void) {
  SYST_CSR = 0;
  SCB_ICSR = ICSR_PENDSTCLR;
#if defined(REMAPS)
  RCC_APB2ENR |= REMAPS; /* SYSCFG's clock */
  SYSCFG_MEMRMP = (SYSCFG_MEMRMP & ~3u) | 1;
  __asm volatile("dsb\n isb" ::: "memory");
  jump_by_table(0);
#else
  jump_by_table(ROM);
#endif
}

int main(void) {
  pin_output(LED);
  systick_every(CORE_HZ / 1000);
  while (ticks < 10) {
  }
#if defined(STARTS_WATCHDOG)
  IWDG_KR = 0x5555;
  IWDG_PR = 2; /* LSI / 16 */
  IWDG_RLR = 0xFFF;
  IWDG_KR = 0xCCCC;
#endif
  enter_bootloader();
}
