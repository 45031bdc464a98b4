"""What there is, what happens, what must be true: emulator/scenario/load*.cc."""

from faults import FAULTS, REPLIES, REQUEST, REQUESTS, STATES, STATUSES
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


def content(about, at):
    """Bytes; `at` says whether they must have an address."""
    where = {at: number("Address of the first byte.")}
    return shared(f"content_{at.rstrip('?')}{'_or_not' if at.endswith('?') else ''}", either(
        "Bytes.",
        keys("A file's.", {
            "file": text("One of files, or relative to the scenario file: .bin (needs at), .hex "
                         "or .elf."),
            "at?": number("Address of the first byte."),
        }),
        keys("These.", {"bytes": octets("What they are."), **where}),
        keys("One value all over.", {
            "fill": number("The value.", 255), **where,
            "size": number("How many bytes.", 1 << 24),
        }),
        keys("A pattern.", {
            "pattern": choice("Which.", "counter", "random", "application"), **where,
            "size": number("How many bytes.", 1 << 24),
        })), about)


def contents(about):
    return array(about, content("Bytes at an address.", "at"))


SUFFIX = keys("Of a .dfu file (DFU 1.1 Appendix B).", {
    "idVendor?": number("0x0483 if left out.", 0xFFFF),
    "idProduct?": number("0xDF11 if left out.", 0xFFFF),
    "bcdDevice?": number("0xFFFF if left out.", 0xFFFF),
})
ELEMENTS = array("Bytes at addresses.", content("Some.", "at"))

FILES = shared("files", names("Made for the run, in ${files}.", either(
    "What is in it.",
    content("Raw bytes.", "at?"),
    keys("Bytes with a DFU suffix.", {"content": content("The bytes.", "at?"), "suffix": SUFFIX}),
    keys("ST's .dfu format.", {
        "targets": array("One for each alternate setting.", keys("What goes there.", {
            "alternate": number("bAlternateSetting.", 255),
            "name?": text("Of the target."),
            "elements": ELEMENTS,
        })),
        "suffix?": SUFFIX,
    }),
    keys("Intel HEX.", {"elements": ELEMENTS}))), "Made for the run, in ${files}.")


def transfer(has_count):
    count = {"count?": either("How often; at least once if left out.", number("So often."),
                              keys("Limits.", {"at_least?": number("And more."),
                                               "at_most?": number("And fewer.")}))}
    return keys("A control transfer; what is left out may be anything.", {
        **REQUEST, "reply?": choice("How it ended.", *REPLIES), **(count if has_count else {})})


TRANSCRIPT = shared("transcript", keys("All control transfers since the scenario began.", {
    "sent?": array("What is among them.", transfer(True)),
    "order?": array("What comes one after the other, with any others between.", transfer(False)),
}), "All control transfers since the scenario began.")

CONTROL = array("Requests, one after the other.", either(
    "One of them.",
    keys("DFU_GETSTATUS again and again while it says dfuDNBUSY.", {
        "poll": choice("The state after that.", *STATES),
        "status?": choice("bStatus then.", *STATUSES),
    }),
    *(keys(about, {
        **head,
        "wValue?": number("0 if left out.", 0xFFFF),
        "wIndex?": number("0 if left out.", 0xFFFF),
        "wLength?": number("That of data if left out.", 0xFFFF),
        "data?": octets("To the device."),
        "reply?": choice("How it ends.", *REPLIES),
        "reply_data?": octets("What comes back."),
        "state?": choice("bState of DFU_GETSTATUS.", *STATES),
        "status?": choice("Its bStatus.", *STATUSES),
        "poll_ms?": number("Its bwPollTimeout.", 0xFFFFFF),
    }) for about, head in (
        ("A DFU request.", {"request": choice("Which.", *REQUESTS[:7])}),
        ("Any request.", {"bmRequestType": number("Of the setup packet.", 255),
                          "bRequest": number("Of the setup packet.", 255)})))), 1)


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


GIVEN = shared("given", keys("What there is before the first step.", {
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
}), "What there is before the first step.")

PIN = shared("pin", keys("What it is like; what is left out may be anything.", {
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
}), "What it is like.")


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


