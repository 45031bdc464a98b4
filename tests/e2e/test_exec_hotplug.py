"""`dfurig exec`: devices that come and go while a tool waits."""

import ast
import re
import sys

import pytest

MODEL = "stm32f405rg"

# Prints every message of a group: its first string, its sender, whose it is.
LISTEN = """
import socket, struct, sys
group = int(sys.argv[1])
listener = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 15)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
listener.bind((0, group))
assert listener.getsockname() == (__import__("os").getpid(), group), listener.getsockname()
print("ready", flush=True)
while True:
    data, control, flags, sender = listener.recvmsg(8192, 1024)
    [(level, kind, credentials)] = control
    assert (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS)
    uid = struct.unpack("3I", credentials)[1]
    strings = data[40 if data.startswith(b"libudev") else 0:].rstrip(b"\\0").split(b"\\0")
    print((data[:8], [it.decode() for it in strings], sender, uid, flags), flush=True)
"""


def unplug(board) -> None:
    board("pin BOOT0=0")
    board("reset")


def plug(board) -> None:
    board("pin BOOT0=1")
    assert board("reset").endswith("USB: attached")


@pytest.fixture
def board(bench):
    return bench(MODEL)


def test_libusb_sees_every_event_once(board, inside, program, libusb):
    tool = inside("--connect", board.address, "--", program("hotplug", *libusb))
    assert [tool.line(), tool.line()] == ["arrived 1 2 0483:df11", "waiting"]
    for number in (2, 3, 4):
        unplug(board)
        assert tool.line() == f"left 1 {number}"
        plug(board)
        assert tool.line() == f"arrived 1 {number + 1} 0483:df11"
    assert tool.end() == ""


def test_a_device_that_is_not_there_yet_arrives(board, inside, program, libusb):
    unplug(board)
    tool = inside("--connect", board.address, "--", program("hotplug", *libusb))
    assert tool.line() == "waiting"
    plug(board)
    assert tool.line() == "arrived 1 2 0483:df11"
    assert tool.end() == ""


def test_a_device_of_the_wrappers_own_comes_back(inside, program, libusb, tmp_path):
    script = """(until [ -e "$1" ]; do sleep 0.05; done
        dfu-util -a 0 -s 0x08000000:unprotect:force -D README.md >/dev/null 2>&1) &
        "$0"; wait"""
    tool = inside("--model", MODEL, "--time-scale", "0", "--", "sh", "-c", script,
                  program("hotplug", *libusb), str(tmp_path / "go"))
    assert [tool.line(), tool.line()] == ["arrived 1 2 0483:df11", "waiting"]
    (tmp_path / "go").touch()
    assert [tool.line(), tool.line()] == ["left 1 2", "arrived 1 3 0483:df11"]
    assert tool.end() == ""


def test_the_kernels_group_gets_the_kernels_events(board, inside):
    tool = inside("--connect", board.address, "--", sys.executable, "-c", LISTEN, "1")
    assert tool.line() == "ready"
    unplug(board)
    plug(board)
    events = [ast.literal_eval(tool.line()) for _ in range(6)]
    device = "/devices/platform/dfurig.0/usb1/1-1"
    interface = device + "/1-1:1.0"
    assert [strings[0] for _, strings, _, _, _ in events] == [
        f"remove@{interface}", f"unbind@{device}", f"remove@{device}",
        f"add@{device}", f"add@{interface}", f"bind@{device}"]
    assert events[3][1] == [
        f"add@{device}", "ACTION=add", f"DEVPATH={device}", "SUBSYSTEM=usb", "MAJOR=189", "MINOR=2",
        "DEVNAME=bus/usb/001/003", "DEVTYPE=usb_device", "PRODUCT=483/df11/2200", "TYPE=0/0/0",
        "BUSNUM=001", "DEVNUM=003", "SEQNUM=4"]
    assert all((sender, uid, flags) == ((0, 1), 0, 0) for _, _, sender, uid, flags in events)


