"""Windows programs driven by their windows, in scenarios and step by step."""

import json
import os
import struct
import subprocess
import xml.etree.ElementTree as ElementTree
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import PATIENCE_S, ROOT
from wine_session import (  # noqa: F401  fixtures
    WINDOWS, check_nothing_is_left, end_all, host, prefix)

SCENARIOS = ROOT / "tests/wine/scenarios"
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def run_suite(dfurig, prefix, tmp_path) -> Callable[..., subprocess.CompletedProcess]:
    """run_suite("x.json"…): `dfurig run`, with the prefix and the tests' programs in reach."""
    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess:
        environment = {**os.environ, "DFURIG_TESTS": str(WINDOWS / "tests"),
                       "DFURIG_WINE": str(prefix), "XDG_CACHE_HOME": str(tmp_path / "cache"),
                       **more}
        return subprocess.run([dfurig, "run", "--screenshots", str(tmp_path / "shots"), *arguments],
                              cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=4 * PATIENCE_S)
    yield run
    check_nothing_is_left(prefix)


def colours_of(picture: Path) -> int:
    """How many different pixels a PNG file has (PNG 1.2: 8 bits a sample, no palette)."""
    data = picture.read_bytes()
    assert data.startswith(PNG)
    chunks, at = [], len(PNG)
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        chunks.append((kind, data[at + 8:at + 8 + length]))
        at += 12 + length
    width, height, depth, colour = struct.unpack_from(">IIBB", chunks[0][1])
    assert (width, height, depth) == (1280, 1024, 8)
    samples = {2: 3, 6: 4}[colour]
    pixels = zlib.decompress(b"".join(content for kind, content in chunks if kind == b"IDAT"))
    line = 1 + width * samples
    assert len(pixels) == line * height
    # As filtered they are: a picture of nothing has a few values only.
    return len({pixels[at + i:at + i + samples] for at in range(1, len(pixels), line)
                for i in range(0, width * samples, samples)})


