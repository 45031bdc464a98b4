/* The vector table and what comes before main(). */
#include <stdint.h>

extern uint32_t stack_top, data_load, data_start, data_end, bss_start, bss_end;

int main(void);
void SysTick_Handler(void);

/* SCB_VTOR, PM0214 §4.4.4. After the bootloader's Leave address 0 may still show system memory: an
 * interrupt would find the ROM's vectors there. */
#define SCB_VTOR (*(volatile uint32_t*)0xE000ED08)

extern const struct vectors vectors;

void Reset_Handler(void) {
  SCB_VTOR = (uint32_t)&vectors;
  const uint32_t* from = &data_load;
  for (uint32_t* to = &data_start; to < &data_end;) *to++ = *from++;
  for (uint32_t* to = &bss_start; to < &bss_end;) *to++ = 0;
  main();
  for (;;) {
  }
}

static void Default_Handler(void) {
  for (;;) {
  }
}

struct vectors {
  uint32_t* stack;
  void (*handlers[15])(void);
};

__attribute__((section(".vectors"), used)) const struct vectors vectors = {
    &stack_top,
    {Reset_Handler, Default_Handler, Default_Handler, Default_Handler, Default_Handler,
     Default_Handler, 0, 0, 0, 0, Default_Handler, Default_Handler, 0, Default_Handler,
     SysTick_Handler}};
