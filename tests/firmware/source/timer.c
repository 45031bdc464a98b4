/* Toggles PA5 every 10 ms by a timer's update: RM0351 §31 (TIM6), RM0008 §15 (TIM2). */
#include "chip.h"

#if defined(TIM6_IRQ)
#define TIMER TIM6
#define TIMER_IRQ TIM6_IRQ
#define TIMER_ENABLE (1u << 4)
#else
#define TIMER TIM2
#define TIMER_IRQ TIM2_IRQ
#define TIMER_ENABLE (1u << 0)
#endif
#define TIM_CR1 REG(TIMER + 0x00)
#define TIM_DIER REG(TIMER + 0x0C)
#define TIM_SR REG(TIMER + 0x10)
#define TIM_PSC REG(TIMER + 0x28)
#define TIM_ARR REG(TIMER + 0x2C)

static void update(void) {
  TIM_SR = 0;
  pin_toggle(LED);
}

INTERRUPT_VECTORS Vector interrupts[TIMER_IRQ + 1] = {[TIMER_IRQ] = update};

int main(void) {
  pin_output(LED);
  RCC_APB1ENR |= TIMER_ENABLE;
  TIM_PSC = CORE_HZ / 10000 - 1;
  TIM_ARR = 100 - 1;
#if !defined(POLL)
  TIM_DIER = 1;
  irq_enable(TIMER_IRQ);
#endif
  TIM_CR1 = 1;
  for (;;) {
#if defined(POLL)
    while (!(TIM_SR & 1)) {
    }
    update();
#else
    wait_for_interrupt();
#endif
  }
}
