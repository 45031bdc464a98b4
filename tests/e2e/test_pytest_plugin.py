"""The pytest plugin: its README's example, what fails and how it is told, and xdist."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PATIENCE_S, ROOT

PLUGIN = ROOT / "tests/pytest_dfurig"
README = (PLUGIN / "README.md").read_text(encoding="utf-8")
SANDBOX = Path(__file__).with_name("sandbox.py")
FOUNDING = ROOT / "scenarios/leave/gpio_default_after_leave.json"
BLINK = ROOT / "tests/firmware/blink_stm32l476.bin"
LEAVE = '"dfu-util", "-a", "0", "-s", "0x08000000:leave", "-D", "blink.bin"'


@pytest.fixture
def tests(pytester, dfurig, monkeypatch):
    """tests(source, *options): runs a file of tests with the plugin, in a process of its own."""
    monkeypatch.setenv("DFURIG", dfurig)
    monkeypatch.setenv("PYTHONPATH", str(PLUGIN))
    shutil.copy(BLINK, pytester.path / "blink.bin")

    def run(source: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(source)
        return pytester.runpytest_subprocess("-p", "pytest_dfurig", "-p", "no:cacheprovider",
                                             *options, timeout=PATIENCE_S)
    return run


def test(body: str, model: str = "stm32l476rg", more: str = "") -> str:
    """A file of one test with a device."""
    lines = "".join(f"    {line}\n" for line in body.strip().splitlines())
    return (f"def test_it(dfurig_device, dfurig_exec):\n"
            f"    device = dfurig_device({model!r}, time_scale=0{more})\n{lines}")


test.__test__ = False


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def test_the_readmes_example_passes(tests):
    (example,) = blocks("python")
    tests(example).assert_outcomes(passed=2)


def test_the_readmes_failure_is_the_real_one(tests):
    told = tests(test(f"""
dfurig_exec({LEAVE})
assert device.registers["GPIOA.MODER"] == 0xABFDFFFF""",
                      more=f", preset={str(FOUNDING)!r}"))
    told.assert_outcomes(failed=1)
    (shown,) = blocks("text")
    told.stdout.fnmatch_lines([line.replace("[", "[[]") for line in shown.splitlines()])


def test_a_failure_comes_with_the_whole_story(tests):
    told = tests(test(f"dfurig_exec({LEAVE})\nassert device.phase == 'bootloader'"))
    told.assert_outcomes(failed=1)
    told.stdout.fnmatch_lines([
        "*dfurig: stm32l476rg*", "  model stm32l476rg", "$ dfu-util -a 0 -s 0x08000000:leave *",
        "  | File downloaded successfully", "  exit status 0", "*Leave: registers by policy an3156",
        "registers that changed"])


@pytest.mark.parametrize("body, told", [
    ('device.expect(registers={"GPIOB.MODER.MODE8": 1}, phase="off")',
     ["E *AssertionError: stm32l476rg is not as expected:", "E*    phase", "E*expected off",
      "E*found    bootloader", "E*    GPIOB.MODER.MODE8", "E*expected 1 (output)",
      "E*found    2 (alternate)"]),
    ('assert device.registers["GPIOB.MODER.MODE8"] == 1',
     ["E*GPIOB.MODER.MODE8 == 1 (output)", "E*expected 1 (output)", "E*found    2 (alternate)"]),
    ('assert device.flash[0x08000000:0x08000004] == b"\\xff\\xff\\x12\\xff"',
     ["E*flash 0x08000000, 4 bytes, == 4 bytes", "E*1 bytes differ",
      "E*first at 0x08000002: expected 0x12, found 0xFF"]),
    ('assert device.flash[0x08000000:0x08000004] == b"\\xff"',
     ["E*expected 1, found 4"]),
    ('dfurig_exec("dfu-util", "-l")\nassert device.transcript.sent("DFU_DNLOAD", wValue=2)',
     ["E*no request DFU_DNLOAD, wValue 2 among * control transfers:*"]),
    ('dfurig_exec("sleep", "100", timeout_s=0.5)',
     ["E *AssertionError: sleep 100", "E*    time", "E*expected an end within 0.5 s"]),
], ids=["expect", "field", "flash", "size", "transcript", "time-out"])
def test_what_does_not_hold_is_told(tests, body, told):
    result = tests(test(body))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([line.replace("[", "[[]") for line in told])


@pytest.mark.parametrize("body, told", [
    ('device.registers["GPIOB.MODR"]', 'no register or field "GPIOB.MODR" on this chip'),
    ('device.registers["GPIOB.MODR"]', "did you mean GPIOB.MODER"),
    ('device.registers.at("in_dfuu")["GPIOB.MODER"]', 'the moment "in_dfuu" has not been'),
    ('device.registers["GPIOB.MODR"] = 1', "does not support item assignment"),
    ('device.write("GPIOB.MODR", 1)', "did you mean GPIOB.MODER"),
    ("device.flash[0x07000000:0x07000010]", "16 bytes at 0x07000000 are not all in flash"),
    ("device.flash[0x08000000:]", "flash[FIRST:END]: both are addresses"),
    ("device.flash[8:4]", "flash[0x00000008:0x00000004]: ends before it begins"),
    ('device.transcript.sent("DFU_DOWNLOAD")', "did you mean DFU_DNLOAD"),
    ('device.expect(phases="off")', 'unknown key "phases"'),
    ('device.expect(phase=b"x" and object())', "is nothing that a scenario can have"),
    ('dfurig_exec("no-such-tool")', "no-such-tool: not found in PATH"),
    ('dfurig_device("stm32l476r")', 'there is no model "stm32l476r"'),
    ('dfurig_device("stm32l476r")', "did you mean stm32l476rg"),
    ("dfurig_device()", '"model"'),
    ('dfurig_device("stm32f405rg", faults=[{"fault": "usb.stal"}])', "did you mean usb.stall"),
    ('dfurig_device("stm32f405rg", policies={"leave": "an2607"})', "an2606"),
    ('dfurig_device(preset="x.json")', "x.json: cannot be read"),
    ('dfurig_device("stm32f405rg")\ndfurig_exec("true")', "the test has made 2 devices"),
    ('device.close()\ndevice.phase', "dfurig steps has ended"),
])
def test_what_cannot_be_done_is_told(tests, body, told):
    result = tests(test(body))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"E*{told.replace('[', '[[]')}*"])


def test_a_tool_without_a_device_is_told(tests):
    result = tests("def test_it(dfurig_exec): dfurig_exec('true')")
    result.stdout.fnmatch_lines(["E*has made no device yet: device = dfurig_device(MODEL)"])


def test_a_fault_that_never_came_is_an_error_unless_the_test_failed(tests):
    fault = '{"fault": "usb.stall", "when": {"nth": 1000}'
    result = tests(test("pass", more=f", faults=[{fault}}}]"))
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["faults that never struck show nothing:", "*usb.stall"])
    tests(test("assert False", more=f", faults=[{fault}}}]")).assert_outcomes(failed=1)
    tests(test("pass", more=f', faults=[{fault}, "may_miss": True}}]')).assert_outcomes(passed=1)


def test_tools_are_where_the_test_is(tests):
    tests(test("""
