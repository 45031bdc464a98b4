/* Pends interrupts of three priorities; `order` tells who ran when: preemption, tail-chaining in
   the order of numbers, BASEPRI, SVC and PendSV (DDI 0403E §B1.5.4). PA5 goes high when it came out
   as the architecture says, PA6 when not. */
#include "chip.h"

enum { Low = 20, Middle = 21, High = 22, AlsoHigh = 23 };

static const char expected[] =
    "halmaML" /* together, then preempted twice */
    "h.maM"   /* Middle waits for BASEPRI */
    "sp";     /* PendSV waits for SVC */
volatile char order[16];
volatile unsigned steps;

static void step(char what) {
  order[steps++] = what;
}

static void low(void) {
  step('l');
  irq_pend(Middle);
  step('L');
}

static void middle(void) {
  step('m');
  irq_pend(AlsoHigh);
  step('M');
}

static void high(void) {
  step('h');
}
static void also_high(void) {
  step('a');
}

void PendSV_Handler(void) {
  step('p');
}
void SVC_Handler(void) {
  SCB_ICSR = ICSR_PENDSVSET;
  step('s');
}

INTERRUPT_VECTORS Vector interrupts[AlsoHigh + 1] = {
    [Low] = low, [Middle] = middle, [High] = high, [AlsoHigh] = also_high};

static void set_basepri(uint32_t priority) {
  __asm volatile("msr basepri, %0\n isb" ::"r"(priority) : "memory");
}

static void set_priorities(void) {
  NVIC_IPR(Low) = 0xC0;
  NVIC_IPR(Middle) = 0x80;
  NVIC_IPR(High) = 0x40;
  NVIC_IPR(AlsoHigh) = 0x40;
  SCB_SHPR3 = 0xF0u << 16; /* PendSV */
  NVIC_ISER(Low) = 15u << Low;
}

static void run_all(void) {
  __asm volatile("cpsid i");
  irq_pend(Low);
  irq_pend(AlsoHigh);
  irq_pend(High);
  __asm volatile("cpsie i\n isb" ::: "memory");
  set_basepri(0x80);
  irq_pend(Middle);
  irq_pend(High);
  step('.');
  set_basepri(0);
  __asm volatile("svc 0" ::: "memory");
}

static bool is_as_expected(void) {
  for (unsigned i = 0; i < sizeof expected; ++i) {
    if (order[i] != expected[i]) return false;
  }
  return true;
}

int main(void) {
  pin_output(LED);
  pin_output(LED2);
  set_priorities();
  run_all();
  if (is_as_expected()) {
    pin_write(LED, true);
  } else {
    pin_write(LED2, true);
  }
  for (;;) {
    wait_for_interrupt();
  }
}
