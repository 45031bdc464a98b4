"""A chip: emulator/model/load_chip.cc, load_memories.cc, load_option_bytes.cc, load_boot.cc."""

from vocabulary import (NUMBER, array, choice, either, flag, keys, names, number, numbers, octets,
                        shared, text, texts)

BIT = "BLOCK.REGISTER.FIELD, such as RCC.AHB2ENR.GPIOAEN: "

SECTORS = shared("sectors", array("Erase units in address order.", keys("Sectors of one size.", {
    "count": number("How many follow one another.", 65536),
    "size": number("Bytes of each."),
})), "Sectors (erase units) in address order.")

WRITE_PROTECTION = shared("write_protection", keys("Option bits that say so.", {
    "sector_bits?": shared("sector_bits", array("In sector order.", keys("Some of them.", {
        "bytes": numbers("The bytes of bits 0 to 7, 8 to 15, …"),
        "count": number("How many bits.", 65536),
        "first_sector?": number("Of the first bit; 0 if left out.", 65536),
        "sectors_per_bit?": number("1 if left out.", 65536),
        "last_bit_covers_rest?": flag("True: the last bit is for all sectors to the end."),
        "protects_when?": number("The value of a bit that protects; 0 if left out.", 1),
    })), "Bits that protect so many sectors each."),
    "areas?": shared("areas", array("In any order.", keys("From start to end.", {
        "start": number("The byte that names the first protected sector."),
        "end": number("The byte that names the last one; below the first: none."),
        "first_sector": number("What sector 0 of these bytes is.", 65536),
    })), "Areas, both ends included."),
}), "A protected sector cannot be erased or programmed.")

FLASH = keys("Main flash.", {
    "base": number("Address of the first byte."),
    "size": number("Bytes; what the sectors must add up to.", 16 << 20),
    "sectors?": SECTORS,
    "layouts?": shared("layouts", array("Of which one holds.", keys("One of them.", {
        "when": names("The field of option_bytes and the value of it that choose these sectors.",
                      number("0 or 1.", 1)),
        "sectors": SECTORS,
        "write_protection?": WRITE_PROTECTION,
    })), "Instead of sectors: those an option bit chooses; the factory's come first."),
    "program_unit": number("Bytes it programs at once.", 64),
    "erased_value": number("Of every erased byte.", 255),
    "over_written": choice("Programming a unit that is not erased: bits are and-ed, or it keeps "
                           "its content unless all zero is programmed.",
                           "and", "refused-unless-zero"),
    "odd_tail": choice("Bytes after the last whole program unit.", "written", "dropped"),
})

MEMORY = keys("One memory.", {
    "kind": choice("What can be done with it.",
                   "ram", "system-memory", "otp", "device-feature", "eeprom"),
    "base": number("Address of the first byte."),
    "size": number("Bytes.", 16 << 20),
    "contents?": names("Bytes at addresses; the rest is 0 (RAM, EEPROM) or 0xFF.",
                       octets("What is there."), NUMBER),
    "otp?": either(
        "What can be written once; without it bits go to 0 and never back.",
        keys("Blocks that a lock byte each closes.", {
            "block_size": number("Bytes of a block."),
            "locks_at": number("Offset of the first lock byte; the blocks lie before it."),
        }),
        keys("Units that are written as a whole.", {"unit": number("Bytes of one.", 64)})),
})

OPTION_BYTES = keys("The option bytes. Byte numbers count in the content of all windows.", {
    "windows": shared("windows", array("In order.", keys("One of them.", {
        "address": number("Of its first byte."),
        "size": number("Bytes.", 4096),
    }), 1), "The address ranges a bootloader shows."),
    "factory": octets("The content of all windows, one after the other."),
    "complement?": choice("What stands behind each value and proves it; none if left out. Mirrored "
                          "(value, complement, complement, value) and padded (value, complement, "
                          "nothing) are of what registers show, 8 bytes each, and prove nothing.",
                          "none", "byte", "half-word", "word", "half-word-mirrored",
                          "half-word-padded"),
    "mismatch?": octets("What loads in place of a value that does not fit its complement, at the "
                        "value's place; all ones if left out."),
    "not_given?": choice("Bytes of a window that a write does not give; erased if left out.",
                         "erased", "kept"),
    "interrupted_write?": choice("What a write leaves that loses power between erasing and "
                                 "programming; erased if left out.", "erased", "kept"),
    "registers?": names("Registers of FLASH, or fields of them, that show option bytes; firmware "
                        "programs them through those it can write.",
                        numbers("The bytes that bits 0 to 7, 8 to 15, … are.")),
    "after_programming?": choice("What those registers read after firmware programmed them, until "
                                 "they are loaded; as-written if left out.",
                                 "as-written", "as-loaded"),
    "load_at_system_reset?": flag("True: every system reset loads them, not only power-on."),
    "rdp": keys("Read protection; every other value is level 1.", {
        "byte": number("Where it is."),
        "level0": number("The value for no protection.", 255),
        "level0_5?": number("The value for level 0.5, which a bootloader does not feel.", 255),
        "level0_5_with?": text("The option field that must be 1 for it; else it is level 1."),
        "level2?": number("The value that cannot be taken back, on chips that have one.", 255),
        "rom_at_level2?": flag("True: the ROM can still be started at level 2."),
    }),
    "write_protection?": WRITE_PROTECTION,
    "pcrop?": keys("Proprietary code read-out protection: reads as 0, is neither erased nor "
                   "programmed.", {
        "mode_bit?": keys("While it is 1 the sector bits of write_protection keep sectors from "
                          "being read too, and their sense is inverted.", {
            "byte": number("Where it is."),
            "bit": number("Of that byte.", 7),
        }),
        "areas?": shared("pcrop_areas", array("In any order.", keys("From start to end.", {
            "start": number("The byte where the field with the first unit begins."),
            "end": number("That of the field with the last; below the first: none."),
            "width": number("Bits of each field.", 32),
            "unit": number("Bytes a step of them means.", 65536),
            "base": number("The address they count from."),
        })), "Areas, both ends included."),
    }),
    "fields": names("Parts of them by the manual's names, for the boot table and for people.",
                    keys("Bits that follow one another.", {
                        "byte": number("Where it begins."),
                        "bit?": number("The lowest bit; 0 if left out.", 7),
                        "width?": number("Bits; 1 if left out.", 32),
                        "meaning?": text("Of its values."),
                    })),
})

