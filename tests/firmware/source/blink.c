/* Toggles PA5 by a counted loop. */
#include "chip.h"

static volatile uint32_t half_period = 100000;

int main(void) {
  pin_output(LED);
  for (;;) {
    pin_toggle(LED);
    for (volatile uint32_t i = 0; i < half_period; ++i) {
    }
  }
}
