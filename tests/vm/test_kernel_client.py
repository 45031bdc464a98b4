"""`dfurig serve` and a client with nothing of ours: the kernel's vhci-hcd, usbip, dfu-util."""

import errno
import re

import pytest
import usbmon
from guest import HOST
from image import IMAGE

# With dfu-util's exit status at Leave: newer ROMs lose the answer to the last DFU_GETSTATUS
# (models/bootloaders/rom-new.json, leave_reply).
CHIPS = {"stm32f405rg": 0, "stm32l476rg": 0, "stm32g0b1re": 74}

DEVICES = "/sys/bus/usb/devices"
PORTS = "/sys/devices/platform/vhci_hcd.0/status"
VDEV_ST_NULL = "004"

ROOT_HUB = 1
GET_DEVICE_QUALIFIER = bytes.fromhex("80 06 00 06")
DFU_GETSTATUS = bytes.fromhex("a1 03 00 00")
# A full-speed device that says USB 2.0 stalls the first. Where the ROM loses the answer to the
# second, the device is gone before the kernel has it.
STATUSES = {GET_DEVICE_QUALIFIER: {errno.EPIPE},
            DFU_GETSTATUS: {0, errno.ESHUTDOWN, errno.ENODEV}}

KERN_WARNING = 4
LOG_LINE = re.compile(r"<(\d+)>\[ *[\d.]+\] (.*)")
ABOUT_USB = re.compile(r"\b(usb\w*|hub|vhci_hcd)\b")
COMPLAINT = re.compile(r"error|fail|timed? ?out|unable|can't|cannot|invalid|reset|stall")
DISASTER = re.compile(r"BUG:|WARNING:|Oops|Call Trace")
# vhci_hub_control() says it whenever a full-speed device is reset, for it knows only low and high
# speed by name; "resetting a full-speed device is not an error" (its maintainer, on linux-usb).
HARMLESS = "vhci_hcd: vhci_device speed not set"


def must_come(guest, number: int = 1) -> None:
    guest.must(f"await [ -e {DEVICES}/1-{number}:1.0 ]")


def must_go(guest, number: int = 1) -> None:
    guest.must(f"await [ ! -e {DEVICES}/1-{number} ]")
    guest.must(f"await grep -q 'hs  000{number - 1} {VDEV_ST_NULL}' {PORTS}")


def attach(guest, port: int, number: int = 1) -> None:
    """As soon as there is a link, and the device. The kernel enumerates after usbip has ended."""
    guest.must(f"await usbip --tcp-port {port} attach -r {HOST} -b 1-{number}")
    must_come(guest, number)


def list_of(output: str) -> list[str]:
    """What dfu-util found, without the number that every enumeration changes."""
    return sorted(re.sub(r"devnum=\d+, ", "", line) for line in re.findall("Found.*", output))


def list_without_the_kernel(run, server) -> list[str]:
    """The same tool through `dfurig exec`, whose exact output tests/e2e knows."""
    found = list_of(run("exec", "--connect", server.address, "--", "dfu-util", "-l").stdout)
    assert found, "dfurig exec shows no device"
    return found


def download_and_leave(guest, status: int = 0) -> None:
    done = guest.run("dfu-util -a 0 -s 0x08000000:leave -D /image.bin")
    assert "File downloaded successfully" in done.output, done.output
    assert done.status == status, f"expected exit status {status}, not {done.status}: {done.output}"


def upload(guest) -> bytes:
    guest.must(f"rm -f /tmp/up && dfu-util -a 0 -s 0x08000000:{len(IMAGE)} -U /tmp/up")
    return guest.read_file("/tmp/up")


@pytest.mark.parametrize("chip", CHIPS)
def test_list_download_leave_and_read_back(guest, run, serve, chip):
    server = serve(chip)
    expected = list_without_the_kernel(run, server)
    attach(guest, server.port)
    assert list_of(guest.must("dfu-util -l")) == expected
    download_and_leave(guest, CHIPS[chip])
    must_go(guest)
    refused = guest.run(f"usbip --tcp-port {server.port} attach -r {HOST} -b 1-1")
    assert "Attach Request for 1-1 failed - Device not found" in refused.output
    server.tell("reset")
    attach(guest, server.port)
    assert upload(guest) == IMAGE, "the upload differs"
    guest.must("usbip detach -p 0")
    must_go(guest)


def test_three_chips_at_once_attached_and_detached(guest, run, serve):
    server = serve(*CHIPS)
    expected = list_without_the_kernel(run, server)
    numbers = range(1, len(CHIPS) + 1)
    for number in numbers:
        attach(guest, server.port, number)
    assert list_of(guest.must("dfu-util -l")) == expected
    for number in numbers:
        guest.must(f"usbip detach -p {number - 1}")
        must_go(guest, number)
    assert list_without_the_kernel(run, server) == expected, "they are free again"


def test_serve_attach_follows_the_device_through_leave_and_reset(guest):
    """The whole of dfurig in the guest: nobody types usbip attach."""
    guest.must("mkfifo /tmp/bench")
    guest.must("dfurig serve --attach --time-scale 0 --model stm32f405rg <>/tmp/bench "
               ">/tmp/serve.log 2>&1 & echo $! >/tmp/serve.pid")
    must_come(guest)
    download_and_leave(guest)
    must_go(guest)
    guest.must("echo reset >/tmp/bench")
    must_come(guest)
    assert upload(guest) == IMAGE, guest.must("cat /tmp/serve.log")
    guest.must("kill $(cat /tmp/serve.pid)")
    must_go(guest)
    assert guest.must("cat /tmp/serve.log").count("1-1: attached to this machine's kernel") == 2


def test_every_urb_was_answered_and_none_in_an_unexpected_way(guest):
    pending: dict[int, bytes] = {}
    odd = []
    for event in usbmon.events(guest.read_file("/tmp/usbmon")):
        if event.devnum == ROOT_HUB:
            continue
        if event.type == "S":
            pending[event.urb] = event.setup
            continue
        setup = pending.pop(event.urb)
        if -event.status not in STATUSES.get(setup[:4], {0}):
            odd.append(f"{setup.hex(' ')}: status {event.status}")
    assert pending == {}
    assert odd == []


def complaints(log: str) -> list[str]:
    lines = [(int(level) % 8, text) for level, text in LOG_LINE.findall(log)]
    assert lines, "the kernel said nothing"
    return [text for level, text in lines if not text.startswith("$ ") and text != HARMLESS and (
        DISASTER.search(text) or ABOUT_USB.search(text) and (
            level <= KERN_WARNING or COMPLAINT.search(text)))]


def test_the_kernel_has_nothing_to_complain_about(guest):
    assert complaints(guest.kernel_log()) == []


@pytest.mark.parametrize("line", [
    "<3>[    5.1] usb 1-1: device descriptor read/64, error -110",
    "<6>[    5.1] usb 1-1: reset full-speed USB device number 2 using vhci_hcd",
    "<4>[    5.1] vhci_hcd: unlink->seqnum 17",
    "<4>[    5.1] WARNING: CPU: 0 PID: 1 at lib/refcount.c:28",
])
def test_a_complaint_is_noticed(line):
    assert complaints(line) != []
