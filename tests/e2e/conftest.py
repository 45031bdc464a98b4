"""Fixtures: the real binary, servers that end, tools run inside `dfurig exec`."""

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LISTENING = re.compile(r"listening on 127\.0\.0\.1:(\d+)")
PATIENCE_S = 60


@pytest.fixture(scope="session")
def dfurig() -> str:
    """The program under test. A suite without it fails: nothing here may be skipped."""
    path = Path(os.environ.get("DFURIG", ROOT / "build/release/dfurig"))
    assert path.is_file(), f"{path} is not built: ./test builds it"
    return str(path)


@pytest.fixture
def run(dfurig: str) -> Callable[..., subprocess.CompletedProcess]:
    """Runs `dfurig ARGUMENTS…` from the root of the project to its end."""
    def run_dfurig(*arguments: str, **options: object) -> subprocess.CompletedProcess:
        return subprocess.run([dfurig, *arguments], cwd=ROOT, capture_output=True, text=True,
                              timeout=PATIENCE_S, stdin=subprocess.DEVNULL, **options)
    return run_dfurig


class Server:
    """A `dfurig serve` on a free port."""

    def __init__(self, dfurig: str, arguments: tuple[str, ...]):
        self.process = subprocess.Popen(
            [dfurig, "serve", "--listen", "127.0.0.1:0", *arguments],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self.process.stdout is not None
        first = self.process.stdout.readline()
        match = LISTENING.search(first)
        assert match, f"serve said {first!r}"
        self.port = int(match.group(1))
        self.address = f"127.0.0.1:{self.port}"

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        output, _ = self.process.communicate(timeout=PATIENCE_S)
        assert self.process.returncode == 0, output


@pytest.fixture
def serve(dfurig: str) -> Iterator[Callable[..., Server]]:
    """serve(model, *options): ended after the test, which must be a clean end."""
    servers: list[Server] = []

    def start(*models_and_options: str) -> Server:
        arguments: list[str] = ["--time-scale", "0"]
        for word in models_and_options:
            arguments += ["--model", word] if word.startswith("stm32") else [word]
        servers.append(Server(dfurig, tuple(arguments)))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


class Bench:
    def __init__(self, dfurig: str, *models: str):
        words = [word for model in models for word in ("--model", model)]
        self.dfurig = dfurig
        self.process = subprocess.Popen(
            [dfurig, "serve", "--listen", "127.0.0.1:0", "--time-scale", "0", *words], cwd=ROOT,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.address = "127.0.0.1:" + LISTENING.search(self.process.stdout.readline()).group(1)
        while "Ctrl-C stops" not in self.process.stdout.readline():
            pass

    def __call__(self, line: str) -> str:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        while answer.startswith("127.0.0.1:"):  # a client came or went
            answer = self.process.stdout.readline()
        return answer.rstrip("\n")

    def dfu_util(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [self.dfurig, "exec", "--connect", self.address, "--", "dfu-util", *arguments],
            cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S)

    def alternates(self) -> int:
        return self.dfu_util("-l").stdout.count("Found DFU")


@pytest.fixture
def bench(dfurig):
    started: list[Bench] = []

    def start(*models: str) -> Bench:
        started.append(Bench(dfurig, *models))
        return started[-1]

    yield start
    for it in started:
        it.process.terminate()
        it.process.communicate(timeout=PATIENCE_S)
        assert it.process.returncode == 0


class Inside:
    """A program that runs in `dfurig exec` and talks with the test by lines."""

    def __init__(self, dfurig: str, arguments: tuple[str, ...]):
        self.process = subprocess.Popen([dfurig, "exec", *arguments], cwd=ROOT, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def line(self) -> str:
        line = self.process.stdout.readline()
        assert line, "it ended"
        return line.rstrip("\n")

    def tell(self, line: str) -> None:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def end(self) -> str:
        """Closes its standard input; what else it says."""
        self.process.stdin.close()
        rest = self.process.stdout.read()
        assert self.process.wait(timeout=PATIENCE_S) == 0
        return rest


@pytest.fixture
def inside(dfurig: str) -> Iterator[Callable[..., Inside]]:
    """inside("--model", M, "--", TOOL…): started; ended by the test or after it."""
    started: list[Inside] = []

    def start(*arguments: str) -> Inside:
        started.append(Inside(dfurig, arguments))
        return started[-1]

    yield start
    for it in started:
        it.process.kill()
        it.process.wait(timeout=PATIENCE_S)


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """program(name, *options, compiler="cc"): builds tests/e2e/programs/NAME.c; its path."""
    folder = tmp_path_factory.mktemp("programs")
    built: dict[tuple[str, ...], str] = {}

    def build(name: str, *options: str, compiler: str = "cc") -> str:
        key = (name, compiler, *options)
        if key not in built:
            built[key] = str(folder / f"{name}{len(built)}")
            source = ROOT / "tests/e2e/programs" / f"{name}.c"
            subprocess.run([compiler, "-O1", "-Wall", "-Wextra", "-Werror", "-o", built[key],
                            str(source), *options], check=True, timeout=PATIENCE_S)
        return built[key]
    return build


@pytest.fixture(scope="session")
def libusb() -> list[str]:
    """What a C program that uses libusb is compiled with."""
    return subprocess.run(["pkg-config", "--cflags", "--libs", "libusb-1.0"], check=True,
                          capture_output=True, text=True).stdout.split()
