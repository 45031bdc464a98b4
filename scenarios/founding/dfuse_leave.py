"""What the button "Leave DFU mode" of ST's DfuSeDemo 3.0.6 sends and says, replayed with libusb.

DfuSeDemo itself is ST's, and runs in Windows or Wine. This follows its published sources
(STSW-STM32080 3.0.6; a public copy: github.com/pimoroni/DfuSE), names in the functions' comments:
the checks in their order, the requests, the words of the message box. It is a replay, not the
program: what Windows adds, above all when it tells that a device was removed, are options.

Prints every request and the box; exit status 0 when the box says "Successfully left DFU mode !".
"""

import argparse
import errno
import os
import re
import sys
import time

import usb.core
import usb.util

ST_DFU = {"idVendor": 0x0483, "idProduct": 0xDF11}
OUT, IN = 0x21, 0xA1  # class request to the interface; wIndex is 0 everywhere (STDFU.CPP)
DNLOAD, GETSTATUS, CLRSTATUS, GETSTATE, ABORT = 1, 3, 4, 5, 6
REQUESTS = {DNLOAD: "DFU_DNLOAD", GETSTATUS: "DFU_GETSTATUS", CLRSTATUS: "DFU_CLRSTATUS",
            GETSTATE: "DFU_GETSTATE", ABORT: "DFU_ABORT"}
TIMEOUT_MS = 5000
WILL_DETACH, MANIFESTATION_TOLERANT = 0x08, 0x04
READABLE = 1
TRIALS = 3  # NB_TRIALS

# As DfuSeDemo prints them (CDfuSeDemoDlg::HandleError).
STATES = ["STATE_IDLE", "STATE_DETACH", "STATE_DFU_IDLE", "STATE_DFU_DOWNLOAD_SYNC",
          "STATE_DFU_DOWNLOAD_BUSY", "STATE_DFU_DOWNLOAD_IDLE", "STATE_DFU_MANIFEST_SYNC",
          "STATE_DFU_MANIFEST", "STATE_DFU_MANIFEST_WAIT_RESET", "STATE_DFU_UPLOAD_IDLE",
          "STATE_DFU_ERROR"]
STATUSES = ["OK", "errTARGET", "errFILE", "errWRITE", "errERASE", "errCHECK_ERASE", "errPROG",
            "errVERIFY", "errADDRESS", "errNOTDONE", "errFIRMWARE", "errVENDOR", "errUSBR",
            "errPOR", "errUNKNOWN", "errSTALLEDPKT"]
IDLE, DNBUSY, DNLOAD_IDLE, MANIFEST, ERROR = 2, 4, 5, 7, 10
UNSUPPORTED = "This feature is not supported by this firmware."
UNEXPECTED = "Unexpected error"
BAD_STATE_MACHINE = "Bad state machine in firmware"


class Box(Exception):
    """The message box that ends the operation."""


class Failed(Exception):
    """A request the device did not answer, or stalled."""


def name_of(names: list[str], number: int, prefix: str = "") -> str:
    return prefix + names[number] if number < len(names) else f"(Unknown 0x{number:02X})"


class Device:
    """STDFU.DLL: one open device, and whether it still is on the bus."""

    def __init__(self, found: usb.core.Device):
        self.usb = found
        self.node = f"/dev/bus/usb/{found.bus:03d}/{found.address:03d}"
        self.removed_at: float | None = None

    def is_gone(self) -> bool:
        if self.removed_at is None and not os.path.exists(self.node):
            self.removed_at = time.monotonic()
        return self.removed_at is not None

    def request(self, number: int, direction: int, length: int = 0) -> bytes:
        """One control transfer with wValue 0 and no OUT data: Leave needs no other."""
        text = f"{REQUESTS[number]} wValue=0 wLength={length}"
        try:
            data = self.usb.ctrl_transfer(direction, number, 0, 0, length, TIMEOUT_MS)
        except usb.core.USBError as error:
            print(f"  {text} -> failed: {error.strerror}")
            if error.errno == errno.ENODEV and self.removed_at is None:
                self.removed_at = time.monotonic()
            raise Failed from error
        answer = bytes(data) if direction == IN else b""
        if len(answer) < length:  # STDFU_VENDOR_RQ_PB
            print(f"  {text} -> failed: {len(answer)} bytes")
            raise Failed
        print(f"  {text} -> {answer.hex(' ') if answer else 'OK'}")
        return answer


