/* Starts the independent watchdog and feeds it ten times, every millisecond; then it forgets.
   RM0351 §36.4, RM0090 §21.4. */
#include "chip.h"

int main(void) {
  pin_output(LED);
  IWDG_KR = 0xCCCC;
  IWDG_KR = 0x5555;
  IWDG_PR = 0; /* LSI / 4 */
  IWDG_RLR = 100;
  for (unsigned i = 0; i < 10; ++i) {
    IWDG_KR = 0xAAAA;
    pin_toggle(LED);
    for (volatile uint32_t wait = 0; wait < CORE_HZ / 6000; ++wait) {
    }
  }
  for (;;) {
  }
}
