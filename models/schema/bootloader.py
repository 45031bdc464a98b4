"""A ROM's bootloader: emulator/model/load_bootloader.cc, load_policies.cc."""

from vocabulary import array, choice, either, flag, keys, names, number, octets, shared, text, texts

USB = keys("What the device says about itself.", {
    "bcdUSB": number("The USB version.", 0xFFFF),
    "idVendor": number("0x0483 is ST's.", 0xFFFF),
    "idProduct": number("0xDF11 is DFU mode.", 0xFFFF),
    "bcdDevice": number("The device's version.", 0xFFFF),
    "bMaxPacketSize0": number("Bytes in a packet of endpoint 0.", 255),
    "bmAttributes": number("Of the configuration.", 255),
    "bMaxPower": number("Units of 2 mA.", 255),
    "manufacturer": text("Its string."),
    "product": text("Its string."),
    "serial": either("The serial number.", text("Verbatim."), keys("Computed from the UID.", {
        "algorithm": choice("hex8(UID[0] + UID[2]) hex4(UID[1] >> 16).", "uid-add"),
    })),
    "device_status": number("GET_STATUS(device).", 0xFFFF),
})

DFU = {
    "bmAttributes": number("Of the functional descriptor.", 255),
    "wDetachTimeOut": number("Milliseconds.", 0xFFFF),
    "wTransferSize": number("Bytes in a block, above 0.", 0xFFFF),
    "bcdDFUVersion": number("0x011A is ST's DfuSe.", 0xFFFF),
}

LEAVE_REPLY = choice("Whether the DFU_GETSTATUS that makes it leave is answered.",
                     "delivered", "lost")


def timing(about):
    return shared("timing", keys("One operation.", {
        "poll_ms": number("What bwPollTimeout says.", 0xFFFFFF),
        "busy_ms": number("What the operation takes."),
    }), about)


def blocks(about):
    return texts(f"{about} *gpio is every port, *used-gpio those of the group configure-pins.")


PIN_REGISTERS = {"MODER": 3, "OTYPER": 1, "OSPEEDR": 3, "PUPDR": 3, "ODR": 1, "AFR": 15, "CNF": 3,
                 "MODE": 3}
KINDS = {
    "reset_blocks": blocks("These blocks take their reset values."),
    "clocks_on": blocks("Their clock enable bits are set."),
    "clocks_off": blocks("Their clock enable bits are cleared."),
    "system_reset": flag("True: every register takes its reset value."),
    "set": keys("One register or field.", {
        "register": text("BLOCK.REGISTER or BLOCK.REGISTER.FIELD."),
        "value": number("What it becomes."),
    }),
    "pins": keys("Pins are configured.", {
        "names": texts("Such as PA9."),
        "registers": keys("The value for each pin.", {
            f"{name}?": number("The pin's bits.", most) for name, most in PIN_REGISTERS.items()}),
    }),
}


def actions(about):
    return shared("actions", array("In order.", either(
        "One action.",
        keys("What a group does.", {"do": text("The group's name.")}),
        keys("One thing that is done to registers.", {
            "why": text("One sentence for the report."),
            **{f"{kind}?": schema for kind, schema in KINDS.items()},
        }, exactly_one=KINDS))), about)


def policies(about):
    return shared("policies", keys("Policies and the one that holds.", {
        "default": text("The name of one of them."),
        "policies": names("By name.", keys("A reading of what happens to registers.", {
            "summary": text("One sentence."),
            "actions": actions("What it does, in order."),
        })),
    }), about)


POLICIES = {
    "groups": names("Lists of actions that policies share by name; configure-pins tells which "
                    "ports the bootloader uses.", actions("In order.")),
    "entry_policies": policies("What the bootloader's start does to registers."),
    "leave_policies": policies("What Leave does to registers."),
}

