/* Sleeps whenever SysTick's handler returns: nothing runs in Thread mode after the first WFI. */
#include "chip.h"

#define SCR_SLEEPONEXIT 2u

volatile uint32_t returned_to_thread;

void SysTick_Handler(void) {
  pin_toggle(LED);
}

int main(void) {
  pin_output(LED);
  SCB_SCR = SCR_SLEEPONEXIT;
  systick_every(CORE_HZ / 100);
  for (;;) {
    wait_for_interrupt();
    ++returned_to_thread;
  }
}
