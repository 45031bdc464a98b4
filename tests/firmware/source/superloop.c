/* What applications are made of between two interrupts, as HAL code writes it: drivers behind a
   handle, a ring buffer, a check sum over it, a state machine, pins set by BSRR. After TURNS turns
   PA5 goes high when the check sum is right, PA6 when it is not. */
#include "chip.h"

#define TURNS 20000u
#define LED_PIN 5u
#define WRONG_PIN 6u
#define CAPACITY 64u

typedef struct {
  volatile uint32_t MODER, OTYPER, OSPEEDR, PUPDR, IDR, ODR, BSRR, LCKR;
} GPIO_TypeDef;

typedef enum { STATE_RESET, STATE_READY, STATE_BUSY, STATE_ERROR } State;

typedef struct {
  GPIO_TypeDef* instance;
  uint8_t buffer[CAPACITY];
  uint32_t head, tail;
  volatile State state;
  volatile bool lock;
  uint32_t crc;
} Port_HandleTypeDef;

static Port_HandleTypeDef port;

static bool ring_put(Port_HandleTypeDef* handle, uint8_t byte) {
  const uint32_t next = (handle->head + 1u) % CAPACITY;
  if (next == handle->tail) return false;
  handle->buffer[handle->head] = byte;
  handle->head = next;
  return true;
}

static bool ring_get(Port_HandleTypeDef* handle, uint8_t* byte) {
  if (handle->head == handle->tail) return false;
  *byte = handle->buffer[handle->tail];
  handle->tail = (handle->tail + 1u) % CAPACITY;
  return true;
}

/* CRC-32 of IEEE 802.3, bit by bit, reflected. */
static uint32_t crc_add(uint32_t crc, uint8_t byte) {
  crc ^= byte;
  for (unsigned i = 0; i < 8; ++i) crc = (crc >> 1) ^ ((crc & 1u) != 0 ? 0xEDB88320u : 0u);
  return crc;
}

static void GPIO_WritePin(GPIO_TypeDef* instance, unsigned pin, bool level) {
  instance->BSRR = level ? 1u << pin : 1u << (pin + 16u);
}

static State port_transmit(Port_HandleTypeDef* handle, const uint8_t* data, uint32_t size) {
  if (handle->lock) return STATE_BUSY;
  if (handle->state != STATE_READY) return STATE_ERROR;
  handle->lock = true;
  handle->state = STATE_BUSY;
  for (uint32_t i = 0; i < size; ++i) {
    if (!ring_put(handle, data[i])) handle->state = STATE_ERROR;
  }
  uint8_t byte;
  while (ring_get(handle, &byte)) handle->crc = crc_add(handle->crc, byte);
  GPIO_WritePin(handle->instance, LED_PIN, (handle->crc & 1u) != 0);
  if (handle->state == STATE_BUSY) handle->state = STATE_READY;
  handle->lock = false;
  return handle->state;
}

/* Where it is compared with another emulator. */
__attribute__((noinline, noreturn)) void done(void) {
  for (;;) {
  }
}

int main(void) {
  static const uint8_t text[9] = "123456789";
  bool is_right = true;
  pin_output(LED);
  pin_output(0, WRONG_PIN);
  port.instance = (GPIO_TypeDef*)GPIO;
  port.state = STATE_READY;
  for (uint32_t i = 0; i < TURNS; ++i) {
    port.crc = 0xFFFFFFFFu;
    if (port_transmit(&port, text, sizeof text) != STATE_READY) is_right = false;
    if (~port.crc != 0xCBF43926u) is_right = false; /* the check value of that CRC */
  }
  GPIO_WritePin(port.instance, LED_PIN, is_right);
  GPIO_WritePin(port.instance, WRONG_PIN, !is_right);
  done();
}
