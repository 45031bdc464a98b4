"""`dfurig exec`: transfers that end late, never, or not as the tool wished."""

import ast
import struct
import sys

import pytest
from usbip_server import Device, Server, configuration

# pyusb's device, and what a call raises by its errno's name.
PYUSB = """
import errno, os, sys, usb.core, usb.util
device = usb.core.find(idVendor=0x0483, idProduct=0xDF11)
def attempt(call, *arguments, **options):
    try:
        result = call(*arguments, **options)
        return bytes(result) if hasattr(result, "tobytes") else result
    except usb.core.USBError as error:
        return errno.errorcode[error.errno]
def say(*words):
    print(words, flush=True)
"""


@pytest.fixture
def server():
    it = Server()
    yield it
    it.stop()


@pytest.fixture
def tool(inside, server):
    return lambda code: inside("--connect", server.address, "--", sys.executable, "-c",
                               PYUSB + code)


def answer_unless(never: int):
    """Vendor request 1 returns its wValue; the one of wValue `never` is never answered."""
    def on_control(setup: bytes, _data: bytes):
        value = struct.unpack("<H", setup[2:4])[0]
        return None if value == never else (0, struct.pack("<H", value)[:setup[6]])
    return on_control


# A signal that comes before the wrapper has received a call ends the call with EINTR, unacted on,
# when its handler lacks SA_RESTART: the kernel knows no way to wait uninterruptibly there.
@pytest.mark.parametrize("how", ["by-libusb", "by-ioctl", "without-restart"])
def test_a_millisecond_timer_loses_and_doubles_no_transfer(server, inside, program, libusb, how):
    device = server.plug(Device(on_control=answer_unless(-1)))
    tool = inside("--connect", server.address, "--", program("ticking", *libusb), "10000", how)
    assert tool.end() == "10000 right, interrupted\n"
    values = [struct.unpack("<H", it[2:4])[0] for it in device.setups if it[0] == 0xC0]
    assert values == list(range(10000)), "as the device saw them"


def test_libusbs_time_out_cancels_the_transfer_and_the_next_one_works(server, tool):
    device = server.plug(Device(on_control=answer_unless(7)))
    said = tool("""
say(attempt(device.ctrl_transfer, 0xC0, 1, 7, 0, 2, timeout=50),
    attempt(device.ctrl_transfer, 0xC0, 1, 8, 0, 2, timeout=5000))
""").end()
    assert ast.literal_eval(said) == ("ETIMEDOUT", b"\x08\x00")
    assert device.unlinks == 1


def test_the_blocking_requests_time_out_is_honoured(server, tool):
    device = server.plug(Device(on_control=answer_unless(7)))
    said = tool("""
import ctypes, fcntl
class Control(ctypes.Structure):
    _fields_ = [("kind", ctypes.c_uint8), ("request", ctypes.c_uint8), ("value", ctypes.c_uint16),
                ("index", ctypes.c_uint16), ("length", ctypes.c_uint16),
                ("timeout", ctypes.c_uint32), ("data", ctypes.c_void_p)]
USBDEVFS_CONTROL = 0xC0185500
node = os.open("/dev/bus/usb/001/002", os.O_RDWR)
data = ctypes.create_string_buffer(2)
for value in (7, 8):
    try:
        say(fcntl.ioctl(node, USBDEVFS_CONTROL,
                        Control(0xC0, 1, value, 0, 2, 50, ctypes.addressof(data))))
    except OSError as error:
        say(errno.errorcode[error.errno])
""").end()
    assert [ast.literal_eval(it) for it in said.splitlines()] == [("ETIMEDOUT",), (2,)]
    assert device.unlinks == 1


def test_an_unplug_ends_a_pending_transfer_with_no_device(server, tool):
    device = server.plug(Device(on_control=answer_unless(7)))
    started = tool("""
say("started")
say(attempt(device.ctrl_transfer, 0xC0, 1, 7, 0, 2, timeout=0),
    attempt(device.ctrl_transfer, 0xC0, 1, 8, 0, 2))
say([attempt(it) for it in [device.reset]])
""")
    assert started.line() == "('started',)"
    while not any(it[0] == 0xC0 for it in device.setups):
        pass
    server.unplug()
    assert ast.literal_eval(started.line()) == ("ENODEV", "ENODEV")
    # libusb says "not found" while it has not noticed yet.
    assert started.end() in ("(['ENODEV'],)\n", "(['ENOENT'],)\n")


def test_a_bus_reset_reaches_the_device_and_restores_its_settings(server, tool):
    device = server.plug(Device(on_control=answer_unless(-1)))
    said = tool("""
device.set_interface_altsetting(0, 0)
device.reset()
say(attempt(device.ctrl_transfer, 0xC0, 1, 3, 0, 2))
""").end()
    assert ast.literal_eval(said) == (b"\x03\x00",)
    assert device.resets == 1


def test_a_device_that_is_another_after_a_reset_comes_back_as_that(server, tool):
    device = server.plug(Device(on_control=answer_unless(-1)))
    started = tool("""
say("started")
sys.stdin.readline()
say(attempt(device.reset))
while (other := usb.core.find(idVendor=0x0483)) is None or other.idProduct == 0xDF11:
    pass
say(hex(other.idProduct), other.address, attempt(other.ctrl_transfer, 0xC0, 1, 3, 0, 2))
""")
    assert started.line() == "('started',)"
    device.device = bytes.fromhex("12010002 00000040 8304 4057 0022 000000 01")
    started.tell("go")
    assert ast.literal_eval(started.line()) in [("ENOENT",), ("ENODEV",)]
    assert ast.literal_eval(started.end()) == ("0x5740", 3, b"\x03\x00")


def test_bulk_transfers_reach_a_foreign_servers_device(server, tool):
    box: list[bytes] = []

    def on_bulk(ep: int, length: int, data: bytes):
        if ep == 0x01:
            box.append(data)
            return 0, b""
        return (0, box.pop(0)[:length]) if box else None

    device = server.plug(Device(configuration=configuration(0x01, 0x81), on_bulk=on_bulk))
    said = tool("""
say(device.write(1, b"hello" * 100), attempt(device.read, 0x81, 512),
    attempt(device.read, 0x81, 512, timeout=50), attempt(device.write, 1, b"again"),
    attempt(device.read, 0x81, 512))
""").end()
    assert ast.literal_eval(said) == (500, b"hello" * 100, "ETIMEDOUT", 5, b"again")
    assert device.unlinks == 1


def test_an_interface_belongs_to_who_claimed_it(server, tool):
    server.plug(Device(on_control=answer_unless(-1)))
    said = tool("""
usb.util.claim_interface(device, 0)
child = os.fork()
if child == 0:
    other = usb.core.find(idVendor=0x0483, idProduct=0xDF11)
    to_interface = (0xC1, 1, 2, 0, 2)
    say(attempt(usb.util.claim_interface, other, 0), attempt(other.ctrl_transfer, 0xA1, 1, 2, 0, 2),
        attempt(other.ctrl_transfer, 0xC0, 1, 2, 0, 2), other.is_kernel_driver_active(0),
        attempt(usb.util.claim_interface, other, 5))
    sys.stdin.readline()
    say(attempt(usb.util.claim_interface, other, 0))
    os._exit(0)
sys.stdin.readline()
usb.util.dispose_resources(device)
say("released")
os.waitpid(child, 0)
""")
    assert ast.literal_eval(said.line()) == ("EBUSY", "EBUSY", b"\x02\x00", False, "ENOENT")
    said.tell("")
    assert said.line() == "('released',)"
    said.tell("")
    assert said.end() == "(None,)\n"
