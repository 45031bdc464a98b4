/* Waits 1 ms by DWT's cycle counter between two toggles of PA5: DDI 0403E §C1.8. */
#include "chip.h"

int main(void) {
  pin_output(LED);
  DEMCR |= 1u << 24; /* TRCENA */
  DWT_CYCCNT = 0;
  DWT_CTRL |= 1;
  for (uint32_t start = DWT_CYCCNT;; start += CORE_HZ / 1000) {
    pin_toggle(LED);
    while (DWT_CYCCNT - start < CORE_HZ / 1000) {
    }
  }
}
