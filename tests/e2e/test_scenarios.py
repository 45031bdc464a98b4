"""The shipped scenarios, which ./test runs, would fail if the world were different."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOUNDING = ROOT / "scenarios/leave/gpio_default_after_leave.json"


def changed(folder: Path, change) -> str:
    """The founding scenario with a change, its files found where they are."""
    text = FOUNDING.read_text().replace("../../tests", str(ROOT / "tests"))
    value = json.loads(text.replace("${scenario_dir}/", ""))
    change(value)
    path = folder / "changed.json"
    path.write_text(json.dumps(value))
    return str(path)


def test_the_founding_report_tells_the_whole_story(run):
    told = run("run", str(FOUNDING.relative_to(ROOT))).stdout
    for part in ["leave policy an3156 [documented]", "$ dfu-util -a 0 -s 0x08000000:leave",
                 "  | File downloaded successfully", "write: 1 blocks, 224 bytes, 0x08000000 to",
                 "flash 0x08000000, 224 bytes: equals blink_stm32l476.bin",
                 "register          before entry              in DFU                    after "
                 "Leave",
                 "documented: AN3156 Rev 17 §5.5", "application at 0x08000000 starts"]:
        assert part in told


def test_the_founding_scenario_fails_readably_when_its_expectation_is_inverted(run, tmp_path):
    def invert(value):
        value["steps"][2]["expect"]["registers"] = {"GPIOA.MODER": "0xABFDFFFF"}
    done = run("run", changed(tmp_path, invert))
    assert done.returncode == 1
    assert ("    GPIOA.MODER\n      expected 0xABFDFFFF\n      found    0xABFFFFFF\n"
            "        MODE8: expected 1 (output), found 3 (analog)\n") in done.stdout
    assert f"FAILED at {tmp_path}/changed.json: /steps/2 (expect)" in done.stdout
    assert "DFU_DNLOAD wValue=2 wLength=0 (Leave) -> ACK" in done.stdout
    assert f"  again: dfurig run {tmp_path}/changed.json\n" in done.stdout


@pytest.mark.parametrize("policy", ["an2606", "system-reset"])
def test_another_leave_policy_gives_another_diff(run, tmp_path, policy):
    done = run("run", changed(tmp_path, lambda value: value["policies"].update(leave=policy)))
    assert done.returncode == 1
    assert "FAILED at" in done.stdout


@pytest.mark.parametrize("key, value, said", [
    ("phase", "bootloader", "phase\n      expected bootloader\n      found    application"),
    ("dfu_state", "dfuIDLE",
     "dfu_state\n      expected dfuIDLE\n      found    the bootloader does not run"),
    ("address_pointer", 1, "address_pointer\n      expected 0x00000001"),
    ("pins", {"PA8": {"mode": "output"}}, "PA8 (GPIOA.MODER)\n      expected 1\n      found    3"),
    ("flash", [{"at": "0x08000000", "bytes": "01"}],
     "first at 0x08000000: expected 0x01, found 0x00"),
    ("registers", {"GPIOA.MODER.MODE8": 1},
     "GPIOA.MODER.MODE8\n      expected 1 (output)\n      found    3 (analog)"),
    ("changes", {"from": "before_entry", "to": "after_leave", "blocks": ["GPIOD"],
                 "exactly": {"GPIOD.ODR": "0x4 -> 0x0"}},
     "GPIOD.ODR\n      expected 0x00000004 -> 0x00000000\n      "
     "found    0x00000004 -> 0x00000004\n        OD2: expected 0, found 1"),
])
def test_every_kind_of_expectation_can_fail(run, tmp_path, key, value, said):
    def expect(scenario):
        scenario["steps"][2]["expect"] = {key: value}
    done = run("run", changed(tmp_path, expect))
    assert done.returncode == 1
    assert said in done.stdout


@pytest.mark.parametrize("key, value, said", [
    ("exit", 3, "exit status\n      expected 3\n      found    0"),
    ("output", ["No such words"], 'expected "No such words"'),
    ("output_lacks", ["File downloaded"], 'expected no "File downloaded"'),
])
def test_every_expectation_of_a_tool_can_fail(run, tmp_path, key, value, said):
    def expect(scenario):
        scenario["steps"][1]["expect"] = {key: value}
    done = run("run", changed(tmp_path, expect))
    assert done.returncode == 1
    assert said in done.stdout


def test_junit_is_what_ci_systems_read(run, tmp_path):
    failing = changed(tmp_path, lambda value: value["policies"].update(leave="an2606"))
    done = run("run", "scenarios/leave", failing, "--junit", str(tmp_path / "out.xml"))
    assert done.returncode == 1
    suite = ET.parse(tmp_path / "out.xml").getroot().find("testsuite")
    cases = suite.findall("testcase")
    assert (suite.get("tests"), suite.get("failures")) == (str(len(cases)), "1")
    assert cases[0].get("classname") == "scenarios.leave"
    failed = [case.get("name") for case in cases if case.find("failure") is not None]
    assert failed == ["changed"]
    assert "an2606" in cases[-1].find("failure").text


def test_what_a_tool_could_not_have_is_in_its_steps_report(run, tmp_path):
    script = "import fcntl; fcntl.ioctl(open('/dev/bus/usb/001/002', 'rb+', 0), 0x5599)"
    path = tmp_path / "x.json"
    path.write_text(json.dumps({
        "title": "t", "model": "stm32f405rg", "given": {"boot_pins": {"BOOT0": 1}},
        "steps": [{"run": ["python3", "-c", script], "expect": {"exit": 1}}]}))
    done = run("run", str(path), "--verbose", "--junit", str(tmp_path / "out.xml"))
    told = "  exit status 1\n  not emulated: usbfs ioctl 0x00005599\n"
    assert done.returncode == 0 and told in done.stdout
    (case,) = ET.parse(tmp_path / "out.xml").getroot().iter("testcase")
    assert told in case.find("system-out").text


# What XML has no characters for: no UTF-8, a control character, U+FFFF, a lone surrogate.
PRINTED = "a\\377b \\001 \\357\\277\\277 \\355\\240\\200 §<&\\n"


@pytest.mark.parametrize("status, element", [(0, "system-out"), (1, "failure")])
def test_junit_is_xml_whatever_a_tool_prints(run, tmp_path, status, element):
    def print_it(scenario):
        scenario["steps"] = [{"run": ["printf", PRINTED], "expect": {"exit": status}}]
    run("run", changed(tmp_path, print_it), "--junit", str(tmp_path / "out.xml"), errors="replace")
    text = ET.parse(tmp_path / "out.xml").find(f".//testcase/{element}").text
    assert "| a\N{REPLACEMENT CHARACTER}b ? " in text and "§<&" in text


def test_a_run_of_many_prints_a_line_each_and_filters(run):
    done = run("run", "scenarios", "-k", "leave/f4")
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert [line[:4] for line in lines[:-1]] == ["PASS"] * 2
    assert lines[-1] == "2 passed, 0 failed"