def test_a_scenario_from_the_list_to_leave(run_suite, tmp_path):
    done = run_suite(str(SCENARIOS / "upgrade_and_leave.json"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert 'window: answer "Yes" to "it is impossible to make sure' in done.stdout
    assert "  | Your device was plugged in DFU mode." in done.stdout, "what the box says is told"
    assert 'window: shows "Successfully left DFU mode !"' in done.stdout
    assert "window: the program has ended, exit status 0" in done.stdout
    picture = tmp_path / "shots/upgrade_and_leave.uploaded.png"
    assert f"screenshot: {picture}" in done.stdout
    assert colours_of(picture) > 20


def test_one_passes_and_one_tells_what_is_on_the_screen(run_suite, tmp_path):
    junit = tmp_path / "results.xml"
    # They share the prefix, and take turns.
    done = run_suite(str(SCENARIOS / "not_supported.json"),
                     str(SCENARIOS / "wrong_expectation.json"), "--jobs", "2", "--verbose",
                     "--junit", str(junit))
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout.endswith("1 passed, 1 failed\n")
    assert "  | This feature is not supported by this firmware." in done.stdout
    assert 'found    no window shows "Upgrade successful !"' in done.stdout
    screen = done.stdout.split("on the screen:\n")[1].split("screenshot:")[0]
    for line in ["window \"DfuSe of dfurig's tests\" of dfuse_window.exe",
                 'combo box #1000 "STM Device in DFU Mode"', 'push button #1016 "Upload", disabled',
                 '"00 | Internal Flash   | 12 sectors..."', "progress bar #1022, 0 %",
                 'check box #1041 "Verify after download", not checked',
                 'edit #1009 "0483" labelled "Vendor ID:"']:
        assert line in screen
    picture = tmp_path / "shots/wrong_expectation.failed.png"
    assert f"screenshot: {picture}" in done.stdout
    assert colours_of(picture) > 20
    failure = ElementTree.parse(junit).find(".//failure")
    assert "no window shows" in failure.get("message")
    assert 'push button #1016 "Upload", disabled' in failure.text


def test_a_program_that_is_killed_leaves_nothing(run_suite):
    done = run_suite(str(SCENARIOS / "killed.json"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "window: the program was killed" in done.stdout


# Not run

def scenario(folder: Path, name: str, *steps: dict) -> str:
    path = folder / f"scenarios/{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({
        "title": name, "model": "stm32f405rg", "given": {"boot_pins": {"BOOT0": 1}},
        "steps": steps}))
    return str(path)


def start(program: str) -> dict:
    return {"window": {"start": [program]}}


@pytest.mark.parametrize("program, environment, why", [
    ("${env:DFURIG_TESTS}/none.exe", {}, "none.exe: there is no such file"),
    ("${env:DFURIG_TESTS}/dfuse_window.exe", {"DFURIG_WINE": ""}, "no Wine prefix is named"),
    ("${env:DFURIG_TESTS}/dfuse_window.exe", {"DFURIG_TESTS": ""},
     "DFURIG_TESTS: is not set in the environment"),
    ("${env:DFURIG_TESTS}/dfuse_window.exe", {"PATH": "/nowhere"}, "wine: not found in PATH"),
    ("needs_mfc.exe", {}, "needs_mfc.exe needs mfc140.dll, which is neither beside it nor part"),
])
def test_what_is_not_here_is_not_run(program, environment, why, run_suite, tmp_path):
    if program == "needs_mfc.exe":  # found out when the prefix is there
        program, name = str(tmp_path / program), b"STTubeDevice30.dll"
        code = (WINDOWS / "tests/dfuse_window.exe").read_bytes()
        Path(program).write_bytes(code.replace(name, b"mfc140.dll".ljust(len(name), b"\0")))
    file, junit = scenario(tmp_path, "absent", start(program)), tmp_path / "results.xml"
    done = run_suite(file, "--junit", str(junit), **environment)
    assert done.returncode == 77, done.stdout + done.stderr
    assert done.stdout.startswith(f"NOT RUN  {file}  absent\n  ")
    assert why in done.stdout
    suite = ElementTree.parse(junit).find(".//testsuite")
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("1", "0", "1")
    assert why in suite.find(".//skipped").get("message")


def test_a_suite_of_which_some_is_not_run(run_suite, tmp_path):
    scenario(tmp_path, "absent", start("${env:NOWHERE}/x.exe"))
    scenario(tmp_path, "present", {"expect": {"phase": "bootloader"}})
    done = run_suite(str(tmp_path / "scenarios"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "NOT RUN  " in done.stdout
    assert done.stdout.endswith("1 passed, 0 failed, 1 not run\n")
    strict = run_suite(str(tmp_path / "scenarios"), "--all-must-run")
    assert strict.returncode == 1
    assert "FAILED: NOWHERE: is not set in the environment" in strict.stdout
    assert strict.stdout.endswith("1 passed, 1 failed\n")
    again = run_suite(str(tmp_path / "scenarios"), "--rerun-failed")
    assert "absent.json" in again.stdout and "present.json" not in again.stdout


def test_a_sweep_has_no_windows(run_suite, tmp_path):
    done = run_suite(scenario(tmp_path, "swept", start("x.exe")), "--sweep")
    assert done.returncode != 0
    assert "it drives a Windows program, which lives in real time" in done.stdout + done.stderr


# Words that are wrong

@pytest.mark.parametrize("step, said", [
    ({"window": {}}, "expected one of start, press, choose"),
    ({"window": {"press": "OK", "check": "x"}}, "unknown key \"check\""),
    ({"window": {"start": []}}, "expected a program and its arguments"),
    ({"window": {"start": ["x.exe"], "within_s": 601}}, "expected seconds, up to 600"),
    ({"window": {"type": "text"}}, "in"),
    ({"window": {"answer": "OK"}}, "to"),
    ({"window": {"shows": []}}, "expected at least one text"),
    ({"window": {"screenshot": "../x"}}, "expected a name without /"),
    ({"window": {"end": "somehow"}}, "by itself"),
    ({"window": {"end": "kill", "exit": 0}}, "what is killed has no exit status"),
    ({"window": {"press": "${env:HOME}"}}, "${env:HOME} is for programs that a step starts"),
    ({"window": {"press": "OK"}, "device": "1-1"}, "device"),
    ({"run": ["${env:HOME}/x"]}, "is for programs that a step starts"),
])
def test_a_step_that_is_no_step(step, said, run, tmp_path):
    done = run("validate", scenario(tmp_path, "wrong", step))
    assert done.returncode == 2
    assert said in done.stderr


# Step by step

class Steps:
    def __init__(self, command: list[str], environment: dict[str, str]):
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, line: dict) -> dict:
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self) -> int:
        self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode


@pytest.fixture
def steps(dfurig, prefix, tmp_path):
    started: list[Steps] = []

    def begin(*options: str) -> Steps:
        environment = {**os.environ, "DFURIG_TESTS": str(WINDOWS / "tests")}
        environment.pop("DFURIG_WINE", None)
        started.append(Steps([dfurig, "steps", "--screenshots", str(tmp_path), *options],
                             environment))
        blink = {"file": "tests/firmware/blink_stm32f405.bin", "at": "0x08000000"}
        assert started[-1].ask({"model": "stm32f405rg", "time_scale": 0,
                                "given": {"flash": [blink]}})["failures"] == []
        return started[-1]
    yield begin
    end_all(started, prefix)


START = start("${env:DFURIG_TESTS}/dfuse_window.exe")


def test_step_by_step(steps, prefix):
    it = steps("--wine", str(prefix))
    none = it.ask({"window": {"press": "Quit"}})
    assert none["failures"][0]["found"] == "none is"
    absent = it.ask(start("${env:NOWHERE}/x.exe"))
    assert "NOWHERE: is not set" in absent["error"] and absent["is_host_refusal"]
    assert it.ask(START)["failures"] == []
    twice = it.ask(START)
    assert twice["failures"][0]["found"] == "one still is"
    # Several of one name, none of a name, and what cannot be used.
    choose = it.ask({"window": {"press": "Choose...", "within_s": 0}})["failures"][0]
    assert '"Choose..." is there 2 times; "in" says which:' in choose["found"]
    lost = it.ask({"window": {"check": "Nothing", "within_s": 0}})["failures"][0]
    assert lost["found"] == 'there is no check box "Nothing"'
    off = it.ask({"window": {"press": "Upload", "within_s": 0}})["failures"][0]
    assert off["found"] == 'push button "Upload" is disabled'
    item = it.ask({"window": {"choose": "Attic", "within_s": 0}})["failures"][0]
    assert item["found"] == 'there is no list with an item "Attic"'
    fixed = it.ask({"window": {"type": "x", "in": "Vendor ID:", "within_s": 0}})["failures"][0]
    assert fixed["found"] == "this edit is read-only"
    dialog = it.ask({"window": {"open_file": "/x", "within_s": 0}})["failures"][0]
    assert dialog["found"] == "there is no dialog that asks for a file"
    # What a window that does not answer shows is not known.
    assert it.ask({"window": {"press": "Be busy"}})["failures"] == []
    busy = it.ask({"window": {"lacks": "Nothing", "within_s": 0}})["failures"][0]
    assert busy["found"].endswith("does not answer")
    assert any("busy: it does not answer" in line for line in busy["details"])
    assert it.ask({"window": {"lacks": "Nothing", "shows": "Note:"}})["failures"] == []
    # The device answers while this waits for the next line, and stands still for questions.
    assert it.ask({"window": {"press": "Leave DFU mode"}})["failures"] == []
    assert it.ask({"window": {"shows": "Successfully left DFU mode !"}})["failures"] == []
    assert it.ask({"tell": "state"})["on_bus"] is False
    # It comes back when the chip is reset, and the program is told.
    assert it.ask({"reset": "system", "boot_pins": {"BOOT0": 1}})["failures"] == []
    assert it.ask({"window": {"shows": "STM Device in DFU Mode"}})["failures"] == []
    assert it.ask({"window": {"press": "Quit"}})["failures"] == []
    gone = it.ask({"window": {"shows": "Nothing"}})["failures"][0]
    assert gone["found"] == "the program has ended, exit status 0"
    assert it.end() == 0


def test_steps_are_killed(steps, prefix):
    it = steps("--wine", str(prefix))
    assert it.ask(START)["failures"] == []
    it.process.kill()


def test_windows_need_real_time(steps):
    wrong = steps().ask(START)
    assert "Windows programs live in real time" in wrong["error"]


# dfurig-window.exe itself

def test_requests_that_are_none(prefix):
    lines = ["nonsense", "press", "press\tbutton=OK\tcolour=red", "press\tbutton", "look\t=x",
             "look\twithin_ms=1s", "look\\x", "type\tin=#1", "close", "look"]
    done = subprocess.run(
        ["wine", str(WINDOWS / "dfurig-window.exe")], input="\n".join(lines) + "\n", text=True,
        env={"WINEPREFIX": str(prefix), "WINEDEBUG": "-all", "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=PATIENCE_S)
    assert done.stdout.splitlines() == [
        'error\tunknown request "nonsense"', "error\tpress needs button=",
        'error\tpress knows no "colour"', 'error\texpected NAME=TEXT, found "button"',
        'error\texpected NAME=TEXT, found "=x"',
        "error\twithin_ms=1s: expected a number, at most 9999999",
        r"error\ta backslash that begins none of \\\\ \\t \\n \\r".replace(r"\ta", "\ta"),
        "error\ttype needs text=", "failed\tthere is no window", "done"]
    check_nothing_is_left(prefix)
