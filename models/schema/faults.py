"""What goes wrong, and when: emulator/scenario/load_faults.cc, emulator/fault/kinds.cc."""

from vocabulary import (array, choice, either, flag, keys, kind, number, octets, real, shared,
                        text)

REQUESTS = ("DFU_DETACH", "DFU_DNLOAD", "DFU_UPLOAD", "DFU_GETSTATUS", "DFU_CLRSTATUS",
            "DFU_GETSTATE", "DFU_ABORT", "GET_STATUS", "CLEAR_FEATURE", "SET_FEATURE",
            "GET_DESCRIPTOR", "GET_CONFIGURATION", "SET_CONFIGURATION", "GET_INTERFACE",
            "SET_INTERFACE")
STATES = ("appIDLE", "appDETACH", "dfuIDLE", "dfuDNLOAD-SYNC", "dfuDNBUSY", "dfuDNLOAD-IDLE",
          "dfuMANIFEST-SYNC", "dfuMANIFEST", "dfuMANIFEST-WAIT-RESET", "dfuUPLOAD-IDLE",
          "dfuERROR")
STATUSES = ("OK", "errTARGET", "errFILE", "errWRITE", "errERASE", "errCHECK_ERASED", "errPROG",
            "errVERIFY", "errADDRESS", "errNOTDONE", "errFIRMWARE", "errVENDOR", "errUSBR",
            "errPOR", "errUNKNOWN", "errSTALLEDPKT")
REPLIES = ("ACK", "STALL", "data", "no reply", "bus error")

OCCASION = {
    "nth?": number("Of all that meets the rest, the how-manieth; 1 if left out."),
    "times?": either("So many from then on; 1 if left out.", number("So many."),
                     choice("All.", "always")),
    "probability?": real("Of each.", most=1),
}

REQUEST = {
    "request?": choice("Which.", *REQUESTS),
    "operation?": choice("What a DFU_DNLOAD asks for; of others, what the last one did.",
                         "set address", "erase", "mass erase", "read unprotect", "write", "leave"),
    "wValue?": number("wBlockNum of a block.", 0xFFFF),
    "address?": number("Of Set Address Pointer or Erase."),
    "written_bytes?": either("Once so many were written.", number("So many."), keys("A share.", {
        "percent": real("Of the file.", most=100),
        "of": text("The file."),
    })),
}

REQUESTS_MET = keys("Which control transfers.", {**OCCASION, **REQUEST})
WHEN = {
    "usb": shared("when_usb", REQUESTS_MET, "Which control transfers."),
    "bootloader": shared("when_usb", REQUESTS_MET, "Which control transfers."),
    "memory": shared("when_memory", keys("Which operations of flash.", {
        **OCCASION,
        "operation?": choice("Programming of a unit, or…", "program", "erase", "option bytes"),
        "address?": number("Where."),
        "size?": number("Bytes from there; 1 if left out."),
    }), "Which operations of flash."),
    "stream": shared("when_stream", keys("Which bytes.", {
        **OCCASION,
        "direction": choice("Whose.", "to_device", "to_host"),
        "offset?": number("From the first byte of the run."),
    }), "Which bytes."),
}

BYTES = number("How many.")
BITS = octets("Those that change, 1 each.")
DELAY = real("Milliseconds.", most=3600000)
SOMEWHERE = number("Of the first byte.")


def kinds(seam, named, **parameters):
    """Faults at one seam that have the same parameters."""
    when = "when" if seam == "stream" else "when?"
    return keys(f"At the seam {seam}.", {
        "fault": kind("What goes wrong.", *(f"{seam}.{name}" for name in named.split())),
        when: WHEN[seam], "may_miss?": flag("true: it is fine when it never strikes."),
        **{name.replace("_or_not", "?"): value for name, value in parameters.items()}})


FAULT = shared("injected", either(
    "scenarios/README.md tells what each does.",
    kinds("usb", "stall bus_error babble never lost twice"),
    kinds("usb", "short long", bytes=BYTES),
    kinds("usb", "corrupt", bits=BITS, offset_or_not=SOMEWHERE),
    kinds("usb", "late reconnect", delay_ms=DELAY),
    kinds("usb", "unplug", delay_ms_or_not=DELAY),
    kinds("bootloader", "ignores_leave leaves_unseen resets_at_leave hangs_at_leave "
          "leaves_at_bus_reset"),
    kinds("bootloader", "leaves_late", delay_ms=DELAY),
    kinds("bootloader", "wedge", poll_ms_or_not=number("bwPollTimeout.", 0xFFFFFF)),
    kinds("bootloader", "error", status=choice("bStatus.", *STATUSES)),
    kinds("bootloader", "status", status_or_not=choice("bStatus.", *STATUSES),
          state_or_not=choice("bState.", *STATES),
          poll_ms_or_not=number("bwPollTimeout.", 0xFFFFFF)),
    kinds("memory", "program_fails erase_fails program_dropped erase_dropped busy_for_ever "
          "power_cut"),
    kinds("memory", "stuck_bits", address=SOMEWHERE, bits=BITS, level=number("Theirs.", 1)),
    kinds("memory", "flipped_bits", address=SOMEWHERE, bits=BITS),
    kinds("memory", "wears_out", erases=number("So many a sector takes.")),
    kinds("stream", "split merge drop duplicate", bytes=BYTES),
    kinds("stream", "delay", delay_ms=DELAY),
    kinds("stream", "corrupt", bits=BITS),
    kinds("stream", "reset")), "One thing that goes wrong.")

FAULTS = array("What goes wrong.", FAULT)
