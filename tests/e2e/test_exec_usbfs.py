"""`dfurig exec`: an open device node behaves as usbfs's (drivers/usb/core/devio.c)."""

import ast
import subprocess
import sys

import pytest
from conftest import PATIENCE_S

MODEL = "stm32f405rg"
NODE = "/dev/bus/usb/001/002"
DEVICE_DESCRIPTOR = bytes.fromhex("12010001 00000040 8304 11DF 0022 010203 01")


@pytest.fixture
def inside(run):
    """Runs Python code in a wrapper; the value of its last print."""
    def run_inside(code: str, *options: str):
        done = run("exec", "--model", MODEL, *options, "--", sys.executable, "-c",
                   f"import os, errno, stat\nNODE = {NODE!r}\n" + code)
        assert done.returncode == 0, done.stderr
        return ast.literal_eval(done.stdout)
    return run_inside


def test_the_descriptors_are_read_in_pieces_and_end(inside):
    pieces = inside("""
node = os.open(NODE, os.O_RDWR)
pieces = []
while not pieces or pieces[-1]:
    pieces.append(os.read(node, 7))
print(pieces)
""")
    everything = b"".join(pieces)
    assert [len(it) for it in pieces] == [7] * 10 + [2, 0]
    assert everything[:18] == DEVICE_DESCRIPTOR
    assert everything[18:22] == bytes([9, 2, 54, 0]) and len(everything) == 18 + 54


def test_reading_equals_the_descriptors_file_in_sysfs(inside):
    node, sysfs = inside("""
node = os.open(NODE, os.O_RDONLY)
print((os.read(node, 4096), open("/sys/bus/usb/devices/1-1/descriptors", "rb").read()))
""")
    assert node == sysfs


def test_seeking(inside):
    assert inside("""
node = os.open(NODE, os.O_RDWR)
def attempt(call, *arguments):
    try:
        return call(*arguments)
    except OSError as error:
        return errno.errorcode[error.errno]
print([
    os.lseek(node, 8, os.SEEK_SET), os.read(node, 2),
    os.lseek(node, -4, os.SEEK_CUR), os.lseek(node, 0, os.SEEK_CUR),
    attempt(os.lseek, node, 0, os.SEEK_END), attempt(os.lseek, node, -1, os.SEEK_SET),
    os.lseek(node, 1000, os.SEEK_SET), os.read(node, 1),
    os.pread(node, 2, 10), os.lseek(node, 0, os.SEEK_CUR),
    attempt(os.write, node, b"x"),
])
""") == [8, b"\x83\x04", 6, 6, "EINVAL", "EINVAL", 1000, b"", b"\x11\xdf", 1000, "EINVAL"]


def test_copies_share_one_position_and_other_opens_have_their_own(inside):
    assert inside("""
node = os.open(NODE, os.O_RDWR)
other = os.open(NODE, os.O_RDWR)
os.lseek(node, 8, os.SEEK_SET)
child = os.fork()
if child == 0:
    os.read(node, 2)
    os._exit(0)
os.waitpid(child, 0)
print((os.read(node, 2), os.read(other, 2)))
""") == (b"\x11\xdf", b"\x12\x01")


def test_fstat_says_what_stat_says(inside):
    assert inside("""
node = os.open(NODE, os.O_RDWR)
def facts(status):
    return stat.S_ISCHR(status.st_mode), os.major(status.st_rdev), os.minor(status.st_rdev)
print((facts(os.stat(NODE)), facts(os.fstat(node))))
""") == ((True, 189, 1),) * 2


def test_a_limit_on_descriptors_is_no_obstacle(dfurig):
    code = f"import os\nprint(len(os.read(os.open({NODE!r}, os.O_RDWR), 4096)))"
    done = subprocess.run(
        ["sh", "-c", 'ulimit -n 64; exec "$@"', "sh", dfurig, "exec", "--model", MODEL, "--",
         sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE_S)
    assert (done.returncode, done.stdout) == (0, "72\n"), done.stderr


def test_fwupdtool_lists_the_device(run):
    done = run("exec", "--model", MODEL, "--", "fwupdtool", "get-devices", "--plugins", "dfu",
               "--json", env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"})
    assert done.returncode == 0, done.stderr
    for expected in ('"STM Device in DFU Mode"', '"com.st.dfuse"', '"386232733136"', '"22.0"'):
        assert expected in done.stdout
