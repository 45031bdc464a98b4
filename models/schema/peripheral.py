"""The registers of one kind of block: emulator/model/load_peripheral.cc."""

from vocabulary import (NUMBER, choice, either, flag, keys, names, number, numbers, pattern, shared,
                        text)

ACCESS = ("read-write", "read-only", "write-only", "one-to-clear", "one-to-set",
          "zero-to-clear")
BITS = shared("bits", pattern('A bit "5" or a range "7:4".', "^[0-9]{1,2}(:[0-9]{1,2})?$"),
              'A bit "5" or a range "7:4".')

FIELD = either(
    "Some bits.",
    BITS,
    keys("Bits and what is known about them.", {
        "bits": BITS,
        "access?": choice("The register's if left out.", *ACCESS),
        "values?": names('Names of values: "0": "input".', text("What it means."), NUMBER),
        "count?": number("The field repeats: % in its name is 0, 1, …", 32),
        "first?": number("The first of these numbers; 0 if left out.", 31),
        "emulated?": flag("False: hardware does something when this is written and the emulator "
                          "does not; it is reported."),
    }))

REGISTER = keys("A 32-bit register.", {
    "offset": number("From the block's base; a multiple of 4."),
    "reset?": number("Value at power-on and system reset; 0 if left out."),
    "access?": choice("CMSIS-SVD's access and modifiedWriteValues; read-write if left out.",
                      *ACCESS),
    "effect?": choice("What the register does beyond storing.",
                      "gpio_moder", "gpio_otyper", "gpio_ospeedr", "gpio_pupdr", "gpio_idr",
                      "gpio_bsrr", "gpio_brr", "gpio_lckr", "gpio_afrl", "gpio_afrh",
                      "gpio_f1_crl", "gpio_f1_crh", "gpio_f1_idr", "flash_keyr", "flash_optwre",
                      "locked", "flash_cr", "flash_cr_of_bank", "flash_ccr", "flash_pecr",
                      "flash_optcr", "flash_option", "flash_ar", "rcc_ready", "rcc_switch", "rcc_reset_flags",
                      "pwr_ready", "nvic_icer", "nvic_icpr"),
    "fields?": names("By the manual's names. Bits outside every field are reserved; a register "
                     "without fields is plain storage.", FIELD),
    "keys?": numbers("For flash_keyr and flash_optwre: the unlock sequence."),
    "unlocks?": text("For flash_keyr and flash_optwre: the register it unlocks."),
    "outlives_reset?": number("Bits that only power-on resets: the backup domain, the flags of "
                              "past resets."),
    "lock_bit?": number("For flash_keyr, locked and the flash interface's control registers: the "
                        "lock bit's number; for flash_optwre: the bit the keys set.", 31),
})

PERIPHERAL = keys("models/README.md tells how to add one.", {
    "title": text("What it is, and of which chips."),
    "size": number("Bytes of address space; 0: the core's own, not in memory."),
    "unit?": choice("What it does by itself, beside its registers.",
                    "timer", "usart", "random_generator", "exti", "iwdg", "backup"),
    "registers": names("By the manual's names.", REGISTER),
})
