/* Every kind of exception frame, one after the other and without a clock: from MSP and from PSP,
   with and without floating-point registers, nested, tail-chained (DDI 0403E §B1.5.6 to §B1.5.8).
   PA5 is high at the end. */
#include "chip.h"

enum { Outer = 20, Inner = 21 };

static uint32_t process_stack[64] __attribute__((aligned(8)));
volatile uint32_t calls;

void PendSV_Handler(void) {
  ++calls;
}
void SVC_Handler(void) {
  ++calls;
  SCB_ICSR = ICSR_PENDSVSET;
}
void inner(void) {
  ++calls;
}
void outer(void) {
  __asm volatile("vadd.f32 s2, s2, s2" ::: "s2");
  irq_pend(Inner);
  ++calls;
}

INTERRUPT_VECTORS Vector interrupts[Inner + 1] = {[Outer] = outer, [Inner] = inner};

static void __attribute__((noinline)) call_all(void) {
  __asm volatile("svc #1" ::: "memory");
  irq_pend(Outer);
}

void __attribute__((noinline)) finished(void) {
  pin_write(LED, true);
}

int main(void) {
  pin_output(LED);
  NVIC_IPR(Outer) = 0x80;
  NVIC_IPR(Inner) = 0x40;
  SCB_SHPR3 = 0xF0u << 16; /* PendSV */
  irq_enable(Outer);
  irq_enable(Inner);
  SCB_CPACR |= 0xFu << 20;
  __asm volatile("dsb\n isb\n vmov.f32 s2, #1.0" ::: "s2", "memory");
  call_all();
  __asm volatile("msr psp, %0\n msr control, %1\n isb" ::"r"(process_stack + 62), "r"(2)
                 : "memory");
  call_all();
  __asm volatile("vadd.f32 s4, s2, s2\n sub sp, #4" ::: "s4", "memory");
  call_all();
  finished();
  for (;;) {
  }
}
