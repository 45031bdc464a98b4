"""Scenarios with several devices: what a step is about, and how each is told."""

import copy
import json

import pytest

BOOT = {"boot_pins": {"BOOT0": 1}}
F4, L4 = "stm32f405rg", "stm32l476rg"
ERASED = [{"at": "0x08000000", "fill": "0xFF", "size": 4}]
SCENARIO = {
    "title": "Two boards and a sound card", "model": F4, "time_scale": 0, "given": BOOT,
    "faults": [{"fault": "usb.late", "delay_ms": 1, "when": {"request": "DFU_GETSTATUS"}}],
    "others": [{"model": L4, "time_scale": 0, "faults": [
        {"fault": "usb.stall", "when": {"request": "DFU_GETSTATE"}}], "given": {
            **BOOT, "flash": [{"at": "0x08000000", "fill": 1, "size": 4}]}}],
    "bystanders": [{"idVendor": "0x1235", "idProduct": "0x8210", "product": "A sound card",
                    "interfaces": [{"bInterfaceClass": 1}]}],
    "steps": [
        {"run": ["lsusb"], "expect": {"output": ["Device 004: ID 1235:8210"]}},
        {"write": {"register": "GPIOB.ODR", "value": 2}, "device": "1-2"},
        {"drive": {"PA0": 1}, "device": "1-2"},
        {"control": [{"request": "DFU_GETSTATE", "reply": "STALL"}], "device": "1-2"},
        {"control": [{"request": "DFU_GETSTATUS", "state": "dfuERROR"}]},
        {"run": ["dfu-util", "-p", "1-2", "-a", "0", "-s", "0x08000000:4", "-U", "${files}/a"]},
        {"expect": {"files": {"a": {"fill": 1, "size": 4}}}},
        {"expect": {"registers": {"GPIOB.ODR": 0}, "flash": ERASED, "transcript": {
            "sent": [{"request": "DFU_UPLOAD", "count": 0}]}}},
        {"expect": {"registers": {"GPIOB.ODR": 2}, "transcript": {
            "sent": [{"request": "DFU_UPLOAD", "count": {"at_least": 1}}]}}, "device": "1-2"},
        {"reset": "power-on", "boot_pins": {"BOOT0": 0}, "device": "1-2"},
        {"expect": {"on_bus": True, "phase": "bootloader"}},
        {"expect": {"on_bus": False}, "device": "1-2"},
    ],
}


def write(tmp_path, value) -> str:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(value))
    return str(path)


def test_a_step_is_about_the_device_it_names(run, tmp_path):
    done = run("run", "--verbose", write(tmp_path, SCENARIO))
    told = done.stdout
    assert done.returncode == 0, told
    assert f"  1-1 model {F4}\n" in told and f"  1-2 model {L4}\n" in told
    first, second = told.split(f"--- 1-2, {L4} ---")
    assert f"--- 1-1, {F4} ---" in first and "usb.late" in first and "usb.stall" in second


@pytest.mark.parametrize("step, change, said", [
    (8, {"device": "1-1"}, "(1-1: expect)"),
    (7, {"device": "1-2"}, "(1-2: expect)"),
    (3, {"device": "1-1"}, "(1-1: replay 1 requests)\n    reply\n      expected STALL"),
    (11, {"device": "1-1"}, "on the bus"),
])
def test_told_of_another_device_it_fails(run, tmp_path, step, change, said):
    value = copy.deepcopy(SCENARIO)
    value["steps"][step].update(change)
    told = run("run", write(tmp_path, value)).stdout
    assert f"/steps/{step} " in told and said in told


def test_a_fault_of_another_board_that_never_strikes_is_told(run, tmp_path):
    value = copy.deepcopy(SCENARIO)
    value["steps"] = value["steps"][:1]
    told = run("run", write(tmp_path, value)).stdout
    assert "FAILED at " in told and "/others/0/faults/0 (fault)" in told


def test_what_cannot_jump_is_told_with_its_board(run, tmp_path):
    value = copy.deepcopy(SCENARIO)
    value["others"][0]["given"]["application"] = {"writes": [], "then": "jump_to_bootloader"}
    told = run("run", write(tmp_path, value)).stdout
    assert "x.json: /others/0/given/application/then (jump_to_bootloader)" in told


def test_the_next_step_need_not_wait_for_a_reset(run, tmp_path):
    steps = [{"reset": "system", "settles": False}, {"expect": {"on_bus": False}},
             {"run": ["sleep", "10"]}, {"expect": {"on_bus": True}}]
    alone = {**SCENARIO, "others": [], "faults": [], "time_scale": 1, "steps": steps}
    done = run("run", write(tmp_path, alone))
    assert done.returncode == 0, done.stdout
    del steps[0]["settles"]
    told = run("run", write(tmp_path, alone)).stdout
    assert "/steps/1 " in told
