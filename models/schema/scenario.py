"""What there is, what happens, what must be true: emulator/scenario/load*.cc."""

from vocabulary import (NUMBER, array, choice, either, flag, keys, names, number, octets, pattern,
                        real, shared, text, texts)

REGISTER = "BLOCK.REGISTER or BLOCK.REGISTER.FIELD, such as GPIOB.MODER.MODE7."


def level(about):
    return number(about, 1)


def register_value(about):
    return shared("register_value", keys("A register or field and its value.", {
        "register": text(REGISTER),
        "value": number("What is written."),
    }), about)


def contents(about):
    return array(about, shared("content", either(
        "Bytes at an address.",
        keys("A file's.", {
            "file": text(".bin (needs at), .hex or .elf, relative to the scenario file."),
            "at?": number("Address of the first byte."),
        }),
        keys("These.", {
            "bytes": octets("What they are."),
            "at": number("Address of the first byte."),
        }),
        keys("One value all over.", {
            "fill": number("The value.", 255),
            "at": number("Address of the first byte."),
            "size": number("How many bytes."),
        })), "Bytes at an address."))


def boot_pins(about):
    return names(about, level("1: high."))


def moment(about):
    return choice(about, "power_on", "before_entry", "in_dfu", "after_leave", "running")


def firmware_file(about):
    return shared("firmware", keys("A file of firmware, the names of its functions, or both.", {
        "file?": text(".bin (needs at), .hex or .elf, relative to the scenario file."),
        "at?": number("Address of the first byte."),
        "symbols?": text("What nm prints, or an .elf; an .elf in file has its own."),
        "downloaded?": flag("true: a tool brings it, it is not in flash at first."),
    }), about)


def milliseconds(about):
    return real(about, most=3600000)


GIVEN = keys("What there is before the first step.", {
    "bootloader?": text("Put into the chip's flash and used instead of the ROM's, or another "
                        "version of that; dfurig describe lists them."),
    "boot_pins?": boot_pins("Levels at power-on; 0 if left out."),
    "flash?": contents("What is in flash."),
    "option_bytes?": names("From the start of a window.", octets("What is there."), NUMBER),
    "pins?": names("What something outside drives.", level("1: high.")),
    "application?": keys("What start-up code does.", {
        "writes": array("In order.", register_value("One write.")),
        "then?": choice("What it does next.", "jump_to_bootloader"),
    }),
    "firmware?": either("Firmware that is executed.",
                        firmware_file("The only one."),
                        array("Several.", firmware_file("One of them."))),
})

PIN = keys("What it is like; what is left out may be anything.", {
    "mode?": choice("MODER.", "input", "output", "alternate", "analog"),
    "type?": choice("OTYPER.", "push-pull", "open-drain"),
    "pull?": choice("PUPDR.", "none", "up", "down"),
    "output?": level("ODR."),
    "level?": level("IDR."),
    "toggles?": either("Changes during the last run of firmware.",
                       number("So many."),
                       keys("Limits.", {"at_least?": number("And more."),
                                        "at_most?": number("And fewer.")})),
    "period_ms?": keys("From each edge to the next one of its direction, in device time.", {
        "from": milliseconds("And longer."),
        "to": milliseconds("And shorter."),
    }),
})


def fault(about):
    return shared("fault", keys("A fault that firmware took.", {
        "names?": array("Bits of CFSR and HFSR, each of which is set.", choice(
            "One of them.",
            "IACCVIOL", "DACCVIOL", "MUNSTKERR", "MSTKERR", "MLSPERR", "MMARVALID", "IBUSERR",
            "PRECISERR", "IMPRECISERR", "UNSTKERR", "STKERR", "LSPERR", "BFARVALID", "UNDEFINSTR",
            "INVSTATE", "INVPC", "NOCP", "UNALIGNED", "DIVBYZERO", "VECTTBL", "FORCED",
            "DEBUGEVT")),
        "symbol?": text("The function it happened in."),
    }), about)


