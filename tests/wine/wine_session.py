"""Fixtures: a Wine prefix of the tests' own, programs that run in it, and what must not be left.

A test module imports those it uses.
"""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import PATIENCE_S, ROOT

sys.path.insert(0, str(ROOT / "tests/e2e"))  # usbip_server
WINDOWS = ROOT / "build/windows-x86_64"


@pytest.fixture(scope="session")
def host() -> str:
    """Our own small DfuSe, a Windows program: programs/dfuse_host.cc."""
    path = WINDOWS / "tests/dfuse_host.exe"
    assert path.is_file(), f"{path} is not built: ./test builds it"
    return str(path)


def processes_of(prefix: Path) -> list[str]:
    """The processes that belong to a prefix: their environment names it."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            environment = (folder / "environ").read_bytes().split(b"\0")
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if f"WINEPREFIX={prefix}".encode() in environment and command:
            found.append(f"{folder.name} {command}")
    return found


def stale_keys(prefix: Path) -> list[str]:
    """Keys of devices that the prefix keeps."""
    registry = (prefix / "system.reg").read_text(encoding="latin-1")
    return [it for it in re.findall(r"^\[.*", registry, re.MULTILINE)
            if "3fe809ab" in it or "VID_0483" in it.upper()]


def eventually(holds: Callable[[], bool]) -> bool:
    """Waits for what must come; how long it takes is no matter of a test."""
    for _ in range(PATIENCE_S * 10):
        if holds():
            return True
        time.sleep(0.1)
    return False


def check_nothing_is_left(prefix: Path) -> None:
    assert eventually(lambda: processes_of(prefix) == []), processes_of(prefix)
    assert stale_keys(prefix) == []
    assert eventually(lambda: not (prefix / "drive_c/dfurig").exists())


def end_all(started: list, prefix: Path) -> None:
    """Kills each one's `process`."""
    for it in started:
        it.process.kill()
        it.process.communicate(timeout=PATIENCE_S)
    check_nothing_is_left(prefix)


made: list[Path] = []


@pytest.fixture(scope="session")
def prefix(dfurig: str, host: str, tmp_path_factory) -> Iterator[Path]:
    """Made by the first program that runs in it; one for all test modules. It is large."""
    if not made:
        made.append(tmp_path_factory.mktemp("wine") / "prefix")
        done = subprocess.run([dfurig, "exec", "--model", "stm32f405rg", "--wine", str(made[0]),
                               "--", host, "list"], capture_output=True, text=True, cwd=ROOT,
                              stdin=subprocess.DEVNULL, timeout=4 * PATIENCE_S)
        assert done.returncode == 0, done.stderr + done.stdout
        assert "making the Wine prefix" in done.stderr
        check_nothing_is_left(made[0])
    yield made[0]
    shutil.rmtree(made[0], ignore_errors=True)


class Hosted:
    """dfuse_host under `dfurig exec --wine`, talking by lines."""

    def __init__(self, arguments: list[str]):
        self.process = subprocess.Popen(arguments, cwd=ROOT, text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def line(self) -> str:
        return self.process.stdout.readline().rstrip("\n")

    def until(self, start: str) -> str:
        """The line that begins so."""
        said = []
        while True:
            said.append(self.process.stdout.readline())
            if said[-1].startswith(start):
                return said[-1].rstrip("\n")
            assert said[-1], "".join(said)

    def go_on(self) -> None:
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> tuple[int, str]:
        output, _ = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, output


@pytest.fixture
def hosted(dfurig: str, prefix: Path, host: str) -> Iterator[Callable[..., Hosted]]:
    """hosted([options of exec…], "command , command"): started, and gone after the test."""
    started: list[Hosted] = []

    def start(options: list[str], commands: str) -> Hosted:
        started.append(Hosted([dfurig, "exec", "--wine", str(prefix), *options, "--", host,
                               *commands.split()]))
        return started[-1]

    yield start
    end_all(started, prefix)


@pytest.fixture
def hosts(hosted, tmp_path):
    """hosts([options], "command , command"): run to the end; what was said, and the transcript."""
    def run(options: list[str], commands: str, status: int = 0) -> tuple[str, list[str]]:
        transcript = tmp_path / "transcript.txt"
        transcript.unlink(missing_ok=True)
        code, output = hosted([*options, "--transcript", str(transcript)], commands).end()
        assert code == status, output
        return output, transcript.read_text().splitlines() if transcript.exists() else []
    return run
