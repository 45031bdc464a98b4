/* The way into the ROM that starts from a clean chip: a magic word that a reset keeps, then a
   reset, and the first thing after it is to look for the word. It is in SRAM that nothing
   initialises, or with -DIN_BACKUP_REGISTER in the RTC's first backup register (RM0351 §38.6.20).
 */
#include "chip.h"

#define MAGIC 0xB007DF0Du

#if defined(IN_BACKUP_REGISTER)
#define magic RTC_BKP0R
#else
static volatile uint32_t magic __attribute__((section(".noinit")));
#endif

static volatile uint32_t ticks;

void SysTick_Handler(void) {
  ++ticks;
  pin_toggle(LED);
}

static void open_backup_domain(void) {
#if defined(IN_BACKUP_REGISTER)
  RCC_APB1ENR |= RCC_BACKUP;
  PWR_CR |= PWR_DBP;
#endif
}

void SystemInit(void) {
#if __ARM_ARCH >= 7 || defined(STM32L073)
  SCB_VTOR = 0x08000000;
#endif
  open_backup_domain();
  if (magic == MAGIC) {
    magic = 0;
    jump_by_table(ROM);
  }
}

__attribute__((noreturn)) void request_bootloader(void) {
  magic = MAGIC;
  system_reset();
}

int main(void) {
  pin_output(LED);
  systick_every(CORE_HZ / 1000);
  while (ticks < 10) {
    wait_for_interrupt();
  }
  request_bootloader();
}
