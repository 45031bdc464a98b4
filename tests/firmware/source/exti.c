/* Every rising edge on PA0 toggles PA5, by EXTI line 0; asleep between. RM0351 §14, RM0090 §12. */
#include "chip.h"

#define EXTI0_IRQ 6
#define EXTI_IMR REG(EXTI + 0x00)
#define EXTI_RTSR REG(EXTI + 0x08)
#define EXTI_PR REG(EXTI + 0x14)

volatile uint32_t edges;

static void rising(void) {
  EXTI_PR = 1;
  ++edges;
  pin_toggle(LED);
}

INTERRUPT_VECTORS Vector interrupts[EXTI0_IRQ + 1] = {[EXTI0_IRQ] = rising};

int main(void) {
  pin_output(LED);
#if !defined(STM32F103)
  GPIO_MODER(0) &= ~3u; /* an L4's pins are analog after reset: RM0351 §8.4.1 */
#endif
  EXTI_RTSR = 1;
  EXTI_IMR = 1;
  irq_enable(EXTI0_IRQ);
  for (;;) {
    wait_for_interrupt();
  }
}