EXPECTATIONS = {
    "phase?": choice("Who runs.", "off", "application", "bootloader", "stuck"),
    "on_bus?": flag("Whether the host sees the device."),
    "dfu_state?": choice("As DFU 1.1 spells it.", *STATES),
    "dfu_status?": choice("As DFU 1.1 spells it.", *STATUSES),
    "address_pointer?": number("Where Set Address Pointer put it."),
    "registers?": names(REGISTER, number("Its value.")),
    "pins?": names("By name: PB7.", PIN),
    "flash?": contents("What is in flash."),
    "option_bytes?": names("By address.", octets("What is programmed there."), NUMBER),
    "files?": names("What a tool wrote into ${files}.", content("What is in it.", "at?")),
    "transcript?": TRANSCRIPT,
    "not_emulated?": texts("Each is a part of a line of that list."),
    "elapsed_ms?": keys("From the last tool's start until the device has settled.", {
        "from?": milliseconds("And longer."),
        "to?": milliseconds("And shorter."),
    }),
    "usart?": names("By block: USART2.", text("Among what it has sent.")),
    "faults?": array("All that were taken, in order.", fault("One of them.")),
    "fault?": fault("The last that was taken."),
    "stopped?": choice("How the last run of firmware ended.", "running", "asleep", "lockup",
                       "stuck poll", "breakpoint", "in the ROM", "resets", "no clock"),
    "stopped_text?": text("Part of the sentence that tells it."),
    "pc_in?": text("The function that firmware is in."),
    "changes?": shared("changes", keys("Every register that changed, and no other.", {
        "from": moment("The earlier moment."),
        "to": moment("The later one."),
        "blocks?": texts("Blocks that are looked at; all if left out."),
        "exactly": names(REGISTER, pattern('"0x00 -> 0x01".', "^\\S+ -> \\S+$")),
    }), "Every register that changed, and no other."),
}
EXPECT = keys("What must be true now.", {
    **EXPECTATIONS, "any_of?": array("One of these must hold.", keys("All of this.", EXPECTATIONS)),
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



def text_or_texts(about):
    return either(about, text("One."), array("Several.", text("One of them."), 1))


WITHIN = {"within_s?": real("No longer; 10 if left out.", most=600)}
IN = text("Which: its text, its label, the group box it is in, or #1004, its number.")
WINDOW = either(
    "What is done with a Windows program, or must be seen in its windows.",
    keys("It is started in Wine, and stays open.", {
        "start": array("The .exe and its arguments; ${env:NAME} is what the environment says.",
                       text("One of them."), 1),
        "shows?": text_or_texts("A window with this has to come; any window if left out."),
        "within_s?": real("No longer; 60 if left out.", most=600),
    }),
    *(keys(about, {verb: text(what), "in?": IN, **WITHIN}) for verb, what, about in (
        ("press", "Its text.", "A button is pressed."),
        ("choose", "One of its items, or a cell of its rows.",
         "Something is chosen in a combo box, list box, list view or tabs."),
        ("check", "Its text.", "A check box is set."),
        ("uncheck", "Its text.", "A check box is cleared."))),
    keys("Text is put into an edit.", {"type": text("The text."), "in": IN, **WITHIN}),
    keys("A message box, or another window, is answered.", {
        "answer": text("The text of its button."),
        "to": text("What the window shows."),
        **WITHIN,
    }),
    keys("A dialog that asks for a file gets one.", {
        "open_file": text("Its path; ${files} is the folder of the scenario's files."), **WITHIN}),
    keys("What must be seen.", {
        "shows?": text_or_texts("In titles, texts and items of all windows."),
        "lacks?": text_or_texts("In none of them."),
        "enabled?": text_or_texts("Controls that can be used."),
        "disabled?": text_or_texts("Controls that cannot."),
        **WITHIN,
    }),
    keys("A picture of the screen is written.", {"screenshot": text("Its name.")}),
    keys("The program ends.", {
        "end": choice("How.", "by itself", "close", "kill"),
        "exit?": number("Its exit status; any if left out. Not of a program that is killed.", 255),
        "within_s?": real("No longer; 30 if left out.", most=600),
    }))

VARIABLES = names("What ${name} in any text stands for.", either(
    "Its value.", text("Text."), number("A number."), flag("true or false.")))

DEVICE = pattern('Which board: "1-2" is the first of others. 1-1 if left out.', "^1-[1-9][0-9]*$")

STEP = either(
    "One thing that happens, or must be true.",
    keys("A real tool runs and sees the device.", {
        "run": array("A tool and its arguments; ${scenario_dir} is the scenario's folder.",
                     text("One of them."), 1),
        "timeout_s?": real("The tool is ended after this, by its own clock; 60 if left out.", most=3600),
        "expect?": keys("What must be true of it.", {
            "exit?": either("Its exit status; any if left out.", number("This.", 255),
                            array("One of these.", number("This.", 255), 1)),
            "timed_out?": flag("true: it does not end by itself, and is ended."),
            "output?": texts("Each must be in standard output or error."),
            "output_lacks?": texts("None may be there."),
        }),
    }),
    keys("The chip is reset.", {
        "reset": choice("How.", "system", "power-on"),
        "boot_pins?": boot_pins("Set before the reset."),
        "settles?": flag("false: the next step begins while all that follows is still to come."),
        "device?": DEVICE,
    }),
    keys("A Windows program is driven by its windows.", {"window": WINDOW}),
    keys("Something else.", {
        "write?": register_value("Software on the chip writes."),
        "drive?": names("Pins that something outside drives.", either(
            "A level, or let go.", level("1: high."), choice("Let go.", "released"))),
        "run_firmware?": RUN_FIRMWARE,
        "control?": CONTROL,
        "faults?": either("More from here on, or no more.", FAULTS, choice("No more.", "none")),
        "expect?": EXPECT,
        "device?": DEVICE,
    }, exactly_one=("write", "drive", "run_firmware", "control", "faults", "expect")),
    keys("Steps of another file.", {
        "use": text("The file, *.steps.json, relative to the scenario file."),
        "with?": VARIABLES,
    }))

STEPS = shared("steps", array("In order; the first that fails ends the run.", STEP, 1),
               "In order; the first that fails ends the run.")

SHARED_STEPS = keys("Steps that several scenarios use.", {
    "$schema?": text("Where this schema is, for editors."),
    "title?": text("What they do, in one sentence."),
    "steps": STEPS,
})

GALLERY = keys("The public report that is reproduced.", {
    "id": text("Its number here: A22."),
    "report": text("Its title."),
    "chip": text("As the report has it."),
    "tool": text("As the report has it."),
    "cause": choice("How well it is known.", "known", "likely", "unknown"),
    "injected?": text("What is put in to get the symptom, where the cause is unknown."),
})

BOARD = {
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
    "faults?": FAULTS,
    "given?": GIVEN,
}
MODEL = text("dfurig models lists them.")

OTHERS = array("Boards beside the first: 1-2, 1-3, …", keys("One of them.",
                                                           {"model": MODEL, **BOARD}))

BYSTANDERS = array("On the bus after the boards, and no board.", keys(
    "A USB device that tells what it is, and does nothing else.", {
        "idVendor": number("Of the device descriptor.", 0xFFFF),
        "idProduct": number("Of the device descriptor.", 0xFFFF),
        "bcdDevice?": number("Of the device descriptor; 0 if left out.", 0xFFFF),
        "manufacturer?": text("A string."),
        "product?": text("A string."),
        "serial?": text("A string."),
        "interfaces": array("Of its only configuration.", keys("An interface descriptor.", {
            "bInterfaceNumber?": number("0 if left out.", 255),
            "bAlternateSetting?": number("0 if left out.", 255),
            "bInterfaceClass": number("0xFE: application specific.", 255),
            "bInterfaceSubClass?": number("1: DFU.", 255),
            "bInterfaceProtocol?": number("1: run-time, 2: DFU mode.", 255),
            "name?": text("The string of iInterface."),
            "extra?": octets("Class descriptors that follow it."),
        }), 1),
    }))

PARTS = {
    "why?": text("What is fact and what is policy."),
    "source?": texts("Public threads and documents."),
    "gallery?": GALLERY,
    "fails_with?": text("It is known to fail, with this in what is told of it."),
    "model?": MODEL,
    **BOARD,
    "others?": OTHERS,
    "bystanders?": BYSTANDERS,
    "files?": FILES,
}

SCENARIO = keys("scenarios/README.md tells how to write one.", {
    "$schema?": text("Where this schema is, for editors."),
    "title": text("What is shown, in one sentence."),
    **PARTS,
    "for_each?": array("A scenario for each row; what it has goes over what the file has.",
                       keys("One scenario.", {
                           "name": text("Its name, after the file's."),
                           "variables?": VARIABLES,
                           "title?": text("Instead of the file's."),
                           **PARTS,
                           "steps?": STEPS,
                       }), 1),
    "steps": STEPS,
})
