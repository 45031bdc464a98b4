"""Each thing a scenario can expect is checked: turned round, the run fails and says why."""

import copy
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SCENARIO = {
    "title": "Everything that can be expected holds",
    "model": "stm32l476rg",
    "policies": {"entry": "keeps-unused-pins", "leave": "an3156"},
    "time_scale": 0,
    "files": {"app.bin": {"pattern": "application", "at": "0x08000000", "size": 64}},
    "given": {
        "application": {"writes": [{"register": "RCC.AHB2ENR", "value": 2},
                                   {"register": "GPIOB.MODER.MODE0", "value": 1},
                                   {"register": "GPIOB.OTYPER.OT0", "value": 1},
                                   {"register": "GPIOB.PUPDR.PUPD0", "value": 1},
                                   {"register": "GPIOB.ODR.OD0", "value": 1}],
                        "then": "jump_to_bootloader"}},
    "steps": [
        {"run": ["dfu-util", "-a", "0", "-s", "0x08000000", "-D", "${files}/app.bin"],
         "timeout_s": 20, "expect": {"exit": 0, "output": ["File downloaded successfully"],
                                     "output_lacks": ["rror during"]}},
        {"run": ["dfu-util", "-a", "0", "-s", "0x08000000:64", "-U", "${files}/read.bin"],
         "expect": {"exit": [1, 0]}},
        {"control": [{"request": "DFU_GETSTATUS", "reply": "data", "state": "dfuIDLE",
                      "status": "OK", "poll_ms": 0, "reply_data": "00 00 00 00 02 00"},
                     {"poll": "dfuIDLE", "status": "OK"}]},
        {"expect": {
            "phase": "bootloader", "on_bus": True, "dfu_state": "dfuIDLE", "dfu_status": "OK",
            "address_pointer": "0x08000000",
            "registers": {"GPIOB.ODR": "0x00000001", "GPIOB.MODER.MODE0": 1},
            "pins": {"PB0": {"mode": "output", "type": "open-drain", "pull": "up", "output": 1,
                             "level": 1}},
            "flash": [{"file": "app.bin", "at": "0x08000000"}],
            "option_bytes": {"0x1FFF7800": "AA"},
            "files": {"read.bin": {"file": "app.bin"}},
            "elapsed_ms": {"to": 60000},
            "changes": {"from": "before_entry", "to": "before_entry", "exactly": {}},
            "transcript": {
                "sent": [{"request": "DFU_DNLOAD", "operation": "write", "count": 1},
                         {"request": "DFU_DNLOAD", "operation": "mass erase", "count": 0}],
                "order": [{"operation": "erase"}, {"operation": "write", "wValue": 2}]},
            "any_of": [{"phase": "off"}, {"phase": "bootloader"}]}},
        {"run": ["sh", "-c", "echo started; exec sleep 60"], "timeout_s": 2.5,
         "expect": {"timed_out": True, "exit": 137, "output": ["started"]}},
        {"expect": {"elapsed_ms": {"from": 2500, "to": 2500.1}}}],
}


def passed(run, folder: Path, value: dict):
    path = folder / "scenario.json"
    path.write_text(json.dumps(value))
    return run("run", str(path))


def test_the_scenario_passes(run, tmp_path):
    done = passed(run, tmp_path, SCENARIO)
    assert done.returncode == 0, done.stdout


EXPECT = ("steps", 3, "expect")
TOOL = ("steps", 0, "expect")
CONTROL = ("steps", 2, "control")
ENDED = ("steps", 4, "expect")


