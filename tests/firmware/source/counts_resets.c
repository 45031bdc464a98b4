/* Resets itself until the RTC's first backup register has counted to three; then PA5 goes high. It
   tells a reset by software from power-on by RCC_CSR.SFTRSTF (RM0351 §6.4.29, RM0090 §7.3.21). */
#include "chip.h"

#define CSR_SFTRSTF (1u << 28)

int main(void) {
  pin_output(LED);
  RCC_APB1ENR |= RCC_BACKUP;
  PWR_CR |= PWR_DBP;
  if (!(RCC_CSR & CSR_SFTRSTF)) RTC_BKP0R = 0;
  if (RTC_BKP0R < 3) {
    RTC_BKP0R = RTC_BKP0R + 1;
    system_reset();
  }
  pin_write(LED, true);
  for (;;) {
    wait_for_interrupt();
  }
}