BEHAVIOUR = keys("Where ROMs differ or sources disagree.", {
    "start_state": choice("After reset.", "dfuIDLE", "dfuERROR-errFIRMWARE"),
    "clrstatus_outside_error": choice("DFU_CLRSTATUS outside dfuERROR.",
                                      "error-unknown", "to-idle", "stall"),
    "while_busy": choice("DFU_GETSTATUS while an operation runs.",
                         "hold", "dnbusy-again", "stall"),
    "read_unprotect_when_unprotected": choice("Read Unprotect at RDP level 0.",
                                              "mass-erase", "ram-cleared"),
    "set_address_when_protected": choice("Set Address Pointer at RDP level 1.",
                                         "accepted", "errVENDOR"),
    "leave_reply": LEAVE_REPLY,
    "leave_needs": choice("What must come right before Leave, or the ROM goes to dfuERROR.",
                          "nothing", "address-command"),
    "protected_access": choice("Read, Write and Erase at RDP level 1.", "errVENDOR", "dropped"),
    "misaligned_write": choice("A write whose address or length is no multiple of "
                               "write_alignment: the memory's odd_tail decides, this and all "
                               "that follow fail, or above 256 bytes the last unit is wrong.",
                               "as-memory", "all-fail", "corrupted"),
    "write_alignment": number("Bytes: what the ROM asks for, not what flash programs at once.", 64),
    "options_take_effect": choice("When option bytes that were written hold: the ROM has the chip "
                                  "load them, or makes a system reset, which may not.",
                                  "at-option-byte-load", "at-system-reset", "at-power-on"),
    "block_size": choice("What one block counts in an address.", "wTransferSize", "wLength"),
    "functional_descriptor_request": choice("GET_DESCRIPTOR of the DFU functional descriptor.",
                                            "stalled", "answered", "never"),
    "defects": array("Faults of single versions.", choice(
        "Mass erase does nothing, erasing in bank 2 stays busy or hits a sector further on, "
        "after Leave no application starts.",
        "mass-erase-does-nothing", "bank2-erase-wedges", "bank2-erase-hits-further",
        "leave-stays-in-rom")),
})

BOOTLOADER = keys("models/README.md tells about marks and sources.", {
    "name": text("The file's name."),
    "kind?": choice("The ROM's; usbd_dfu.json is the other kind's schema.", "rom"),
    "title": text("As people call it."),
    "other_versions?": texts("ROMs that other parts of the line have: files beside this one."),
    "version?": keys("The byte by which tools tell ROM versions apart.", {
        "id": number("AN2606's bootloader ID.", 255),
        "at": number("Its address in system memory."),
    }),
    "reserved_ram": number("Bytes from the start of RAM that the ROM uses itself."),
    "usb": USB,
    "alternates": shared("alternates", array("In order.", either(
        "An alternate setting's interface string.",
        text("Verbatim."),
        keys("Derived from the chip's flash.", {
            "name": text('"@Internal Flash  ", with its spaces.'),
            "flash_layout": keys("How the ROM writes it.", {
                "count_digits": number("Of a sector count, zero-padded.", 8),
                "size_digits": number("Of a sector size, zero-padded.", 8),
                "type": text("g: readable, erasable, writeable."),
                "byte_unit?": text("Between a size in bytes and the type; nothing if left out."),
            }),
        })), 1), "Interface strings, in order."),
    "dfu": keys("The functional descriptor, and DfuSe.", {
        **DFU,
        "default_address": number("The address pointer after reset."),
        "get_commands": octets("The reply to UPLOAD with wBlockNum 0."),
    }),
    "behaviour": BEHAVIOUR,
    "timings": keys("How long things take.", {
        "set_address": timing("Set Address Pointer."),
        "erase_sector": timing("Erase."),
        "mass_erase": timing("Mass erase."),
        "program": timing("One block."),
        "read_unprotect": timing("Until the reset."),
        "leave": timing("The dfuMANIFEST reply; until it detaches."),
        "startup_ms": number("From reset until the device is on the bus."),
    }),
    **POLICIES,
})