WHEN = names("Boot pins, option fields and EMPTY, each with the value it must have.",
             number("The value."))

BOOT = keys("What starts after a reset.", {
    "pins": texts("Boot pins, such as BOOT0."),
    "table": shared("boot_table", array("Rows.", either(
        "One row.",
        keys("A place; banks: the ROM, which starts the half of flash that holds valid code, the "
             "second before the first, or stays.", {
            "when": WHEN,
            "starts": choice("What starts.", "main flash", "system memory", "SRAM", "banks"),
        }),
        keys("The address in an option field; dual boot: where that is in flash, as banks.", {
            "when": WHEN,
            "starts": choice("What is at the address.", "address", "dual boot"),
            "field": text("The option field that holds it."),
            "unit": number("Bytes a step of the field means."),
        }),
    )), "The first row that holds decides; main flash when none does."),
    "aliases?": names("Addresses at which memory shows a second time.",
                      number("Where it is besides."), NUMBER),
})

FIELD = text("BLOCK.REGISTER.FIELD, such as RCC.CFGR.HPRE.")

NUMBER_OF_A_FIELD = keys("A number that a field of a register chooses.", {
    "field": FIELD,
    "values?": names("What its values mean; left out: themselves.", number("That."), NUMBER),
    "plus?": number("Added to the value where there are no values."),
    "otherwise?": number("What values mean that are not listed."),
})

CLOCKS = names("The clock tree: sources, PLLs, the system clock, HCLK, which the core runs at, and "
               "what units count; each after its inputs.", keys("A clock.", {
    "hz?": number("Its frequency in Hz, where it is always the same. 0: nothing oscillates, as on "
                  "a board without a crystal, and it never is ready."),
    "hz_by?": NUMBER_OF_A_FIELD,
    "from?": text("The clock it is made of."),
    "switch?": keys("The clock it is made of, where a field chooses.", {
        "field": FIELD,
        "values": names("By the field's value.", text("A clock."), NUMBER),
    }),
    "multiplied_by?": shared("factors", array("All of them.", NUMBER_OF_A_FIELD),
                             "What the input is multiplied or divided by."),
    "divided_by?": shared("factors", array("All of them.", NUMBER_OF_A_FIELD),
                          "What the input is multiplied or divided by."),
}))

CHIP = keys("CONTRIBUTING.md tells how to add one.", {
    "name": text("The file's name."),
    "title": text("As people call it."),
    "family": text("Such as STM32F4."),
    "core": text("Such as Cortex-M4F: the title of a file of models/cores."),
    "bootloader?": text("The ROM's: a file of models/bootloaders; null with no_usb_dfu."),
    "no_usb_dfu?": text("Why the ROM has none: the end of a sentence about it."),
    "flash_bootloaders?": texts("Files of models/bootloaders that can be put into main flash."),
    "uid": keys("The unique device ID.", {
        "address": number("UID_BASE."),
        "words": numbers("Three words: an individual of our own."),
        "offsets?": numbers("Where the words are from address; 0, 4, 8 if left out.", 64),
    }),
    "flash_size_at": number("Address of the flash size register."),
    "flash": FLASH,
    "memories": names("Everything but main flash and option bytes.", MEMORY),
    "option_bytes": OPTION_BYTES,
    "boot": BOOT,
    "clocks?": CLOCKS,
    "peripherals": names("By the manual's names; GPIO ports are GPIOA, GPIOB…", keys("A block.", {
        "kind": text("A file of models/peripherals."),
        "base?": number("Its address; left out for the core's own registers."),
        "reset?": names("Reset values that differ from the peripheral file's.",
                        number("Of this register.")),
        "clock_enable?": text(BIT + "without it reads give 0 and writes are lost."),
        "reset_bit?": text(BIT + "while set, registers are held at reset values."),
        "clock?": text("What the kind's unit counts: one of clocks, such as TIMPCLK1."),
        "interrupts?": numbers("Positions in the vector table of the lines the kind's unit has.",
                               239),
    })),
})