class Leave:
    """CDetachThread with OPERATION_RETURN; `error` is what the context shows the GUI."""

    def __init__(self, device: Device, transfer_size: int, elements: int, options):
        self.device = device
        self.transfer_size = transfer_size
        self.elements = elements
        self.options = options
        self.state = self.status = 0xFF
        self.current = "(unknown 0xFFFFFFFF)"
        self.block = self.length = 0xFFFFFFFF
        self.percent = 0
        self.is_error_seen = False

    def getstatus(self) -> None:
        self.current = "Get Status Request"
        answer = self.device.request(GETSTATUS, IN, 6)
        self.status, self.state = answer[0], answer[4]

    def getstate(self) -> None:
        self.current = "Get State Request"
        self.state = self.device.request(GETSTATE, IN, 1)[0]

    def clrstatus(self) -> bool:
        self.current = "Clear Status Request"
        return self.succeeds(CLRSTATUS)

    def succeeds(self, request: int) -> bool:
        try:
            self.device.request(request, OUT)
            return True
        except Failed:
            return False

    def box(self, error: str) -> Box:
        """CDfuSeDemoDlg::HandleError; the target is that of an upload or upgrade: none so far"""
        return Box("\n".join([
            "Target: -1", f"Error Code: {error}", "Operation: RETURN",
            f"TransferSize: {self.transfer_size}", f"DFU State: {name_of(STATES, self.state)}",
            f"DFU Status: {name_of(STATUSES, self.status, 'STATUS_')}",
            f"Request: {self.current}. ", f"CurrentNBlock: 0x{self.block:04X}",
            f"CurrentLength: 0x{self.length:04X}", f"Percent: {self.percent}%"]))

    def show(self, error: str) -> None:
        """The context holds an error for a moment; a 300 ms timer that ticks then acts on it."""
        print(f"  (for a moment the context says: Error Code: {error})")
        self.is_error_seen = self.options.timer_sees_errors

    def ensure_idle(self) -> None:
        """CDFUThread::EnsureIdleMode"""
        try:
            try:
                self.getstatus()
                needs_clearing = self.state == ERROR
            except Failed:
                needs_clearing = True
            if needs_clearing:
                if not self.clrstatus():
                    raise Failed
                self.getstatus()
            self.getstatus()
            if self.state != IDLE:
                self.current = "Abort Request"
                if not self.succeeds(ABORT):
                    self.clrstatus()
                self.getstatus()
        except Failed:
            self.succeeds(ABORT)
            raise self.box(UNEXPECTED) from None
        if self.state == ERROR:
            self.clrstatus()
            try:
                self.getstatus()
            except Failed:
                pass
        if self.state != IDLE:
            self.succeeds(ABORT)
            raise self.box(BAD_STATE_MACHINE)

    def clear_error_state(self) -> None:
        """The GETSTATE before a block-0 DNLOAD; DfuSeDemo would clear for ever."""
        try:
            self.getstate()
            while self.state == ERROR:
                self.clrstatus()
                self.getstate()
        except Failed:
            pass

    def download_and_get_status(self) -> None:
        """CDFUThread::ActionAndGetStatus; its result is discarded, its errors are not hidden."""
        self.block = self.length = 0
        if self.elements == 0:
            return self.show("Bad parameter")
        for _ in range(TRIALS):
            self.clear_error_state()
            self.current = "Download Request"
            try:
                self.device.request(DNLOAD, OUT)
                self.getstatus()
            except Failed:
                if not self.recovers():
                    return None
                continue
            if self.state != ERROR:
                return self.judge()
            self.clrstatus()
        self.show(UNEXPECTED)
        self.succeeds(ABORT)
        return None

    def recovers(self) -> bool:
        """After a failed request: GETSTATE tells whether to try again."""
        try:
            self.getstate()
        except Failed:
            self.show(UNEXPECTED)
            self.succeeds(ABORT)
            return False
        if self.state == ERROR:
            self.clrstatus()
        return True

    def judge(self) -> None:
        if self.status != 0:
            self.show("DFU error")
        elif self.state not in (DNLOAD_IDLE, DNBUSY, MANIFEST):
            self.show(BAD_STATE_MACHINE)

    def await_unplug(self) -> None:
        """A removal counts only while the thread waits for it (WndProc in DetachThread.CPP)."""
        began = time.monotonic()
        self.current = "Awaiting UNPLUG EVENT"
        print(f"  waiting up to {self.options.wait:g} s for the removal (DfuSeDemo: 200 times)")
        while time.monotonic() < began + self.options.wait:
            if self.device.is_gone():
                notice_at = self.device.removed_at + self.options.notice_delay
                if began <= notice_at <= time.monotonic():
                    return
            time.sleep(0.01)
        if self.device.is_gone():
            print("  the device went, but Windows said so before this wait began: ignored")
        self.percent = 49  # 25 + 199 / 8
        raise self.box(UNEXPECTED)

    def run(self, attributes: int) -> None:
        """CDetachThread::RunThread"""
        print(f"bmAttributes 0x{attributes:02X}, {self.elements} elements to return from")
        if not attributes & WILL_DETACH or attributes & MANIFESTATION_TOLERANT:
            raise Box(UNSUPPORTED)
        self.ensure_idle()
        self.percent = 15
        self.download_and_get_status()
        if self.is_error_seen:
            # STDFUPRT_StopOperation awaits the thread, which has cleared the error by then, and
            # what the thread says last is shown.
            self.current = "Awaiting UNPLUG EVENT"
            raise self.box("no error (!)")
        if self.state == DNBUSY:  # the next pass asks the closed handle for its status
            raise self.box(UNEXPECTED)
        self.percent = 25
        self.await_unplug()