@pytest.mark.parametrize("place, value, said", [
    ((*TOOL, "exit"), 1, "exit status\n      expected 1\n      found    0"),
    ((*TOOL, "exit"), [1, 74], "exit status\n      expected 1 or 74\n      found    0"),
    ((*TOOL, "timed_out"), True,
     "time\n      expected no end within 20.0 s\n      found    it ended with exit status 0"),
    ((*ENDED, "timed_out"), False,
     "time\n      expected an end within 2.5 s\n      found    it was still running and was ended"),
    ((*ENDED, "exit"), 0, "exit status\n      expected 0\n      found    137"),
    ((*TOOL, "output"), ["nonsense"], 'output\n      expected "nonsense"\n      found    it is n'),
    ((*TOOL, "output_lacks"), ["downloaded"], 'expected no "downloaded"\n      found    it is'),
    ((*CONTROL, 0, "reply"), "STALL", "reply\n      expected STALL\n      found    data"),
    ((*CONTROL, 0, "state"), "dfuERROR", "bState\n      expected dfuERROR\n      found    dfuIDLE"),
    ((*CONTROL, 0, "status"), "errUSBR", "bStatus\n      expected errUSBR\n      found    OK"),
    ((*CONTROL, 0, "poll_ms"), 9, "bwPollTimeout\n      expected 9\n      found    0"),
    ((*CONTROL, 0, "reply_data"), "00", "data\n      expected 00\n      found    00 00 00 00 02"),
    ((*CONTROL, 1, "poll"), "dfuERROR", "bState\n      expected dfuERROR\n      found    dfuIDLE"),
    ((*EXPECT, "phase"), "application", "phase\n      expected application\n      found    boot"),
    ((*EXPECT, "on_bus"), False, "on_bus\n      expected it is not"),
    ((*EXPECT, "dfu_state"), "dfuERROR", "dfu_state\n      expected dfuERROR\n      found    dfuI"),
    ((*EXPECT, "dfu_status"), "errUSBR", "dfu_status\n      expected errUSBR\n      found    OK"),
    ((*EXPECT, "address_pointer"), 1, "address_pointer\n      expected 0x00000001\n"),
    ((*EXPECT, "registers", "GPIOB.ODR"), 3, "OD1: expected 1, found 0"),
    ((*EXPECT, "registers", "GPIOB.MODER.MODE0"), 3, "MODER.MODE0\n      expected 3 (analog)"),
    ((*EXPECT, "pins", "PB0", "mode"), "input", "(GPIOB.MODER)\n      expected 0\n      found   "),
    ((*EXPECT, "pins", "PB0", "type"), "push-pull", "PB0 (GPIOB.OTYPER)"),
    ((*EXPECT, "pins", "PB0", "pull"), "down", "PB0 (GPIOB.PUPDR)"),
    ((*EXPECT, "pins", "PB0", "output"), 0, "PB0 (GPIOB.ODR)"),
    ((*EXPECT, "pins", "PB0", "level"), 0, "PB0 (GPIOB.IDR)"),
    ((*EXPECT, "flash"), [{"fill": 0, "at": "0x08000000", "size": 8}],
     "flash 0x08000000, 8 bytes\n      expected 8 bytes of 0x00"),
    ((*EXPECT, "option_bytes"), {"0x1FFF7800": "BB"}, "0x1FFF7800: expected 0xBB, found 0xAA"),
    ((*EXPECT, "files"), {"read.bin": {"fill": 0, "size": 64}},
     "read.bin 0x00000000, 64 bytes\n      expected 64 bytes of 0x00"),
    ((*EXPECT, "files"), {"read.bin": {"fill": 0, "size": 1}},
     "read.bin\n      expected 1 bytes of 0x00\n      found    64 bytes, not 1"),
    ((*EXPECT, "files"), {"other.bin": {"fill": 0, "size": 1}}, "found    no tool wrote it"),
    ((*EXPECT, "elapsed_ms"), {"from": 60000}, "elapsed_ms\n      expected at least 60000 ms"),
    ((*EXPECT, "not_emulated"), ["nonsense"], 'not_emulated\n      expected "nonsense"'),
    ((*EXPECT, "changes", "to"), "in_dfu", "found"),
    ((*EXPECT, "transcript", "sent", 0, "count"), 2,
     "DFU_DNLOAD (write)\n      expected 2 times\n      found    1 times"),
    ((*EXPECT, "transcript", "sent", 1, "count"), {"at_least": 1}, "expected at least 1 times"),
    ((*EXPECT, "transcript", "order"), [{"operation": "write"}, {"operation": "erase"}],
     "order\n      expected a request (erase) after a request (write)\n      found    it does not"),
    ((*EXPECT, "any_of"), [{"phase": "off"}, {"dfu_state": "dfuERROR"}],
     "any_of\n      expected one of 2 alternatives\n      found    none of them holds\n"
     "        phase: expected off, found bootloader"),
], ids=lambda it: "/".join(map(str, it)) if isinstance(it, tuple) else "")
def test_turned_round_it_fails_and_says_why(run, tmp_path, place, value, said):
    changed = copy.deepcopy(SCENARIO)
    holder = changed
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value
    done = passed(run, tmp_path, changed)
    assert done.returncode == 1, done.stdout
    assert said in done.stdout
