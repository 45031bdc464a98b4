"""pytest fixtures for dfurig, an STM32 that is not there: README.md tells how to use them."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from .device import Board, Device, Event, ToolResult
from .program import DfurigError, HostRefusal, check_version, find_program
from .server import Server
from .version import VERSION as __version__
from .views import MemoryBytes, Registers, RegisterValue, Transcript, Transfer, Transfers

__all__ = ["Board", "Device", "DfurigError", "Event", "HostRefusal", "MemoryBytes", "Registers",
           "RegisterValue", "Server", "ToolResult", "Transcript", "Transfer", "Transfers",
           "__version__", "find_program"]

SKIP = "dfurig_skip_where_impossible"
DEVICES = pytest.StashKey[list[Device]]()
HAS_FAILED = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(SKIP, "skip tests on a machine that cannot run tools for a device (old kernel, "
                  "denied seccomp notification) instead of failing them", "bool", default=False)


@pytest.fixture(scope="session")
def dfurig_program() -> str:
    """The dfurig program: $DFURIG, else in PATH, else build/release/dfurig here or above."""
    program = find_program()
    check_version(program)
    return program


@pytest.fixture
def dfurig_device(dfurig_program: str, request: pytest.FixtureRequest
                  ) -> Iterator[Callable[..., Device]]:
    """dfurig_device(model): a device that is in its bootloader until the test does something.

    Keywords are what a scenario has before its steps: policies, faults, given, override,
    time_scale, files, others, bystanders. `preset` is a scenario whose set-up is taken over.
    `real_time` lets waiting take time; `seed` is of what a fault's probability leaves open.
    A fault whose occasion never came is an error at the end, unless it has "may_miss"."""
    devices = request.node.stash.setdefault(DEVICES, [])

    def make(model: str | None = None, *, preset: str | Path | None = None,
             policies: Mapping[str, str] | None = None,
             faults: list[Mapping[str, object]] | None = None,
             given: Mapping[str, object] | None = None,
             override: Mapping[str, object] | None = None, time_scale: float | None = None,
             files: Mapping[str, object] | None = None,
             others: list[Mapping[str, object]] | None = None,
             bystanders: list[Mapping[str, object]] | None = None, real_time: bool = False,
             seed: int = 1) -> Device:
        __tracebackhide__ = True
        head = {"model": model, "preset": preset, "policies": policies, "faults": faults,
                "given": given, "override": override, "time_scale": time_scale, "files": files,
                "others": others, "bystanders": bystanders}
        head = {key: value for key, value in head.items() if value is not None}
        device = Device({"title": request.node.name, **head}, dfurig_program, real_time=real_time,
                        seed=seed)
        devices.append(device)
        return device

    yield make
    missed = [] if request.node.stash.get(HAS_FAILED, False) else [
        text for device in devices if device.is_alive() for text in device.missed_faults()]
    for device in devices:
        device.close()
    if missed:
        pytest.fail("faults that never struck show nothing:\n" + "\n".join(missed), pytrace=False)


@pytest.fixture
def dfurig_exec(dfurig_device: Callable[..., Device], request: pytest.FixtureRequest
                ) -> Callable[..., ToolResult]:
    """dfurig_exec("dfu-util", "-l"): runs a real tool that sees the test's device to its end.

    `timeout_s` bounds it (60); `device` says which, when the test has made several."""
    def run(*arguments: object, timeout_s: float = 60, device: Device | None = None) -> ToolResult:
        __tracebackhide__ = True
        devices = request.node.stash[DEVICES]
        if device is None and len(devices) != 1:
            raise DfurigError(
                "dfurig_exec: the test has made no device yet: device = dfurig_device(MODEL)"
                if not devices else
                f"dfurig_exec: the test has made {len(devices)} devices: say device=…\n"
                "  (one tool sees several when they are made together: dfurig_device(MODEL, "
                "others=[…]))")
        return (device or devices[0]).exec(*arguments, timeout_s=timeout_s)
    return run


@pytest.fixture
def dfurig_serve(dfurig_program: str) -> Iterator[Callable[..., Server]]:
    """dfurig_serve(model, …, options=[…]): a USB/IP server on a free port, ended after the test."""
    servers: list[Server] = []

    def start(*models: str, options: tuple[str, ...] = (), folder: str | None = None) -> Server:
        words = [word for model in models for word in ("--model", model)]
        servers.append(Server(dfurig_program, *words, *options, folder=folder))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """assert device.registers[…] == …, assert device.flash[…] == …"""
    if op != "==":
        return None
    for found, expected in ((left, right), (right, left)):
        if isinstance(found, RegisterValue) and isinstance(expected, int):
            return found.explain(int(expected))
        if isinstance(found, MemoryBytes) and isinstance(expected, (bytes, bytearray)):
            return found.explain(bytes(expected))
    return None


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
    """A test that fails tells what its devices have lived through."""
    outcome = yield
    report = outcome.get_result()
    refusal = call.excinfo is not None and call.excinfo.errisinstance(HostRefusal)
    if refusal and item.config.getini(SKIP):
        report.outcome = "skipped"
        report.longrepr = (str(item.path), (item.location[1] or 0) + 1,
                           f"Skipped: {call.excinfo.value}")
    if not report.failed:
        return
    item.stash[HAS_FAILED] = True
    for device in item.stash.get(DEVICES, []):
        if device.is_alive():
            report.sections.append((f"dfurig: {device.model}", device.report()))