def functional_descriptor(device: usb.core.Device) -> bytes:
    """STDFU_GetDFUDescriptor: type 0x21 after the last alternate of the last interface."""
    extra = bytes(list(device[0])[-1].extra_descriptors)
    while len(extra) >= 2 and extra[0] >= 2:
        if extra[1] == 0x21 and extra[0] >= 9:
            return extra[:9]
        extra = extra[extra[0]:]
    raise Box("Unable to get DFU descriptor... Bad Firmware")


def sector_types(layout: str) -> list[int]:
    """STDFUPRT_CreateMappingFromDevice: the type letter of every run of sectors."""
    if not layout.startswith("@") or "*" not in layout:
        raise Box("Unable to find or decode device mapping... Bad Firmware")
    # After count*size one unit, then the type; a 'g' in the unit's place is the type (L0).
    runs = re.findall(r"\d+\*\d+(.)(.?)", layout.partition("/")[2])
    return [ord("g" if unit == "g" else letter or "\0") for unit, letter in runs]


def select(device: usb.core.Device) -> tuple[bytes, int]:
    """CDfuSeDemoDlg::OnSelchangeCombodevices: the button is enabled when all this went well."""
    descriptor = functional_descriptor(device)
    version = descriptor[7] | descriptor[8] << 8
    if version and not 0x011A <= version < 0x0120:
        raise Box("Bad DFU protocol version. Should be 1.1A")
    layouts = [usb.util.get_string(device, alternate.iInterface) for alternate in device[0]]
    for number, layout in enumerate(layouts):
        print(f"target {number:02d}: {layout}")
    types = [sector_types(layout or "") for layout in layouts]
    # STDFUFILES_FilterImageForOperation keeps what can be read of the selected target, the first.
    return descriptor, sum(1 for letter in types[0] if letter & READABLE)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wait", type=float, default=200.0, metavar="SECONDS",
                        help="for the removal; 200 times a second in STDFUPRT.dll 3.0.6, "
                             "200 times 50 ms in 3.0.0 to 3.0.5")
    parser.add_argument("--notice-delay", type=float, default=0.5, metavar="SECONDS",
                        help="from the device's end to Windows' notice of its removal")
    parser.add_argument("--timer-sees-errors", action="store_true",
                        help="the GUI's 300 ms timer ticks while the context holds an error")
    return parser.parse_args()


def leave(options: argparse.Namespace) -> str:
    found = usb.core.find(**ST_DFU)
    if found is None:
        raise Box("no DFU device")
    try:
        descriptor, elements = select(found)
    except usb.core.USBError as error:  # STDFU_OPENDRIVERERROR
        raise Box("Error Code: Unknown error 0x12340005. ") from error
    size = descriptor[5] | descriptor[6] << 8
    Leave(Device(found), size, elements, options).run(descriptor[2])
    return "Successfully left DFU mode !"


def main() -> int:
    try:
        text, status = leave(arguments()), 0
    except Box as box:
        text, status = str(box), 1
    print("DfuSeDemo would say:")
    for line in text.splitlines():
        print(f"  | {line}")
    return status


if __name__ == "__main__":
    sys.exit(main())