EXPECT = keys("What must be true now.", {
    "phase?": choice("Who runs.", "off", "application", "bootloader", "stuck"),
    "dfu_state?": text("As DFU 1.1 spells it: dfuIDLE, dfuDNLOAD-IDLE."),
    "dfu_status?": text("OK, errTARGET."),
    "address_pointer?": number("Where Set Address Pointer put it."),
    "registers?": names(REGISTER, number("Its value.")),
    "pins?": names("By name: PB7.", PIN),
    "flash?": contents("What is in flash."),
    "usart?": names("By block: USART2.", text("Among what it has sent.")),
    "faults?": array("All that were taken, in order.", fault("One of them.")),
    "fault?": fault("The last that was taken."),
    "stopped?": choice("How the last run of firmware ended.", "running", "asleep", "lockup",
                       "stuck poll", "breakpoint", "in the ROM", "resets", "no clock"),
    "stopped_text?": text("Part of the sentence that tells it."),
    "pc_in?": text("The function that firmware is in."),
    "changes?": keys("Every register that changed, and no other.", {
        "from": moment("The earlier moment."),
        "to": moment("The later one."),
        "blocks?": texts("Blocks that are looked at; all if left out."),
        "exactly": names(REGISTER, pattern('"0x00 -> 0x01".', "^\\S+ -> \\S+$")),
    }),
})

RUN_FIRMWARE = keys("The core executes the firmware; only device time passes.", {
    "for_ms?": milliseconds("So long."),
    "instructions?": number("So many; asleep, a cycle counts as one."),
    "until?": either("Until this has come; else the step fails.",
                     choice("A bootloader has control.", "rom"),
                     keys("An output pin takes a level.", {
                         "pin": text("PA5."),
                         "level": level("1: high."),
                     }),
                     keys("A function is called.", {"symbol": text("Its name.")})),
    "within_ms?": milliseconds("No longer; 1000 if left out."),
}, exactly_one=("for_ms", "instructions", "until"))

STEP = either(
    "One thing that happens, or must be true.",
    keys("A real tool runs and sees the device.", {
        "run": array("A tool and its arguments; ${scenario_dir} is the scenario's folder.",
                     text("One of them."), 1),
        "timeout_s?": real("The tool is ended after this; 60 if left out.", most=3600),
        "expect?": keys("What must be true of it.", {
            "exit?": number("Its exit status; 0 if left out.", 255),
            "output?": texts("Each must be in standard output or error."),
            "output_lacks?": texts("None may be there."),
        }),
    }),
    keys("The chip is reset.", {
        "reset": choice("How.", "system", "power-on"),
        "boot_pins?": boot_pins("Set before the reset."),
    }),
    keys("Something else.", {
        "write?": register_value("Software on the chip writes."),
        "drive?": names("Pins that something outside drives.", either(
            "A level, or let go.", level("1: high."), choice("Let go.", "released"))),
        "run_firmware?": RUN_FIRMWARE,
        "expect?": EXPECT,
    }, exactly_one=("write", "drive", "run_firmware", "expect")))

SCENARIO = keys("scenarios/README.md tells how to write one.", {
    "$schema?": text("Where this schema is, for editors."),
    "title": text("What is shown, in one sentence."),
    "why?": text("What is fact and what is policy."),
    "source?": texts("Public threads and documents."),
    "model": text("dfurig models lists them."),
    "override?": keys("What the model's files say, but otherwise, in their own form.", {
        "chip?": {"description": "Laid over the chip's file.", "$ref": "chip.json"},
        "bootloader?": {"description": "Laid over the bootloader's file.", "anyOf": [
            {"$ref": "bootloader.json"}, {"$ref": "usbd_dfu.json"}]},
    }),
    "policies?": keys("Instead of the model's defaults; dfurig describe lists them.", {
        "entry?": text("Of the bootloader's start."),
        "leave?": text("Of Leave."),
        "variant?": text("Of a bootloader in flash."),
    }),
    "time_scale?": real("Multiplies busy times and poll time-outs; 0: none.", most=1000),
    "given?": GIVEN,
    "steps": array("In order; the first that fails ends the run.", STEP, 1),
})
