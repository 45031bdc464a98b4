/* Two tasks with stacks of their own, as FreeRTOS does it: SVC starts the first, SysTick asks for
   PendSV, PendSV changes the task (switch_v6m.s, switch_v7m.S). Task 0 toggles PA5, task 1 PA6, at
   each of its turns. Each has numbers in registers that the other must not spoil: then no pin moves
   any more. */
#include "chip.h"

#define STACK_WORDS 128
enum { Tasks = 2 };

extern void start_first_task(void);

static uint32_t stacks[Tasks][STACK_WORDS] __attribute__((aligned(8)));
uint32_t* saved_sp[Tasks];
volatile uint32_t current;
volatile uint32_t turns[Tasks];
volatile uint32_t spoilt;

void SysTick_Handler(void) {
  SCB_ICSR = ICSR_PENDSVSET;
}

/* Called by PendSV with everything saved at `sp`: where the next task's is. */
uint32_t* switch_task(uint32_t* sp) {
  saved_sp[current] = sp;
  current = (current + 1) % Tasks;
  ++turns[current];
  return saved_sp[current];
}

static uint32_t keep_busy(uint32_t seed) {
  uint32_t a = seed, b = ~seed, c = seed << 8, d = seed * 3;
  for (unsigned i = 0; i < 200; ++i) {
    __asm volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d));
  }
  return (a ^ ~b) | (c ^ a << 8) | (d ^ a * 3);
}

#if defined(__ARM_FP)
static uint32_t keep_floats_busy(float x) {
  float a = x, b = x * 2;
  register float c __asm("s20") = x * 4; /* of those that PendSV saves, not the core */
  for (unsigned i = 0; i < 200; ++i) {
    __asm volatile("" : "+t"(a), "+t"(b), "+t"(c));
  }
  return b != a * 2 || c != b * 2;
}
#else
static uint32_t keep_floats_busy(uint32_t x) {
  return x & 0;
}
#endif

static void task(uint32_t self) {
  uint32_t last = 0;
  for (;;) {
    if (turns[self] != last && !spoilt) {
      last = turns[self];
      pin_toggle(0, 5 + self);
    }
    spoilt |= keep_busy(self + 1) | keep_floats_busy(self + 1);
  }
}

static void prepare(uint32_t self) {
  uint32_t* sp = stacks[self] + STACK_WORDS - 8; /* what an exception return pops */
  sp[0] = self;                                  /* R0 */
  sp[6] = (uint32_t)task & ~1u;                  /* PC */
  sp[7] = 1u << 24;                              /* XPSR.T */
  sp -= 9;                                       /* R4 to R11, EXC_RETURN */
  sp[8] = 0xFFFFFFFD;
  saved_sp[self] = sp;
}

int main(void) {
  pin_output(LED);
  pin_output(LED2);
#if defined(__ARM_FP)
  SCB_CPACR |= 15u << 20;
#endif
  for (uint32_t i = 0; i < Tasks; ++i) prepare(i);
  SCB_SHPR3 = 0xC0C00000u; /* PendSV and SysTick are the least urgent */
  systick_every(CORE_HZ / 1000);
  start_first_task();
  return 0;
}
