"""Speaks with `dfurig steps`: a JSON object a line, each answered by one."""

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from .program import DfurigError, HostRefusal

END_S = 10


def plain(value: object) -> object:
    """What JSON has no form for, as the scenario language writes it."""
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, (bytes, bytearray)):
        return value.hex(" ").upper()
    raise TypeError(f"{value!r} is nothing that a scenario can have")


class Dialogue:
    def __init__(self, program: str, *options: str):
        # A session of its own: Ctrl-C is for pytest, which then ends this one.
        self.process = subprocess.Popen([program, "steps", *options], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, start_new_session=True)
        self.folder = os.getcwd()
        self.environment = dict(os.environ)

    def ask(self, line: Mapping[str, object]) -> dict:
        __tracebackhide__ = True
        self._follow()
        return self._ask(line)

    def close(self) -> None:
        """No process is left afterwards."""
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(END_S)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self.process.stdout.close()

    def _follow(self) -> None:
        """Tools and paths are where the test is."""
        if os.getcwd() == self.folder and os.environ == self.environment:
            return
        self._ask({"surroundings": {"folder": os.getcwd(), "environment": dict(os.environ)}})
        self.folder, self.environment = os.getcwd(), dict(os.environ)

    def _ask(self, line: Mapping[str, object]) -> dict:
        __tracebackhide__ = True
        text = json.dumps(line, default=plain) + "\n"
        try:
            self.process.stdin.write(text.encode())
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except (BrokenPipeError, ValueError):  # it is closed
            answer = b""
        if not answer:
            raise DfurigError(f"dfurig steps has ended (status {self.process.poll()}) and answers "
                              f"no more: {text.strip()[:200]}")
        value = json.loads(answer)
        if "error" in value:
            raise (HostRefusal if value["is_host_refusal"] else DfurigError)(value["error"])
        return value
