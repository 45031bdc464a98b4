/* Writes single bits through the alias of the bit-band regions (DDI 0403E §B3.1, DDI 0337 §3.7):
   a word of SRAM, then PA5 in ODR. PA6 goes high when everything read back as it should. */
#include "chip.h"

#define ALIAS_OF_BIT(address, bit) \
  REG(((address)&0xF0000000u) + 0x02000000u + ((address)&0xFFFFFu) * 32 + (bit)*4)

volatile uint32_t word;

static bool does_sram_work(void) {
  const uint32_t address = (uint32_t)&word;
  word = 0x80000000u;
  ALIAS_OF_BIT(address, 3) = 1;
  ALIAS_OF_BIT(address, 31) = 0xFFFFFFFEu; /* only bit 0 counts */
  return word == 8u && ALIAS_OF_BIT(address, 3) == 1 && ALIAS_OF_BIT(address, 4) == 0;
}

int main(void) {
  pin_output(LED);
  pin_output(LED2);
  pin_write(LED2, does_sram_work());
  const uint32_t odr = (uint32_t)&GPIO_ODR(0);
  for (unsigned level = 1;; level ^= 1) {
    ALIAS_OF_BIT(odr, 5) = level;
    for (volatile unsigned i = 0; i < 1000; ++i) {
    }
  }
}
