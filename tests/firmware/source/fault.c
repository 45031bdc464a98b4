/* One instruction that faults, by -DFAULT_…; Default_Handler is where it ends. PA5 is high before,
   and PA6 would be behind. DDI 0403E §B3.2.15. */
#include "chip.h"

static void __attribute__((noinline, unused)) undefined_instruction(void) {
  __asm volatile("udf #0");
}

static void __attribute__((noinline, unused)) unaligned_load(void) {
  uint32_t value;
  __asm volatile("ldr %0, [%1]" : "=r"(value) : "r"(0x20000002));
}

static void __attribute__((noinline, unused)) load_from_nowhere(void) {
  uint32_t value;
  __asm volatile("ldr %0, [%1]" : "=r"(value) : "r"(0x60000000));
}

static void __attribute__((noinline, unused)) call_without_thumb_bit(void) {
  __asm volatile("blx %0" ::"r"((uint32_t)load_from_nowhere & ~1u) : "lr");
}

#if __ARM_ARCH >= 7
#define CCR_DIV_0_TRP (1u << 4)

static void __attribute__((noinline, unused)) divide_by_zero(void) {
  SCB_CCR |= CCR_DIV_0_TRP;
  uint32_t value;
  __asm volatile("udiv %0, %1, %2" : "=r"(value) : "r"(1), "r"(0));
}
#endif

#if defined(__ARM_FP)
static void __attribute__((noinline, unused)) floating_point_while_off(void) {
  __asm volatile("vmov.f32 s0, #1.0" ::: "s0");
}
#endif

int main(void) {
  pin_output(LED);
  pin_output(LED2);
  pin_write(LED, true);
#if defined(ENABLED)
  SCB_SHCSR |= 7u << 16; /* MemManage, BusFault, UsageFault do not escalate */
#endif
  FAULT();
  pin_write(LED2, true);
  for (;;) {
  }
}
