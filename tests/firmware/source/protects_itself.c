/* Write-protects the end of flash by option bytes, has them loaded, and tries to erase there. PA5
   goes high when the flash says no, PA6 when it does not. Nothing takes the
   protection back. What is done in each family: RM0091 and PM0075 (option bytes erased, then
   programmed by half-words), RM0377 (by words with their complement), RM0090 (by OPTCR). */
#include "chip.h"

#if defined(STM32F405)
#define SR_BSY (1u << 16)
#else
#define SR_BSY (1u << 0)
#endif

static void wait_while_busy(void) {
  while (FLASH_SR & SR_BSY) {
  }
}

#if defined(STM32F072) || defined(STM32F103)
#define SR_ERROR (1u << 4) /* WRPRTERR */
#define WHERE 0x0801F800u
#define CR_PER (1u << 1)
#define CR_OPTPG (1u << 4)
#define CR_OPTER (1u << 5)
#define CR_STRT (1u << 6)
#define CR_OPTWRE (1u << 9)
#define OPTIONS ((volatile uint16_t*)0x1FFFF800)
#if defined(STM32F072)
#define LEVEL_0 0xAAu
#else
#define LEVEL_0 0xA5u
#endif
enum { Rdp, User, Data0, Data1, Wrp0, Wrp1, Wrp2, Wrp3 };

static void unlock(void) {
  FLASH_KEYR = 0x45670123;
  FLASH_KEYR = 0xCDEF89AB;
}

static bool is_protected(void) { return !(FLASH_WRPR >> 31); }

/* Erased option bytes are read protection level 1: RDP first. */
static void protect(void) {
  FLASH_OPTKEYR = 0x45670123;
  FLASH_OPTKEYR = 0xCDEF89AB;
  FLASH_CR |= CR_OPTER;
  FLASH_CR |= CR_STRT;
  wait_while_busy();
  FLASH_CR = CR_OPTWRE | CR_OPTPG;
  OPTIONS[Rdp] = LEVEL_0;
  OPTIONS[Wrp3] = 0x7F;
  wait_while_busy();
}

static void erase(void) {
  FLASH_CR = CR_PER;
  FLASH_AR = WHERE;
  FLASH_CR |= CR_STRT;
}

#elif defined(STM32L073)
#define SR_ERROR (1u << 8) /* WRPERR */
#define WHERE 0x0802FF80u
#define PECR_PROG (1u << 3)
#define PECR_ERASE (1u << 9)
#define PECR_OBL_LAUNCH (1u << 18)
#define OPTIONS ((volatile uint32_t*)0x1FF80000)
enum { Rdp, User, Wrprot1Low, Wrprot1High, Wrprot2 };

static void unlock(void) {
  FLASH_PEKEYR = 0x89ABCDEF;
  FLASH_PEKEYR = 0x02030405;
  FLASH_PRGKEYR = 0x8C9DAEBF;
  FLASH_PRGKEYR = 0x13141516;
}

static bool is_protected(void) { return FLASH_WRPROT2 >> 15 & 1; }

static void protect(void) {
  FLASH_OPTKEYR = 0xFBEAD9C8;
  FLASH_OPTKEYR = 0x24252627;
  OPTIONS[Wrprot2] = 0x7FFF8000;
  wait_while_busy();
  FLASH_PECR |= PECR_OBL_LAUNCH;
}

static void erase(void) {
  FLASH_PECR |= PECR_ERASE | PECR_PROG;
  *(volatile uint32_t*)WHERE = 0;
}

#elif defined(STM32F405)
#define SR_ERROR (1u << 4) /* WRPERR */
#define WHERE 0x080E0000u
#define CR_SER (1u << 1)
#define CR_SNB_11 (11u << 3)
#define CR_STRT (1u << 16)
#define OPTCR_OPTSTRT (1u << 1)
#define OPTCR_NWRP_11 (1u << 27)

static void unlock(void) {
  FLASH_KEYR = 0x45670123;
  FLASH_KEYR = 0xCDEF89AB;
}

static bool is_protected(void) { return !(FLASH_OPTCR & OPTCR_NWRP_11); }

static void protect(void) {
  FLASH_OPTKEYR = 0x08192A3B;
  FLASH_OPTKEYR = 0x4C5D6E7F;
  FLASH_OPTCR &= ~OPTCR_NWRP_11;
  FLASH_OPTCR |= OPTCR_OPTSTRT;
  wait_while_busy();
}

static void erase(void) {
  FLASH_CR = CR_SER | CR_SNB_11;
  FLASH_CR |= CR_STRT;
}
#endif

int main(void) {
  pin_output(LED);
  pin_output(LED2);
  unlock();
  if (!is_protected()) {
    protect();
    system_reset();
  }
  erase();
  wait_while_busy();
  const bool is_refused = (FLASH_SR & SR_ERROR) != 0;
  pin_write(0, is_refused ? 5 : 6, true);
  for (;;) {
    wait_for_interrupt();
  }
}
