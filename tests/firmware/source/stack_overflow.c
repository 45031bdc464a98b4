/* Recursion until the stack leaves the SRAM at its lower end. The fault cannot be stacked either,
   and a handler that needs a stack locks up. */
#include "chip.h"

volatile uint32_t depth;

void HardFault_Handler(void) {
  volatile uint32_t needs_a_stack = depth;
  (void)needs_a_stack;
}

static __attribute__((noinline)) uint32_t deeper(uint32_t level) {
  volatile uint32_t frame[14];
  uint32_t never = 0xFFFFFFFF; /* in a register: the stack overwrites every variable on its way */
  __asm volatile("" : "+r"(never));
  frame[0] = level;
  depth = level;
  if (level == never) return 0;
  return deeper(frame[0] + 1) + frame[0];
}

int main(void) {
  pin_output(LED);
  pin_write(LED, true);
  return (int)deeper(1);
}
