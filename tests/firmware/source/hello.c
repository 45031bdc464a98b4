/* Says hello on USART2, PA2: RM0351 §40 (ISR, TDR), RM0390 §25 (SR, DR). */
#include "chip.h"

#if defined(USART_HAS_TDR)
#define USART_CR1 REG(USART2 + 0x00)
#define USART_BRR REG(USART2 + 0x0C)
#define USART_STATUS REG(USART2 + 0x1C)
#define USART_TRANSMIT REG(USART2 + 0x28)
#define CR1_TE_UE (1u << 3 | 1u << 0)
#else
#define USART_STATUS REG(USART2 + 0x00)
#define USART_TRANSMIT REG(USART2 + 0x04)
#define USART_BRR REG(USART2 + 0x08)
#define USART_CR1 REG(USART2 + 0x0C)
#define CR1_TE_UE (1u << 3 | 1u << 13)
#endif
#define TXE (1u << 7)
#define TC (1u << 6)

int main(void) {
  pin_output(LED);
  GPIO_AFRL(0) = (GPIO_AFRL(0) & ~(15u << 8)) | AF_OF_USART2 << 8;
  GPIO_MODER(0) = (GPIO_MODER(0) & ~(3u << 4)) | 2u << 4;
  RCC_APB1ENR |= 1u << 17;
  USART_BRR = CORE_HZ / 115200;
  USART_CR1 = CR1_TE_UE;
  for (const char* text = "hello\r\n"; *text; ++text) {
    while (!(USART_STATUS & TXE)) {
    }
    USART_TRANSMIT = (uint8_t)*text;
  }
  while (!(USART_STATUS & TC)) {
  }
  pin_write(LED, true);
  for (;;) {
    wait_for_interrupt();
  }
}