def test_udevs_group_gets_libudevs_messages(board, inside):
    tool = inside("--connect", board.address, "--", sys.executable, "-c", LISTEN, "2")
    assert tool.line() == "ready"
    unplug(board)
    events = [ast.literal_eval(tool.line()) for _ in range(3)]
    for head, strings, (port, groups), uid, _ in events:
        assert (head, groups, uid) == (b"libudev\0", 2, 0) and port != 0
    assert "DEVNAME=/dev/bus/usb/001/002" in events[2][1]
    assert "ID_SERIAL_SHORT=386232733136" in events[2][1]


def test_udevadm_monitor_shows_both(board, inside):
    tool = inside("--connect", board.address, "--", "udevadm", "monitor", "--kernel", "--udev",
                  "--subsystem-match=usb/usb_device")
    while tool.line():  # its title ends with an empty line
        pass
    unplug(board)
    seen = sorted(re.sub(r"\[.*\]", " ", tool.line()).split()[:2] for _ in range(4))
    assert seen == [["KERNEL", "remove"], ["KERNEL", "unbind"], ["UDEV", "remove"],
                    ["UDEV", "unbind"]]


def test_the_tree_follows(board, inside):
    tool = inside("--connect", board.address, "--", "sh", "-c",
                  "while read line; do echo $(ls /dev/bus/usb/001 /sys/bus/usb/devices); done")

    def names() -> list[str]:
        tool.tell("look")
        return [word for word in tool.line().split() if not word.endswith(":")]

    assert names() == ["001", "002", "1-0:1.0", "1-1", "1-1:1.0", "usb1"]
    unplug(board)
    assert names() == ["001", "1-0:1.0", "usb1"]
    plug(board)
    while "1-1" not in (seen := names()):
        pass
    assert seen == ["001", "003", "1-0:1.0", "1-1", "1-1:1.0", "usb1"]


SOCKET = """
import errno, select, signal, socket
listener = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 15)
listener.bind((0, 1))
"""


def test_poll_shows_a_message_while_there_is_one(board, inside):
    tool = inside("--connect", board.address, "--", sys.executable, "-c", SOCKET + """
poller = select.poll()
poller.register(listener, select.POLLIN)
print(poller.poll(0), flush=True)
poller.poll()
print(len(listener.recv(0, socket.MSG_PEEK | socket.MSG_TRUNC)), flush=True)
whole = listener.recv(8192, socket.MSG_PEEK)
cut, control, flags, sender = listener.recvmsg(10)
print((whole[:10] == cut, flags == socket.MSG_TRUNC, len(control), sender), flush=True)
for _ in range(2):
    poller.poll()
    print(len(listener.recv(8192)) > 100, flush=True)
print(poller.poll(0), flush=True)
try:
    listener.recv(1, socket.MSG_DONTWAIT)
except OSError as error:
    print(errno.errorcode[error.errno], flush=True)
""")
    assert tool.line() == "[]"
    unplug(board)
    assert [tool.line() for _ in range(6)] == [
        "0", "(True, True, 0, (0, 1))", "True", "True", "[]", "EAGAIN"]


def test_a_signal_ends_the_waiting(inside):
    tool = inside("--model", MODEL, "--", sys.executable, "-c", SOCKET + """
class Rang(Exception):
    pass
def ring(*unused):
    raise Rang
signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.05)
try:
    listener.recv(8192)
except Rang:
    print("rang")
""")
    assert tool.end() == "rang\n"


def test_a_message_ends_the_waiting(board, inside):
    tool = inside("--connect", board.address, "--", sys.executable, "-c", SOCKET + """
print("waiting", flush=True)
print(listener.recv(8192).split(bytes(1))[0].decode())
""")
    assert tool.line() == "waiting"
    unplug(board)
    assert tool.end() == "remove@/devices/platform/dfurig.0/usb1/1-1/1-1:1.0\n"
