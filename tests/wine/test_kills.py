"""Whoever is killed, wherever: no process, no key and no import is left."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from conftest import PATIENCE_S, ROOT
from pytest_dfurig.server import Server
from wine_session import (  # noqa: F401  fixtures
    check_nothing_is_left, eventually, host, hosted, hosts, prefix, processes_of)

import usbip_server  # of tests/e2e, as wine_session says

POINTS = {
    "before an import": "line",
    "with an open handle": "open , line",
    "between two operations, without a handle": "erase 0 0x08000000 , line",
}


def children_of(pid: int) -> list[int]:
    return [int(it) for it in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def keeper_of(it) -> int:
    return children_of(it.process.pid)[0]


def program_in(prefix: Path) -> int:
    return next(int(it.split()[0]) for it in processes_of(prefix) if "dfuse_host" in it)


def plug_in(prefix: Path) -> int:
    return next(int(it.split()[0]) for it in processes_of(prefix) if "dfurig-plug" in it)


def kill(*pids: int) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


@pytest.fixture(params=POINTS)
def at_a_point(request, bench, hosted):
    server = bench("stm32f405rg")
    it = hosted(["--connect", server.address], POINTS[request.param])
    it.until("waiting")
    return it, lambda: eventually(lambda: server.alternates() == 4)


@pytest.mark.parametrize("victims", [["program"], ["wrapper"], ["keeper"]])
def test_a_process_is_killed(victims, at_a_point, prefix):
    it, is_free = at_a_point
    kill(*[{"program": lambda: program_in(prefix), "wrapper": lambda: it.process.pid,
            "keeper": lambda: keeper_of(it)}[name]() for name in victims])
    it.process.wait(timeout=PATIENCE_S)
    check_nothing_is_left(prefix)
    assert is_free()


def test_wrapper_and_keeper_are_killed_at_once(serve, hosted, prefix, run):
    server = serve("stm32f405rg")
    it = hosted(["--connect", server.address], "open , line")
    it.until("waiting")
    kill(it.process.pid, keeper_of(it))
    # Nobody is there to clean up: what is left ends by itself, and keys with it.
    assert eventually(lambda: processes_of(prefix) == []), processes_of(prefix)
    done = run("exec", "--connect", server.address, "--", "dfu-util", "-l")
    assert done.stdout.count("Found DFU") == 4
    # The next run takes away the folder.
    assert hosted(["--connect", server.address], "list").end()[0] == 0


def test_a_plug_that_is_killed_takes_no_program_along(serve, hosted, prefix):
    server = serve("stm32f405rg")
    it = hosted(["--connect", server.address], "open , line , device")
    it.until("waiting")
    kill(plug_in(prefix))
    it.go_on()
    assert it.line().startswith("device 0x12340000")
    assert it.end()[0] == 0


def test_the_server_is_killed(dfurig, hosted):
    server = Server(dfurig, "--model", "stm32f405rg", folder=str(ROOT))
    it = hosted(["--connect", server.address], "open , line , unplug , await removal , list")
    it.until("waiting")
    server.process.kill()
    server.process.communicate(timeout=PATIENCE_S)
    it.go_on()
    assert it.line() == "unplugged"
    assert it.line().startswith("removal ")
    assert it.line() == "0 devices"
    assert it.end()[0] == 0


def test_a_kill_in_the_middle_of_a_transfer(hosted, prefix):
    server = usbip_server.Server()
    device = server.plug(usbip_server.Device(on_control=lambda setup, data: None))
    try:
        it = hosted(["--connect", server.address], "open , control 0x1B 1 3 0 0 6")
        assert eventually(lambda: bytes.fromhex("A103000000000600") in device.setups)
        kill(program_in(prefix))
        assert it.end()[0] == 128 + signal.SIGKILL
        assert eventually(lambda: server.imported == {})
    finally:
        server.stop()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it(number, serve, hosted):
    server = serve("stm32f405rg")
    it = hosted(["--connect", server.address], "open , line")
    it.until("waiting")
    it.process.send_signal(number)
    assert it.end()[0] == 128 + number


def test_the_next_run_waits_for_the_one_that_was_killed(serve, hosted):
    server = serve("stm32f405rg")
    it = hosted(["--connect", server.address], "open , line")
    it.until("waiting")
    kill(it.process.pid)
    code, output = hosted(["--connect", server.address], "list").end()
    assert code == 0, output
    assert "1 devices" in output


def test_a_prefix_whose_making_was_cut_off_is_made_anew(dfurig, host, tmp_path):
    prefix = tmp_path / "prefix"
    command = [dfurig, "exec", "--model", "stm32f405rg", "--wine", str(prefix), "--", host, "list"]
    first = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert eventually(lambda: (prefix / "drive_c/windows/system32").is_dir())
    assert not (prefix / "system.reg").exists(), "too late: it was made already"
    first.kill()
    first.wait(timeout=PATIENCE_S)
    assert eventually(lambda: processes_of(prefix) == [])
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=4 * PATIENCE_S)
    assert done.returncode == 0, done.stderr
    assert "making the Wine prefix" in done.stderr
    assert done.stdout.endswith("1 devices\n")
    check_nothing_is_left(prefix)
    shutil.rmtree(prefix)  # it is large
