/* Vector table and reset handler for a Cortex-M4: enough C environment for blink.c. */
    .syntax unified
    .cpu cortex-m4
    .thumb

    .section .vectors, "a"
    .global vectors
vectors:
    .word stack_top
    .word reset_handler
    .rept 14
    .word default_handler
    .endr

    .text
    .thumb_func
    .global reset_handler
reset_handler:
    ldr r0, =0xE000ED08         /* SCB VTOR: the ROM leaves its own table there */
    ldr r1, =vectors
    str r1, [r0]
    ldr r0, =data_start
    ldr r1, =data_end
    ldr r2, =data_load
1:  cmp r0, r1
    bhs 2f
    ldr r3, [r2], #4
    str r3, [r0], #4
    b 1b
2:  ldr r0, =bss_start
    ldr r1, =bss_end
    movs r2, #0
3:  cmp r0, r1
    bhs 4f
    str r2, [r0], #4
    b 3b
4:  bl main
    .thumb_func
default_handler:
    b default_handler
