/* Registers of a Cortex-M that this firmware uses: DDI 0403E §B3.2, DDI 0419E §B3.2. */
#ifndef CORTEX_M_H
#define CORTEX_M_H

#include <stdbool.h>
#include <stdint.h>

#define REG(address) (*(volatile uint32_t*)(address))
#define REG8(address) (*(volatile uint8_t*)(address))
#define REG16(address) (*(volatile uint16_t*)(address))

#define SYST_CSR REG(0xE000E010)
#define SYST_RVR REG(0xE000E014)
#define SYST_CVR REG(0xE000E018)
#define NVIC_ISER(irq) REG(0xE000E100 + 4 * ((irq) / 32))
#define NVIC_ISPR(irq) REG(0xE000E200 + 4 * ((irq) / 32))
#define NVIC_IPR(irq) REG8(0xE000E400 + (irq))
#define SCB_ICSR REG(0xE000ED04)
#define SCB_VTOR REG(0xE000ED08)
#define SCB_AIRCR REG(0xE000ED0C)
#define SCB_SCR REG(0xE000ED10)
#define SCB_CCR REG(0xE000ED14)
#define SCB_SHPR2 REG(0xE000ED1C)
#define SCB_SHPR3 REG(0xE000ED20)
#define SCB_SHCSR REG(0xE000ED24)
#define SCB_CFSR REG(0xE000ED28)
#define SCB_CPACR REG(0xE000ED88)
#define FPU_FPCCR REG(0xE000EF34)
#define DWT_CTRL REG(0xE0001000)
#define DWT_CYCCNT REG(0xE0001004)
#define DEMCR REG(0xE000EDFC)

#define SYST_RUN_WITH_INTERRUPT 7u /* ENABLE, TICKINT, CLKSOURCE: the processor's clock */
#define ICSR_PENDSVSET (1u << 28)
#define ICSR_PENDSTCLR (1u << 25)
#define AIRCR_SYSRESETREQ 0x05FA0004u

/* The vectors of interrupts, behind the sixteen of startup.s. */
#define INTERRUPT_VECTORS __attribute__((section(".vectors.interrupts"), used)) const
typedef void (*Vector)(void);

static inline void irq_enable(unsigned irq) {
  NVIC_ISER(irq) = 1u << (irq % 32);
}
/* It has been taken, if it can be, when this returns (ARM DAI 0321A §4.9). */
static inline void irq_pend(unsigned irq) {
  NVIC_ISPR(irq) = 1u << (irq % 32);
  __asm volatile("dsb\n isb" ::: "memory");
}

static inline void systick_every(uint32_t cycles) {
  SYST_RVR = cycles - 1;
  SYST_CVR = 0;
  SYST_CSR = SYST_RUN_WITH_INTERRUPT;
}

static inline void wait_for_interrupt(void) {
  __asm volatile("wfi" ::: "memory");
}

static inline __attribute__((noreturn)) void system_reset(void) {
  __asm volatile("dsb" ::: "memory");
  SCB_AIRCR = AIRCR_SYSRESETREQ;
  for (;;) {
  }
}

/* The table at `vectors` takes over: its stack, its reset handler. */
static inline __attribute__((noreturn)) void jump_by_table(uint32_t vectors) {
  __asm volatile("" : "+r"(vectors)); /* 0 is an address as any other, whatever C thinks of it */
  const uint32_t* table = (const uint32_t*)vectors;
  __asm volatile("msr msp, %0\n bx %1" ::"r"(table[0]), "r"(table[1]));
  __builtin_unreachable();
}

#endif