assert dfurig_exec("pwd").stdout.strip() == os.getcwd()
monkeypatch.chdir(tmp_path)
monkeypatch.setenv("WORD", "said")
assert dfurig_exec("sh", "-c", "echo $WORD; pwd; cat").stdout == f"said\\n{tmp_path}\\n"
assert dfurig_exec("sh", "-c", "echo no >&2; exit 7").stderr == "no\\n"
assert dfurig_exec("sh", "-c", "exit 7").exit_status == 7
""").replace("dfurig_exec):", "dfurig_exec, monkeypatch, tmp_path):\n    import os", 1)
          ).assert_outcomes(passed=1)


@pytest.mark.parametrize("said, told", [
    (None, "there is no dfurig: not in $DFURIG, not in PATH, and no build/release/dfurig in"),
    ("/no/such", "DFURIG is /no/such, and that is no program"),
    ("/bin/true", "/bin/true is not dfurig"),
    ("old", "old is dfurig 0.0.9, and this is pytest-dfurig 0.1.0"),
])
def test_a_program_that_is_missing_or_another_is_told(tests, pytester, monkeypatch, said, told):
    """In the plugin's place nothing is built above it."""
    shutil.copytree(PLUGIN / "pytest_dfurig", pytester.path / "lib/pytest_dfurig")
    monkeypatch.setenv("PYTHONPATH", str(pytester.path / "lib"))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    if said is None:
        monkeypatch.delenv("DFURIG")
    else:
        old = pytester.path / "old"
        old.write_text("#!/bin/sh\necho dfurig 0.0.9\n")
        old.chmod(0o755)
        monkeypatch.setenv("DFURIG", str(old) if said == "old" else said)
    result = tests(test("pass"))
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"E*{told}*"])


