/* A value that outlives power in a sector of flash, as the EEPROM emulation of many projects: each
   change appends a record, the last one counts, a full sector is erased. The value counts starts.
   PA5 goes high when the record reads back, PA6 when it does not.
   RM0351 §3.3.6 and §3.3.7 (double words), RM0090 §3.6 (words). */
#include "chip.h"

#define SR_BSY (1u << 16)
#define CR_PG (1u << 0)
#define CR_ERASE (1u << 1) /* PER; SER */
#define CR_STRT (1u << 16)
#define CR_LOCK (1u << 31)
#if defined(STM32L476)
#define STORE 0x08007800u
#define STORE_SIZE 0x800u
#define CR_WHICH (15u << 3) /* PNB */
#define CR_PSIZE 0u
#else
#define STORE 0x0800C000u
#define STORE_SIZE 0x4000u
#define CR_WHICH (3u << 3) /* SNB */
#define CR_PSIZE (2u << 8) /* by words */
#endif

typedef struct {
  volatile uint32_t value;
  volatile uint32_t complement;
} Record;

static Record* const records = (Record*)STORE;
enum { Records = STORE_SIZE / sizeof(Record) };

static void wait_while_busy(void) {
  while (FLASH_SR & SR_BSY) {
  }
}

static void unlock(void) {
  if (!(FLASH_CR & CR_LOCK)) return;
  FLASH_KEYR = 0x45670123;
  FLASH_KEYR = 0xCDEF89AB;
}

static void erase_store(void) {
  FLASH_CR = CR_ERASE | CR_WHICH | CR_PSIZE;
  FLASH_CR |= CR_STRT;
  wait_while_busy();
  FLASH_CR = 0;
}

static void program(Record* record, uint32_t value) {
  FLASH_CR = CR_PG | CR_PSIZE;
  record->value = value;
  record->complement = ~value;
  wait_while_busy();
  FLASH_CR = 0;
}

/* The first erased record; Records when there is none. */
static unsigned find_end(void) {
  unsigned end = 0;
  while (end < Records && (records[end].value & records[end].complement) != 0xFFFFFFFF) ++end;
  return end;
}

int main(void) {
  pin_output(LED);
  pin_output(LED2);
  unsigned end = find_end();
  const uint32_t value = end == 0 ? 1 : records[end - 1].value + 1;
  unlock();
  if (end == Records) {
    erase_store();
    end = 0;
  }
  program(&records[end], value);
  FLASH_CR = CR_LOCK;
  const bool is_there = records[end].value == value && records[end].complement == ~value;
  pin_write(0, is_there ? 5 : 6, true);
  for (;;) {
    wait_for_interrupt();
  }
}
