/* The part of switch.c that C cannot say, for ARMv7-M. With an FPU, EXC_RETURN bit 4 says whether
   the task has a floating-point context: then S16 to S31 are below, and saving them makes the core
   do its lazy stacking of S0 to S15 (DDI 0403E §B1.5.7).
   A saved task is R4 to R11 and EXC_RETURN, from `sp` up; S16 to S31 above them. */
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
#if defined(__ARM_FP)
    tst lr, #0x10
    it eq
    vstmdbeq r0!, {s16-s31}
#endif
    stmdb r0!, {r4-r11, lr}
    bl switch_task
resume:
    ldmia r0!, {r4-r11, lr}
#if defined(__ARM_FP)
    tst lr, #0x10
    it eq
    vldmiaeq r0!, {s16-s31}
#endif
    msr psp, r0
    isb
    bx lr
