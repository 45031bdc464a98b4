"""`dfurig steps`: lines in, lines out, and what is wrong with a line."""

import json
import subprocess
from pathlib import Path

import pytest
from conftest import PATIENCE_S, ROOT

F4 = {"model": "stm32f405rg"}
TABLE = "scenarios/faults/what_happens_in_flash.json"
FOUNDING = "scenarios/leave/gpio_default_after_leave.json"


@pytest.fixture
def steps(dfurig):
    """steps(line, …): the answers."""
    def run(*lines: object, options: tuple[str, ...] = ()) -> list[dict]:
        text = "".join((it if isinstance(it, str) else json.dumps(it)) + "\n" for it in lines)
        done = subprocess.run([dfurig, "steps", *options], input=text.encode(), cwd=ROOT,
                              capture_output=True, timeout=PATIENCE_S)
        assert (done.returncode, done.stderr) == (0, b"")
        return [json.loads(line) for line in done.stdout.splitlines()]
    return run


def test_the_words_are_a_scenarios(steps):
    scenario = json.loads((ROOT / FOUNDING).read_text())
    run, check = ({**it} for it in scenario["steps"][1:3])
    run["run"] = [it.replace("${scenario_dir}/../..", ".") for it in run["run"]]
    begun, ran, checked = steps({"preset": FOUNDING}, run, check)
    assert begun["devices"] == [{"busid": "1-1", "model": "stm32l476rg", "title": "STM32L476RG",
                                 "flash": {"at": 0x08000000, "size": 1 << 20}}]
    assert (ran["failures"], ran["exit_status"], ran["timed_out"]) == ([], 0, False)
    assert "File downloaded successfully" in ran["stdout"] and "Invalid DFU suffix" in ran["stderr"]
    assert checked["failures"] == []


def test_a_step_that_fails_is_no_end(steps):
    _, failed, passed = steps(F4, {"expect": {"phase": "off"}}, {"expect": {"phase": "bootloader"}})
    assert failed["failures"] == [{
        "what": "phase", "expected": "off", "found": "bootloader", "details": [],
        "text": "    phase\n      expected off\n      found    bootloader\n"}]
    assert passed["failures"] == []


def test_given_that_says_what_boots_is_left_alone(steps):
    given = {"boot_pins": {"BOOT0": 0}}
    *_, state = steps({**F4, "given": given}, {"tell": "state"})
    assert state["phase"] == "stuck", "flash is selected, and empty"
    *_, state = steps({**F4, "given": {"flash": []}}, {"tell": "state"})
    assert state["phase"] == "bootloader"


def test_a_bootloader_in_flash_is_started_by_its_button(steps):
    *_, state = steps({"model": "stm32l475vg", "given": {"bootloader": "cubemx-l475"}},
                      {"tell": "state"})
    assert (state["phase"], state["on_bus"]) == ("bootloader", True)


def test_a_given_that_cannot_be_is_told(steps):
    given = {"boot_pins": {"BOOT0": 1}, "application": {"writes": [], "then": "jump_to_bootloader"}}
    (begun,) = steps({**F4, "given": given})
    assert begun["failures"][0]["what"] == "phase"


def test_what_a_tool_prints_need_not_be_text(steps):
    _, ran = steps(F4, {"run": ["printf", r"a\377b\n"]})
    assert ran["stdout"] == "a�b\n"


def test_its_folder_is_gone_afterwards(steps):
    begun, wrote = steps({**F4, "files": {"a.bin": {"fill": 0, "at": 1, "size": 9}}},
                         {"run": ["sh", "-c", "wc -c < ${files}/a.bin"]})
    assert wrote["stdout"] == "9\n"
    assert not Path(begun["files"]).exists()


@pytest.mark.parametrize("how, flags", [("system", (1, 1, 0)), ("pin", (1, 0, 0)),
                                        ("power-on", (1, 0, 1))])
def test_rcc_tells_resets_apart(steps, how, flags):
    ask = [{"tell": "register", "register": f"RCC.CSR.{it}"} for it in
           ("PADRSTF", "SFTRSTF", "PORRSTF")]
    remove = {"write": {"register": "RCC.CSR.RMVF", "value": 1}}
    *_, pin, software, power = steps(F4, remove, {"reset": how}, *ask)
    assert (pin["value"], software["value"], power["value"]) == flags


def test_what_a_tool_could_not_have_is_told(steps):
    script = "import fcntl, os\nfcntl.ioctl(os.open('/dev/bus/usb/001/002', os.O_RDWR), 0x5599)"
    _, ran, other = steps(F4, {"run": ["python3", "-c", script]}, {"run": ["true"]})
    assert ran["not_emulated"] == ["usbfs ioctl 0x00005599"], ran
    assert other["not_emulated"] == []


