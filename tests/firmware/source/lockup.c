/* A HardFault whose handler faults as well: lockup (DDI 0403E §B1.5.15). */
#include "chip.h"

void HardFault_Handler(void) {
  pin_write(LED2, true);
  __asm volatile("udf #2");
}

int main(void) {
  pin_output(LED);
  pin_output(LED2);
  pin_write(LED, true);
  __asm volatile("udf #1");
  return 0;
}
