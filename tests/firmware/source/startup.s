/* Vector table and reset handler for every Cortex-M: enough C environment for the programs here.
   Names are those of CMSIS, so that a report reads like one of a real project. */
    .syntax unified
    .thumb

    .section .vectors, "a"
    .global vectors
vectors:
    .word stack_top
    .word Reset_Handler
    .word NMI_Handler
    .word HardFault_Handler
    .word MemManage_Handler
    .word BusFault_Handler
    .word UsageFault_Handler
    .word 0, 0, 0, 0
    .word SVC_Handler
    .word DebugMon_Handler
    .word 0
    .word PendSV_Handler
    .word SysTick_Handler

    .text
    .thumb_func
    .global Reset_Handler
Reset_Handler:
    bl SystemInit
    ldr r0, =data_start
    ldr r1, =data_end
    ldr r2, =data_load
    b 2f
1:  ldmia r2!, {r3}
    stmia r0!, {r3}
2:  cmp r0, r1
    blo 1b
    ldr r0, =bss_start
    ldr r1, =bss_end
    movs r2, #0
    b 4f
3:  stmia r0!, {r2}
4:  cmp r0, r1
    blo 3b
    bl main
    .thumb_func
Default_Handler:
    b Default_Handler

/* A program with a SystemInit of its own decides itself what the table is. */
    .weak SystemInit
    .thumb_func
SystemInit:
    ldr r0, =0xE000ED08         /* SCB VTOR: the ROM leaves its own table there */
    ldr r1, =vectors
    str r1, [r0]
    bx lr

    .macro default name
    .weak \name
    .thumb_set \name, Default_Handler
    .endm
    default NMI_Handler
    default HardFault_Handler
    default MemManage_Handler
    default BusFault_Handler
    default UsageFault_Handler
    default SVC_Handler
    default DebugMon_Handler
    default PendSV_Handler
    default SysTick_Handler