def test_the_folder_of_one_that_was_killed_goes_with_the_next(dfurig, steps):
    with subprocess.Popen([dfurig, "steps"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as killed:
        killed.stdin.write(json.dumps(F4).encode() + b"\n")
        killed.stdin.flush()
        folder = Path(json.loads(killed.stdout.readline())["files"])
        steps(F4)
        assert folder.is_dir(), "its owner lives"
        killed.kill()
    assert folder.is_dir()
    steps(F4)
    assert not folder.exists()


def test_surroundings_are_those_of_tools_from_there_on(steps, tmp_path):
    *_, ran = steps(F4, {"surroundings": {"folder": str(tmp_path), "environment": {"A": "b"}}},
                    {"run": ["/bin/sh", "-c", "pwd; echo $A $HOME"]})
    assert ran["stdout"] == f"{tmp_path}\nb\n"


def test_firmware_is_executed_where_there_is_a_core(steps):
    firmware = {"file": "tests/firmware/blink_stm32l476.hex"}
    *_, ran, state = steps({"model": "stm32l476rg", "given": {"firmware": firmware}},
                           {"run_firmware": {"for_ms": 1}}, {"tell": "state"})
    assert ran["confirmed"][0].startswith("firmware ran 1 ms, 4000 cycles: running")
    assert state["phase"] == "application"
    *_, refused = steps({"model": "stm32l552ze"}, {"run_firmware": {"for_ms": 1}})
    assert refused["error"].startswith("step: /: firmware of a stm32l552ze is not executed: ")


@pytest.mark.parametrize("line, said", [
    ("nonsense", "step: not JSON: nonsense"),
    ("[]", "device: expected an object, as a scenario is one"),
    ({}, 'device: /: missing "model"'),
    ({**F4, "steps": []}, 'unknown key "steps"'),
    ({**F4, "for_each": []}, 'unknown key "for_each"'),
    ({"preset": 1}, "device: /preset: expected text"),
    ({"preset": "no.json"}, "no.json: cannot be read"),
    ({"preset": f"{TABLE}[none]"}, f'{TABLE}: has no row "none"'),
    ({"preset": TABLE}, f"{TABLE}: is a table\n  name a row: {TABLE}[ROW]"),
    ({**F4, "given": {"flash": [{"file": "x.hex"}]}}, "device: /given/flash/0/file: there is no"),
])
def test_a_beginning_that_is_wrong_is_told_and_may_be_said_anew(steps, line, said):
    wrong, begun = steps(line, F4)
    assert said in wrong["error"] and wrong["is_host_refusal"] is False
    assert begun["failures"] == []


@pytest.mark.parametrize("line, said", [
    ("{", "step: not JSON: {"),
    ("7", "step: /: "),
    ({"walk": 1}, 'step: /: unknown key "walk"'),
    ({"use": "x.steps.json"}, 'step: /: unknown key "use"'),
    ({"tell": "story"}, "step: /tell: expected one of state, register"),
    ({"tell": "state", "moment": "in_dfu"}, 'step: /: unknown key "moment"'),
    ({"tell": "state", "device": "1-2"}, "step: /device: expected one of 1-1"),
    ({"tell": "register"}, 'step: /: missing "register"'),
    ({"tell": "register", "register": "GPIOZ.ODR"}, 'no register or field "GPIOZ.ODR"'),
    ({"tell": "register", "register": "GPIOA.ODR", "moment": "x"}, 'the moment "x" has not been'),
    ({"tell": "registers", "moment": "running"}, "these have: before_entry, in_dfu"),
    ({"tell": "difference", "register": "GPIOA.ODR", "expected": 1}, 'missing "found"'),
    ({"tell": "flash", "at": 0, "size": 1}, "1 bytes at 0x00000000 are not all in flash"),
    ({"tell": "flash", "at": "0x080FFFFF", "size": 2}, "are not all in flash"),
    ({"tell": "option_bytes", "at": 0, "size": 1}, "are not all in the option bytes"),
    ({"tell": "transcript", "of": {"count": 1}}, 'step: /of: unknown key "count"'),
    ({"surroundings": {"folder": "/no/such"}}, "/surroundings/folder: cannot be entered: /no/such"),
    ({"surroundings": {"cwd": "/"}}, 'step: /surroundings: unknown key "cwd"'),
    ({"surroundings": {"environment": {"A": 1}}}, "step: /surroundings/environment/A: expected"),
    ({"surroundings": {}, "run": ["true"]}, 'step: /: unknown key "run"'),
])
def test_a_line_that_is_wrong_is_told_and_the_next_is_done(steps, line, said):
    _, wrong, state = steps(F4, line, {"tell": "state"})
    assert said in wrong["error"]
    assert state["phase"] == "bootloader"


def test_its_options_are_checked(run):
    for words, said in ((["--seed", "x"], "--seed x: expected a number from 0 to"),
                        (["--seed=-1"], "--seed -1: expected a number from 0 to"),
                        (["more"], "dfurig steps --help explains every option")):
        done = run("steps", *words)
        assert done.returncode == 2 and said in done.stderr
