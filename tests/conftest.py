"""Fixtures: the real binary, a bench, tools run inside `dfurig exec`; devices and servers are the
plugin's (tests/pytest_dfurig)."""

import contextlib
import os
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest_plugins = ["pytest_dfurig", "pytester"]

ROOT = Path(__file__).resolve().parents[1]
# So long only what hangs takes, however busy the machine is.
PATIENCE_S = 600


@pytest.fixture(scope="session")
def dfurig() -> str:
    """The program under test. A suite without it fails: nothing here may be skipped."""
    path = Path(os.environ.get("DFURIG", ROOT / "build/release/dfurig"))
    assert path.is_file(), f"{path} is not built: ./test builds it"
    return str(path)


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What failed in tests is not for the person's own --rerun-failed."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture
def run(dfurig: str) -> Callable[..., subprocess.CompletedProcess]:
    """Runs `dfurig ARGUMENTS…` from the root of the project to its end."""
    def run_dfurig(*arguments: str, **options: object) -> subprocess.CompletedProcess:
        return subprocess.run([dfurig, *arguments], cwd=ROOT, capture_output=True, text=True,
                              timeout=PATIENCE_S, stdin=subprocess.DEVNULL, **options)
    return run_dfurig


@pytest.fixture
def still_running(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """still_running(): what this test has started and has not ended, with all that came of it; not
    what other tests do at the same time. They are known by their environment."""
    mark = f"DFURIG_TEST={uuid.uuid4()}"
    monkeypatch.setenv(*mark.split("="))

    def commands() -> list[str]:
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # ended since
                if mark.encode() in (process / "environ").read_bytes().split(b"\0"):
                    words = (process / "cmdline").read_bytes().split(b"\0")
                    found.append(b" ".join(words).decode(errors="replace").strip())
        return found
    return commands


@pytest.fixture(scope="session")
def dfurig_program(dfurig: str) -> str:
    """What the plugin's fixtures run: never one that is installed."""
    return dfurig


@pytest.fixture
def serve(dfurig_serve) -> Callable:
    """serve(model, *options): no operation takes time."""
    def start(*models_and_options: str) -> object:
        models = [word for word in models_and_options if word.startswith("stm32")]
        options = [word for word in models_and_options if not word.startswith("stm32")]
        return dfurig_serve(*models, options=["--time-scale", "0", *options], folder=str(ROOT))
    return start


class Bench:
    """A server whose bench is told what to do, and what it answers."""

    def __init__(self, run, server):
        self.run, self.server = run, server
        self.process, self.address = server.process, server.address
        while "Ctrl-C stops" not in self.answer():
            pass

    def answer(self) -> str:
        return self.server.process.stdout.readline().rstrip("\n")

    def __call__(self, line: str) -> str:
        self.server.tell(line)
        answer = self.answer()
        while answer.startswith("127.0.0.1:"):  # a client came or went
            answer = self.answer()
        return answer

    def dfu_util(self, *arguments: str) -> subprocess.CompletedProcess:
        return self.run("exec", "--connect", self.server.address, "--", "dfu-util", *arguments)

    def alternates(self) -> int:
        return self.dfu_util("-l").stdout.count("Found DFU")


@pytest.fixture
def bench(run, serve):
    return lambda *models: Bench(run, serve(*models))


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
        rest = self.process.stdout.read()  # communicate() would miss what is buffered by now
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
        it.process.stdout.close()


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
