/* Has the option bytes boot the ROM: nSWBOOT0 = 0 lets nBOOT0 = 0 stand for the pin; then they are
   loaded anew, which resets (RM0394 §3.4.2, §2.6). Nothing puts them back. */
#include "chip.h"

#define SR_BSY (1u << 16)
#define CR_OPTSTRT (1u << 17)
#define CR_OBL_LAUNCH (1u << 27)
#define OPTR_NSWBOOT0 (1u << 26)
#define OPTR_NBOOT0 (1u << 27)

static void wait_while_busy(void) {
  while (FLASH_SR & SR_BSY) {
  }
}

static void unlock(void) {
  FLASH_KEYR = 0x45670123;
  FLASH_KEYR = 0xCDEF89AB;
  FLASH_OPTKEYR = 0x08192A3B;
  FLASH_OPTKEYR = 0x4C5D6E7F;
}

int main(void) {
  pin_output(LED);
  pin_write(LED, true);
  wait_while_busy();
  unlock();
  FLASH_OPTR &= ~(OPTR_NSWBOOT0 | OPTR_NBOOT0);
  FLASH_CR |= CR_OPTSTRT;
  wait_while_busy();
  FLASH_CR |= CR_OBL_LAUNCH;
  for (;;) {
  }
}
