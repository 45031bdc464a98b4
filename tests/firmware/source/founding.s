/* The start-up code of the thread this project started from: before any C, pins get the state that
   the board needs, and the ROM's bootloader starts. What becomes of the pins is the question.
   PA8 and PD2 drive high, PB0 is an open drain that pulls, PC7 drives high; PC13, the button of a
   Nucleo-64, is an input. STM32L476: RM0351 §6.4.17, §8.4; the jump: AN2606. */
    .syntax unified
    .thumb
    .equ RCC_AHB2ENR, 0x4002104C
    .equ GPIOA, 0x48000000
    .equ GPIOB, 0x48000400
    .equ GPIOC, 0x48000800
    .equ GPIOD, 0x48000C00
    .equ MODER, 0x00
    .equ OTYPER, 0x04
    .equ BSRR, 0x18
    .equ ROM, 0x1FFF0000

/* Sets two bits of MODER for one pin. */
    .macro mode port, pin, value
    ldr r0, =\port
    ldr r1, [r0, #MODER]
    bic r1, r1, #(3 << (2 * \pin))
    orr r1, r1, #(\value << (2 * \pin))
    str r1, [r0, #MODER]
    .endm

    .macro high port, pin
    ldr r0, =\port
    mov r1, #(1 << \pin)
    str r1, [r0, #BSRR]
    .endm

    .text
    .thumb_func
    .global SystemInit
SystemInit:
    ldr r0, =RCC_AHB2ENR
    ldr r1, [r0]
    orr r1, r1, #0x0F           /* ports A to D */
    str r1, [r0]
    ldr r1, [r0]                /* the clock is there two cycles later: RM0351 §6.2.18 */

    high GPIOA, 8
    mode GPIOA, 8, 1
    ldr r0, =GPIOB
    movs r1, #1
    str r1, [r0, #OTYPER]
    mode GPIOB, 0, 1
    high GPIOC, 7
    mode GPIOC, 7, 1
    mode GPIOC, 13, 0
    high GPIOD, 2
    mode GPIOD, 2, 1

    .thumb_func
    .global enter_bootloader
enter_bootloader:
    ldr r0, =ROM
    ldr r1, [r0]
    msr msp, r1
    ldr r1, [r0, #4]
    bx r1

    .thumb_func
    .global main
main:
    b main
