"""Fixtures: the real binary, servers that end, tools run inside `dfurig exec`."""

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
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
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True)
        assert self.process.stdout is not None
        first = self.process.stdout.readline()
        match = LISTENING.search(first)
        assert match, f"serve said {first!r}"
        self.port = int(match.group(1))
        self.address = f"127.0.0.1:{self.port}"

    def tell(self, line: str) -> None:
        """What a person at the bench does: `dfurig serve --help`."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

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
