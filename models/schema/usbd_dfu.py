"""ST's USB Device Library in main flash: emulator/model/load_usbd_dfu.cc."""

from bootloader import DFU, LEAVE_REPLY, POLICIES, USB, timing
from vocabulary import array, choice, flag, keys, names, number, text

INTERFACES = array("Interface strings, verbatim.", text("A memory layout."), 1)
PROJECT = {
    "version": choice("Of ST's USB Device Library: 2.4.2 to 2.5.3, or 2.11.2 and later.",
                      "2.5", "2.11"),
    "leave_reply": LEAVE_REPLY,
    "unplug": choice("Whether the host sees USBD_Stop: the pull-up on D+ can be switched off.",
                     "not-seen", "seen"),
}

MEMORY_FUNCTIONS = choice("Whether usbd_dfu_if.c's functions are as STM32CubeMX generates them: "
                          "they do nothing, and all that is read is from address 0.",
                          "filled-in", "empty")

USBD_DFU = keys("ST's USB Device Library in main flash. models/README.md tells more.", {
    "name": text("The file's name."),
    "kind": choice("bootloader.json is the other kind's schema.", "usbd-dfu"),
    "title": text("As people call it."),
    "usb": USB,
    "alternates": INTERFACES,
    "dfu": keys("The functional descriptor.", {
        **DFU,
        "wTransferSize": number("Bytes in a block, 8 to 4096."),
    }),
    "library": keys("What the project sets.", {
        **PROJECT,
        "memory_functions": MEMORY_FUNCTIONS,
    "application_address": number("USBD_DFU_APP_DEFAULT_ADD; the bootloader's own code lies "
                                      "below."),
        "button": text("A boot pin: 1 at reset keeps it in DFU mode."),
    }),
    "timings": keys("How long things take.", {
        "erase_sector": timing("Erase; meanwhile nothing is answered."),
        "program": timing("A block; the poll time-out is Set Address Pointer's too."),
        "startup_ms": number("From reset until the device is on the bus."),
    }),
    "variants": names("The bootloader as its project may have been edited.", keys(
        "What stands here replaces what stands above.", {
            "summary": text("One sentence."),
            "dfu_bmAttributes?": DFU["bmAttributes"],
            "alternates?": INTERFACES,
            "functional_descriptor?": flag("False: the configuration has none."),
            "memory_functions?": MEMORY_FUNCTIONS,
            **{f"{key}?": schema for key, schema in PROJECT.items()},
        })),
    **POLICIES,
})
