/* From the reset clock to the PLL in the steps, and under the function names, that projects made
   with STM32CubeMX have: every flag is waited for, with a time-out counted by a tick of 1 ms, and
   what fails ends in Error_Handler. Then PA5 toggles every 100 ms by the PLL's clock.
   -DWAITS_FOR_EVER leaves the time-outs out, as register-level code does. */
#include "clock.h"

enum Status { HAL_OK, HAL_ERROR, HAL_TIMEOUT };
enum { StartUpMs = 100, PllMs = 2, SwitchMs = 5000, OverDriveMs = 1000 };

#if defined(WAITS_FOR_EVER)
static const bool does_wait_for_ever = true;
#else
static const bool does_wait_for_ever = false;
#endif
static volatile uint32_t ticks;

void SysTick_Handler(void) {
  ++ticks;
}

uint32_t HAL_GetTick(void) {
  return ticks;
}

__attribute__((noreturn, noinline)) void Error_Handler(void) {
  __asm volatile("cpsid i");
  for (;;) {
  }
}

/* In the caller, so that a report names the function that waits. */
static inline __attribute__((always_inline)) bool becomes(Field flag, uint32_t limit_ms) {
  const uint32_t start = HAL_GetTick();
  while ((REG(flag.address) & flag.mask) != flag.value) {
    if (!does_wait_for_ever && HAL_GetTick() - start > limit_ms) return false;
  }
  return true;
}

static void set(Field field) {
  REG(field.address) = (REG(field.address) & ~field.mask) | field.value;
}

static bool is_set(Field field) {
  return (REG(field.address) & field.mask) == field.value;
}

static bool is_pll_in_use(void) {
  return (RCC_CFGR & 3u << SWS_SHIFT) == SWS;
}

static void set_all(const Field* fields, unsigned count) {
  for (unsigned i = 0; i < count; ++i) set(fields[i]);
}

__attribute__((noinline)) enum Status HAL_PWR_Config(void) {
  set_all(power, sizeof power / sizeof *power);
  return becomes(power_ready, PllMs) ? HAL_OK : HAL_TIMEOUT;
}

__attribute__((noinline)) enum Status HAL_RCC_OscConfig(void) {
  RCC_CR |= SOURCE_ON;
  if (!becomes((Field){RCC, SOURCE_READY, SOURCE_READY}, StartUpMs)) return HAL_TIMEOUT;
  if (is_pll_in_use()) {
    /* It cannot be changed while it is the system clock. */
    for (unsigned i = 0; i < sizeof pll / sizeof *pll; ++i) {
      if (!is_set(pll[i])) return HAL_ERROR;
    }
    return HAL_OK;
  }
  RCC_CR &= ~PLLON;
  if (!becomes((Field){RCC, PLLRDY, 0}, PllMs)) return HAL_TIMEOUT;
  set_all(pll, sizeof pll / sizeof *pll);
  RCC_CR |= PLLON;
  return becomes((Field){RCC, PLLRDY, PLLRDY}, PllMs) ? HAL_OK : HAL_TIMEOUT;
}

/* ODEN, then ODRDY; ODSWEN, then ODSWRDY. */
__attribute__((noinline)) enum Status HAL_PWREx_EnableOverDrive(void) {
#if defined(HAS_OVERDRIVE)
  for (unsigned bit = 16; bit <= 17; ++bit) {
    set((Field){PWR, 1u << bit, 1u << bit});
    if (!becomes((Field){PWR + 4, 1u << bit, 1u << bit}, OverDriveMs)) return HAL_TIMEOUT;
  }
#endif
  return HAL_OK;
}

__attribute__((noinline)) enum Status HAL_RCC_ClockConfig(void) {
  set(latency);
  if (!is_set(latency)) return HAL_ERROR;
  set(buses);
  RCC_CFGR = (RCC_CFGR & ~3u) | SW_PLL;
  const Field switched = {(uint32_t)&RCC_CFGR, 3u << SWS_SHIFT, SWS};
  return becomes(switched, SwitchMs) ? HAL_OK : HAL_TIMEOUT;
}

void SystemClock_Config(void) {
  if (HAL_PWR_Config() != HAL_OK) Error_Handler();
  if (HAL_RCC_OscConfig() != HAL_OK) Error_Handler();
  if (HAL_PWREx_EnableOverDrive() != HAL_OK) Error_Handler();
  if (HAL_RCC_ClockConfig() != HAL_OK) Error_Handler();
  systick_every(PLL_HZ / 1000);
}

static void HAL_Delay(uint32_t ms) {
  const uint32_t start = HAL_GetTick();
  while (HAL_GetTick() - start < ms) {
  }
}

int main(void) {
  pin_output(LED);
  systick_every(CORE_HZ / 1000);
  SystemClock_Config();
  for (;;) {
    pin_toggle(LED);
    HAL_Delay(100);
  }
}
