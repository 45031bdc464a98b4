"""The real DfuSeCommand: download, verify, upload. Needs DFURIG_DFUSE (README.md)."""

import os
import random
import re
import struct
import subprocess
import sys
from pathlib import Path

import programs
import pytest
from conftest import PATIENCE_S, ROOT

sys.path[:0] = [str(ROOT / "tests/e2e"), str(ROOT / "tests/wine")]
import sequences  # noqa: E402
from dfuse_file import dfuse_file  # noqa: E402

FLASH = 0x08000000
SIZE = 5000
# Of each kind of ROM: sector, wTransferSize, and the state it is found in.
MODELS = {"stm32f405rg": (16384, 2048, sequences.FROM_ERROR),
          "stm32l476rg": (2048, 2048, sequences.FROM_ERROR),
          "stm32g0b1cb": (2048, 1024, sequences.FROM_IDLE)}


@pytest.fixture(params=list(MODELS))
def model(request) -> str:
    return request.param


@pytest.fixture(scope="session")
def program() -> Path:
    return programs.find("DfuSeCommand.exe")


def windows_path(path: Path) -> str:
    return "Z:" + str(path).replace("/", "\\")


@pytest.fixture
def command(dfurig, serve, model, program, tmp_path):
    """command(words…): what it prints, and what it sent; the device lives on."""
    server, transcript = serve(model), tmp_path / "transcript.txt"

    def run(*words: str, status: int = 0) -> tuple[str, list[str]]:
        transcript.unlink(missing_ok=True)
        done = subprocess.run(
            [dfurig, "exec", "--connect", server.address, "--wine", str(programs.PREFIX),
             "--transcript", str(transcript), "--", str(program), "-c", "--de", "0", "--al", "0",
             *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=4 * PATIENCE_S)
        print(" ".join(words), "\n", re.sub(r"[^\n]*\r", "", done.stdout))
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout, transcript.read_text().splitlines()

    run.server = server
    return run


@pytest.fixture
def image() -> bytes:
    """Random bytes behind the vector table of an application."""
    return struct.pack("<II", 0x20000400, FLASH + 0x101) + random.Random(1).randbytes(SIZE - 8)


@pytest.fixture
def file(image, tmp_path) -> Path:
    path = tmp_path / "app.dfu"
    path.write_bytes(dfuse_file({0: [(FLASH, image)]}))
    return path


def flash(dfurig: str, server, into: Path) -> bytes:
    """What is in flash, as dfu-util reads it."""
    subprocess.run([dfurig, "exec", "--connect", server.address, "--", "dfu-util", "-a", "0", "-s",
                    f"{FLASH:#x}:{SIZE}", "-U", str(into)], check=True, capture_output=True,
                   env={**os.environ}, timeout=PATIENCE_S)
    return into.read_bytes()


def dfu(transcript: list[str]) -> list[str]:
    return [it for it in transcript if not it.startswith(("GET_DESCRIPTOR", "SET_CONFIGURATION"))]


def test_download_and_verify(command, file, image, dfurig, model, tmp_path):
    printed, sent = command("-d", "--v", "--fn", windows_path(file))
    assert "1 Device(s) found" in printed
    assert "Upgrade successful !" in printed and "Verify successful !" in printed
    assert flash(dfurig, command.server, tmp_path / "back.bin") == image
    sector, block, found = MODELS[model]
    erases = sequences.erase(0, list(range(FLASH, FLASH + SIZE, sector)), found)
    writes = sequences.download(0, FLASH, SIZE, block, sector)
    reads = sequences.upload(0, FLASH, SIZE, block)
    assert dfu(sent) == erases + writes + reads, "as ST's source has it, request by request"


def test_upload(command, file, image, tmp_path):
    command("-d", "--fn", windows_path(file))
    printed, _ = command("-u", "--fn", windows_path(tmp_path / "up.dfu"))
    assert "Upload successful !" in printed
    assert image in (tmp_path / "up.dfu").read_bytes()


def test_a_file_that_is_not_there(command):
    printed, sent = command("-d", "--fn", "none.dfu", status=1)
    assert "file does not exist none.dfu" in printed and dfu(sent) == []