@pytest.mark.parametrize("setting, outcome", [("false", {"failed": 1}), ("true", {"skipped": 1})])
def test_a_machine_that_cannot_run_tools_fails_or_skips(tests, pytester, setting, outcome):
    pytester.makeini(f"[pytest]\ndfurig_skip_where_impossible = {setting}\n")
    pytester.makepyfile(test('dfurig_exec("dfu-util", "-l")'))
    result = pytester.run("/usr/bin/python3", SANDBOX, "deny", "seccomp", "--", sys.executable,
                          "-m", "pytest", "-rs", "-p", "pytest_dfurig", "-p", "no:cacheprovider")
    result.assert_outcomes(**outcome)
    result.stdout.fnmatch_lines(["*the kernel refuses seccomp user notification*"])


MANY = """
import pytest

@pytest.mark.parametrize("number", range(16))
def test_many(dfurig_device, dfurig_exec, tmp_path, number):
    image = tmp_path / "image.bin"
    image.write_bytes(bytes([number]) * 4096)
    device = dfurig_device("stm32f405rg")
    assert dfurig_exec("dfu-util", "-a", "0", "-s", "0x08000000", "-D", image).exit_status == 0
    assert device.flash[0x08000000:0x08001000] == image.read_bytes()
"""


def test_four_workers_of_xdist_run_at_once(tests):
    result = tests(MANY, "-n", "4")
    result.assert_outcomes(passed=16)
    result.stdout.fnmatch_lines(["gw0*gw1*gw2*gw3*"])


def test_several_boards_are_on_one_bus(dfurig_device, dfurig_exec):
    device = dfurig_device("stm32f405rg", others=[{"model": "stm32l476rg"}])
    assert dfurig_exec("dfu-util", "-l").stdout.count("Found DFU") == 4 + 3
    first, second = device.boards
    assert (first.model, second.busid) == ("stm32f405rg", "1-2")
    second.reset(BOOT0=0)
    second.power_cycle(BOOT0=0)
    assert "OPTR" in "".join(second.registers) and "FLASH.OPTCR" in device.registers


def test_two_devices_are_two_buses(dfurig_device, dfurig_exec):
    first, second = dfurig_device("stm32f405rg"), dfurig_device("stm32l476rg")
    assert dfurig_exec("dfu-util", "-l", device=second).stdout.count("Found DFU") == 3
    assert len(first.transcript) == 0 and len(second.transcript) > 0


def test_everything_a_person_does_to_a_device(dfurig_device):
    device = dfurig_device("stm32l476rg", time_scale=0)
    assert (device.dfu_state, device.dfu_status) == ("dfuERROR", "errFIRMWARE")
    device.control({"request": "DFU_CLRSTATUS"}, {"poll": "dfuIDLE"})
    assert device.dfu_state == "dfuIDLE" and device.address_pointer == 0x08000000
    device.write("GPIOC.PUPDR.PUPD0", 1)
    assert device.registers["GPIOC.PUPDR.PUPD0"].text == "1 (pull-up)"
    device.drive(PC0=0)
    assert device.registers["GPIOC.IDR.ID0"] == 0
    device.drive(PC0=None)
    assert device.registers["GPIOC.IDR.ID0"] == 1
    device.arm({"fault": "usb.stall", "when": {"request": "DFU_GETSTATE"}})
    device.control({"request": "DFU_GETSTATE", "reply": "STALL"},
                   {"request": "DFU_GETSTATE", "reply": "data"})
    assert [it.reply for it in device.transcript.sent("DFU_GETSTATE")] == ["STALL", "data"]
    device.disarm()
    device.reset(BOOT0=0)
    assert device.phase != "bootloader" and device.dfu_state is None
    assert device.moments == ["before_entry", "in_dfu"]
    assert device.events[0].what == "power on"


def test_the_installed_plugin_is_found_by_pytest(dfurig, tmp_path):
    """As its README says, where there is no index."""
    venv = tmp_path / "venv"
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "DFURIG": dfurig}
    shutil.copytree(PLUGIN, tmp_path / "source", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(BLINK, tmp_path / "blink.bin")
    (tmp_path / "test_example.py").write_text(blocks("python")[0])
    for command in (
            ["/usr/bin/python3", "-m", "venv", "--system-site-packages", venv],
            [venv / "bin/pip", "install", "-q", "--no-build-isolation", "--no-deps", "--no-index",
             tmp_path / "source"],
            [venv / "bin/python", "-m", "pytest", "-q", "-p", "no:cacheprovider"]):
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True,
                              timeout=PATIENCE_S)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout


def test_plugin_and_program_have_one_version(dfurig):
    import pytest_dfurig
    said = subprocess.run([dfurig, "--version"], capture_output=True, text=True, check=True).stdout
    assert said == f"dfurig {pytest_dfurig.__version__}\n"
