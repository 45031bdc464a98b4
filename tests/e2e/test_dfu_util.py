"""The unmodified dfu-util and lsusb, through `dfurig exec`."""

import os
import random
import subprocess
from pathlib import Path

import pytest
from conftest import PATIENCE_S
from dfuse_file import dfuse_file

FLASH = 0x08000000
FLASH_SIZE = 1 << 20
MIDDLE = FLASH + FLASH_SIZE // 2
OTP = {"stm32f405rg": 0x1FFF7800, "stm32l476rg": 0x1FFF7000}
SIZES = [1, 2, 63, 64, 65, 2047, 2048, 2049, 65535, 65537]
MODELS = ["stm32f405rg", "stm32l476rg"]


def content(size: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(size)


def first_difference(expected: bytes, actual: bytes) -> str:
    for offset, (a, b) in enumerate(zip(expected, actual)):
        if a != b:
            return f"first at {FLASH + offset:#010x}: expected {a:#04x}, found {b:#04x}"
    return "one is the beginning of the other"


def assert_same(expected: bytes, actual: bytes) -> None:
    assert expected == actual, (f"{len(expected)} bytes expected, {len(actual)} found; "
                                + first_difference(expected, actual))


class Tool:
    """dfu-util runs against one server, so that the device lives from run to run."""

    def __init__(self, run, server, folder: Path):
        self.run, self.server, self.folder = run, server, folder

    def dfu_util(self, *arguments: str) -> str:
        done = self.run("exec", "--connect", self.server.address, "--", "dfu-util", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def download(self, address: int, data: bytes) -> str:
        (self.folder / "down.bin").write_bytes(data)
        return self.dfu_util("-a", "0", "-s", f"{address:#x}", "-D", str(self.folder / "down.bin"))

    def upload(self, address: int, size: int, alternate: int = 0) -> bytes:
        path = self.folder / "up.bin"
        path.unlink(missing_ok=True)
        self.dfu_util("-a", str(alternate), "-s", f"{address:#x}:{size}", "-U", str(path))
        return path.read_bytes()


@pytest.fixture
def tool(run, serve, tmp_path):
    return lambda model: Tool(run, serve(model), tmp_path)


def written(model: str, data: bytes) -> bytes:
    """What of a download arrives: an L4 programs double words and drops the rest."""
    if model != "stm32l476rg":
        return data
    kept = len(data) - len(data) % 8
    return data[:kept] + b"\xff" * (len(data) - kept)


@pytest.mark.parametrize("arguments", [("dfu-util", "-l"), ("lsusb",), ("lsusb", "-t"),
                                       ("lsusb", "-v", "-d", "0483:df11")])
def test_an_ordinary_user_sees_the_device(dfurig, arguments):
    command = [dfurig, "exec", "--model", "stm32f405rg", "--", *arguments]
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 0, done.stderr
    expected = "Dev 2" if "-t" in arguments else "0483:df11"
    assert expected in done.stdout


def test_root_sees_the_device_with_lsusb(run):
    done = run("exec", "--model", "stm32f405rg", "--", "lsusb")
    assert "Bus 001 Device 002: ID 0483:df11" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("address", [FLASH, MIDDLE])
@pytest.mark.parametrize("model", MODELS)
def test_every_size_comes_back_as_it_went(tool, model, address):
    device = tool(model)
    for size in SIZES:
        data = content(size, size)
        assert "File downloaded successfully" in device.download(address, data)
        assert_same(written(model, data), device.upload(address, size))


@pytest.mark.parametrize("model", MODELS)
def test_the_whole_flash_comes_back_as_it_went(tool, model):
    device = tool(model)
    data = content(FLASH_SIZE, 1)
    device.download(FLASH, data)
    assert_same(data, device.upload(FLASH, FLASH_SIZE))


@pytest.mark.parametrize("size", [*SIZES, FLASH_SIZE])
@pytest.mark.parametrize("model", MODELS)
def test_a_dfuse_file_with_two_targets_reaches_both(tool, model, size, tmp_path):
    device = tool(model)
    flash, otp = content(size, size + 1), content(64, 2)
    path = tmp_path / "two.dfu"
    path.write_bytes(dfuse_file({0: [(FLASH, flash)], 2: [(OTP[model], otp)]}))
    device.dfu_util("-D", str(path))
    assert_same(written(model, flash), device.upload(FLASH, size))
    assert_same(otp, device.upload(OTP[model], 64, alternate=2))


@pytest.mark.parametrize("model", MODELS)
def test_a_dfuse_file_reaches_the_middle_of_flash(tool, model, tmp_path):
    device = tool(model)
    parts = {FLASH: content(2048, 3), MIDDLE: content(4096, 4)}
    path = tmp_path / "parts.dfu"
    path.write_bytes(dfuse_file({0: list(parts.items()), 2: [(OTP[model], content(8, 5))]}))
    device.dfu_util("-D", str(path))
    for address, data in parts.items():
        assert_same(data, device.upload(address, len(data)))


@pytest.mark.parametrize("tail", range(1, 8))
def test_an_l4_loses_the_odd_tail_and_dfu_util_reports_success(tool, tail):
    device = tool("stm32l476rg")
    data = content(64 + tail, tail).replace(b"\xff", b"\x00")
    assert "File downloaded successfully" in device.download(FLASH, data)
    back = device.upload(FLASH, len(data))
    assert_same(data[:64], back[:64])
    assert back[64:] == b"\xff" * tail


@pytest.mark.parametrize("model", MODELS)
def test_leave_ends_well_and_the_device_goes_away(run, model):
    image = f"tests/firmware/blink_{model[:-2]}.bin"
    script = (f"dfu-util -a 0 -s 0x08000000:leave -D {image} && dfu-util -l")
    done = run("exec", "--model", model, "--time-scale", "0", "--", "sh", "-c", script)
    assert done.returncode == 0, done.stderr
    assert "Transitioning to dfuMANIFEST state" in done.stdout
    assert "Found DFU" not in done.stdout


def test_the_tools_exit_status_is_passed_on(run):
    assert run("exec", "--model", "stm32f405rg", "--", "sh", "-c", "exit 7").returncode == 7
    assert run("exec", "--model", "stm32f405rg", "--", "sh", "-c", "kill -9 $$").returncode == 137


def test_wrappers_cannot_be_nested_and_say_so(run, dfurig):
    done = run("exec", "--model", "stm32f405rg", "--", dfurig, "exec", "--model", "stm32l476rg",
               "--", "dfu-util", "-l")
    assert done.returncode == 2
    assert done.stderr == (
        "dfurig: exec: this process is inside a dfurig exec already: they cannot be nested\n"
        "  run all tools in one wrapper: dfurig exec … -- sh -c 'tool1; tool2'\n")
