/* The part of switch.c that C cannot say, with what an ARMv6-M has: R8 to R11 go through low
   registers (DDI 0419E §B1.5.6). A saved task is R4 to R11 and EXC_RETURN, from `sp` up. */
    .syntax unified
    .thumb
    .text

    .thumb_func
    .global start_first_task
start_first_task:
    cpsie i
    svc 0
1:  b 1b

    .thumb_func
    .global SVC_Handler
SVC_Handler:
    ldr r0, =saved_sp
    ldr r0, [r0]
    b resume

    .thumb_func
    .global PendSV_Handler
PendSV_Handler:
    mrs r0, psp
    subs r0, r0, #36
    mov r1, r0
    stmia r1!, {r4-r7}
    mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    mov r3, lr
    stmia r1!, {r4-r7}
    str r3, [r1]
    bl switch_task
resume:
    movs r1, #16
    adds r1, r0, r1
    ldmia r1!, {r4-r7}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    ldmia r1!, {r3}
    msr psp, r1
    ldmia r0!, {r4-r7}
    bx r3
