"""What scenarios may say of files, faults, tables and requests, and what each mistake is told."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def scenario(**changes) -> dict:
    value = {"title": "x", "model": "stm32f405rg", "time_scale": 0,
             "given": {"boot_pins": {"BOOT0": 1}}, "steps": [{"expect": {"phase": "bootloader"}}],
             **changes}
    return {key: it for key, it in value.items() if it is not None}


OTHER = {"model": "stm32f405rg", "given": {"boot_pins": {"BOOT0": 1}}}


def with_fault(**fault) -> dict:
    return scenario(faults=[fault])


def with_file(**content) -> dict:
    return scenario(files={"a.bin": content})


def table(*rows: dict, **changes) -> dict:
    return scenario(for_each=list(rows), **changes)


def with_control(*requests: dict) -> dict:
    return scenario(steps=[{"control": list(requests)}])


MISTAKES = [
    # files
    (scenario(files={"a/b.bin": {"bytes": "00"}}),
     '/files/a~1b.bin: "a/b.bin" is no plain file name'),
    (scenario(files={".a": {"bytes": "00"}}), '/files/.a: ".a" is no plain file name'),
    (with_file(file="none.bin"), "/files/a.bin/file: there is no file "),
    (with_file(pattern="countre", size=1),
     '/files/a.bin/pattern: expected one of counter, random, application, found "countre"'),
    (with_file(pattern="application", size=7),
     "/files/a.bin/size: an application has at least 8 bytes"),
    (with_file(fill=256, size=1), "/files/a.bin/fill: expected a number from 0 to 255, found 256"),
    (with_file(fill=1, size=1 << 25), "/files/a.bin/size: expected a number from 0 to 16777216"),
    (with_file(targets=[]), "/files/a.bin/targets: expected at least one target"),
    (with_file(targets=[{"alternate": 0, "elements": []}]),
     "/files/a.bin/targets/0/elements: expected at least one element"),
    (with_file(elements=[{"bytes": "00"}]), '/files/a.bin/elements/0: missing "at"'),
    (with_file(content={"bytes": "00"}, suffix={"idVendor": 0x10000}),
     "/files/a.bin/suffix/idVendor: expected a number from 0 to 65535, found 65536"),
    # faults
    (with_fault(fault="usb.stal"), '/faults/0/fault: expected one of usb.stall, '),
    (with_fault(fault="usb.short"), '/faults/0: missing "bytes"'),
    (with_fault(fault="usb.long", bytes=0), "/faults/0/bytes: expected a number of bytes from 1"),
    (with_fault(fault="usb.stall", delay_ms=1), '/faults/0: unknown key "delay_ms"'),
    (with_fault(fault="usb.late", delay_ms=0),
     "/faults/0/delay_ms: expected milliseconds above 0, up to 3600000"),
    (with_fault(fault="usb.stall", when={"nth": 0}),
     "/faults/0/when/nth: expected a number from 1 on"),
    (with_fault(fault="usb.stall", when={"times": 0}),
     '/faults/0/when/times: expected "always", or a number from 1 on'),
    (with_fault(fault="usb.stall", when={"times": "often"}),
     '/faults/0/when/times: expected one of always, found "often"'),
    (with_fault(fault="usb.stall", when={"probability": 0}),
     "/faults/0/when/probability: expected a number above 0, up to 1"),
    (with_fault(fault="usb.stall", when={"request": "DFU_DOWNLOAD"}),
     '/faults/0/when/request: expected one of DFU_DETACH, DFU_DNLOAD, '),
    (with_fault(fault="usb.stall", when={"operation": "program"}),
     "/faults/0/when/operation: expected one of set address, erase, mass erase, "),
    (with_fault(fault="memory.power_cut", when={"operation": "write"}),
     "/faults/0/when/operation: expected one of program, erase, option bytes, "),
    (with_fault(fault="usb.stall", when={"written_bytes": {"percent": 101, "of": "a.bin"}}),
     "/faults/0/when/written_bytes/percent: expected 0 to 100"),
    (with_fault(fault="usb.stall", when={"written_bytes": {"percent": 1, "of": "a.bin"}}),
     "/faults/0/when/written_bytes/of: there is no file "),
    (with_fault(fault="stream.reset"), '/faults/0: missing "when"'),
    (with_fault(fault="stream.reset", when={}), '/faults/0/when: missing "direction"'),
    (with_fault(fault="stream.split", bytes=0, when={"direction": "to_host"}),
     "/faults/0/bytes: expected a number of bytes from 1 on"),
    (with_fault(fault="bootloader.status"),
     '/faults/0: expected "status", "state" or "poll_ms"'),
    (with_fault(fault="bootloader.error", status="errors"),
     "/faults/0/status: expected one of OK, errTARGET, "),
    (scenario(steps=[{"faults": "no"}]), '/steps/0/faults: expected one of none, found "no"'),
    # tables and shared steps
    (table(), "/for_each: expected at least one row"),
    (table({"name": "a"}, {"name": "a"}), '/for_each/1/name: there is a row "a" already'),
    (table({}), '/for_each/0: missing "name"'),
    (table({"name": "a/b"}), "/for_each/0/name: expected a name without [, ] and /"),
    (table({"name": "a", "variables": {"files": "x"}}),
     '/for_each/0/variables/files: "files" is a name of dfurig\'s own'),
    (table({"name": "a", "variables": {"x": []}}),
     "/for_each/0/variables/x: expected text, a number or a boolean"),
    (table({"name": "a"}, title="${x}"), '/title: no variable "x"'),
    (scenario(title="${x}"), '/title: no variable "x"'),
    (scenario(steps=[{"use": "none.steps.json"}]), "/steps/0/use: there is no file "),
    (scenario(steps=[{"run": ["dfu-util"], "expect": {}}, {"reset": "system", "run": ["true"]}]),
     '/steps/1: unknown key "reset"'),
    (scenario(steps=[{"faults": "none", "control": []}]),
     "/steps/0: expected exactly one of run, write, drive, reset, run_firmware, control, faults,"),
    # a tool's end
    (scenario(steps=[{"run": ["true"], "expect": {"exit": 256}}]),
     "/steps/0/expect/exit: expected a number from 0 to 255, found 256"),
    (scenario(steps=[{"run": ["true"], "expect": {"exit": [0, 256]}}]),
     "/steps/0/expect/exit/1: expected a number from 0 to 255, found 256"),
    (scenario(steps=[{"run": ["true"], "expect": {"exit": []}}]),
     "/steps/0/expect/exit: expected at least one exit status"),
    (scenario(steps=[{"run": ["true"], "expect": {"timed_out": "yes"}}]),
     "/steps/0/expect/timed_out: expected "),
    # replayed requests
    (with_control(), "/steps/0/control: expected at least one request"),
    (with_control({"request": "DFU_GETSTATUS", "data": "00"}),
     "/steps/0/control/0/data: this request has its data from the device"),
    (with_control({"request": "GET_STATUS"}), "/steps/0/control/0/request: expected one of DFU_DE"),
    (with_control({"bRequest": 1}), '/steps/0/control/0: missing "bmRequestType"'),
    (with_control({"poll": "dfuidle"}), "/steps/0/control/0/poll: expected one of appIDLE, "),
    (with_control({"request": "DFU_ABORT", "reply": "ack"}),
     '/steps/0/control/0/reply: expected one of ACK, STALL, data, no reply, bus error, found "ac'),
    # expectations
    (scenario(steps=[{"expect": {"dfu_state": "idle"}}]),
     "/steps/0/expect/dfu_state: expected one of appIDLE, "),
    (scenario(steps=[{"expect": {"option_bytes": {"0x08000000": "AA"}}}]),
     '"0x08000000" and the bytes after it are not option bytes of this chip'),
    (scenario(steps=[{"expect": {"elapsed_ms": {"from": -1}}}]),
     "/steps/0/expect/elapsed_ms/from: expected milliseconds from 0 on"),
    (scenario(steps=[{"expect": {"any_of": [{"any_of": []}]}}]),
     '/steps/0/expect/any_of/0: unknown key "any_of"'),
    (scenario(steps=[{"expect": {"transcript": {"order": [{"count": 1}]}}}]),
     '/steps/0/expect/transcript/order/0: unknown key "count"'),
    # several devices
    (scenario(others=[{}]), '/others/0: missing "model"'),
    (scenario(others=[{"model": "stm32f405rx"}]),
     '/others/0/model: there is no model "stm32f405rx"'),
    (scenario(others=[{**OTHER, "steps": []}]), '/others/0: unknown key "steps"'),
    (scenario(others=[{**OTHER, "faults": [
        {"fault": "stream.reset", "when": {"direction": "to_host"}}]}]),
     "/others/0/faults: stream.reset is of the stream, not of one board"),
    (scenario(others=[OTHER], steps=[{"device": "1-2", "faults": [
        {"fault": "stream.reset", "when": {"direction": "to_host"}}]}]),
     "/steps/0/faults: stream.reset is of the stream, not of one board"),
    (scenario(others=[{**OTHER, "given": {"boot_pins": {"BOOT2": 1}}}]),
     '/others/0/given/boot_pins: unknown key "BOOT2"'),
    (scenario(others=[OTHER], steps=[{"expect": {}, "device": "1-3"}]),
     '/steps/0/device: expected one of 1-1, 1-2, found "1-3"'),
    (scenario(others=[{**OTHER, "model": "stm32l476rg"}],
              steps=[{"write": {"register": "GPIOI.ODR", "value": 0}, "device": "1-2"}]),
     'no register or field "GPIOI.ODR" on this chip'),
    (scenario(steps=[{"run": ["true"], "device": "1-1"}]), '/steps/0: unknown key "device"'),
    (scenario(steps=[{"reset": "system", "settles": 0}]),
     "/steps/0/settles: expected true or false"),
    (scenario(others=[{"model": "stm32h563zi", "given": OTHER["given"]}],
              steps=[{"run_firmware": {"for_ms": 1}, "device": "1-2"}]),
     "/others/0/model: firmware of a "),
    (scenario(bystanders=[{"idVendor": 1, "idProduct": 1, "interfaces": []}]),
     "/bystanders/0/interfaces: expected at least one interface"),
    (scenario(bystanders=[{"idVendor": 0x10000}]), "/bystanders/0/idVendor: expected a number fr"),
    (scenario(bystanders=[{"idVendor": 1, "idProduct": 1, "interfaces": [{}]}]),
     '/bystanders/0/interfaces/0: missing "bInterfaceClass"'),
    # the gallery's entry
    (scenario(gallery={"id": "A01"}), '/gallery: missing "report"'),
    (scenario(gallery={"id": "A01", "report": "x", "chip": "x", "tool": "x", "cause": "clear"}),
     '/gallery/cause: expected one of known, likely, unknown, found "clear"'),
]


@pytest.mark.parametrize("value, said", MISTAKES, ids=[said[:60] for value, said in MISTAKES])
def test_a_mistake_is_told_with_its_place(run, tmp_path, value, said):
    path = tmp_path / "x.json"
    path.write_text(json.dumps(value))
    done = run("run", str(path))
    assert done.returncode == 2, done.stdout
    assert said in done.stderr
    assert str(path) in done.stderr


def test_a_mistake_in_shared_steps_is_told_with_their_file(run, tmp_path):
    (tmp_path / "a.steps.json").write_text(json.dumps({"steps": [{"reset": "sytem"}]}))
    (tmp_path / "x.json").write_text(json.dumps(scenario(steps=[{"use": "a.steps.json"}])))
    done = run("run", str(tmp_path / "x.json"))
    assert done.returncode == 2
    assert f"{tmp_path}/a.steps.json: /steps/0/reset: expected one of system" in done.stderr


def test_rows_are_named_and_have_their_variables(run, tmp_path):
    (tmp_path / "x.json").write_text(json.dumps(table(
        {"name": "F4", "variables": {"phase": "bootloader", "level": 1}},
        {"name": "L4", "model": "stm32l476rg", "title": "Another", "variables": {
            "phase": "stuck", "level": 0}},
        given={"boot_pins": {"BOOT0": "${level}"}}, steps=[{"expect": {"phase": "${phase}"}}])))
    done = run("run", str(tmp_path / "x.json"))
    assert f"PASS  {tmp_path}/x.json[F4]  x (F4)" in done.stdout
    assert f"PASS  {tmp_path}/x.json[L4]  Another" in done.stdout
    assert "2 passed, 0 failed" in done.stdout


def test_shared_steps_are_no_scenario_of_their_own(run, tmp_path):
    (tmp_path / "a.steps.json").write_text(json.dumps(
        {"steps": [{"expect": {"phase": "${phase}"}}]}))
    (tmp_path / "x.json").write_text(json.dumps(scenario(
        steps=[{"use": "a.steps.json", "with": {"phase": "bootloader"}}])))
    done = run("run", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "PASS" in done.stdout


DFUSE = {"targets": [{"alternate": 0, "name": "Flash", "elements": [
            {"at": "0x08000000", "pattern": "random", "size": 300},
            {"at": "0x08004000", "bytes": "DE AD BE EF"}]},
         {"alternate": 2, "elements": [{"at": "0x1FFF7800", "bytes": "01 02"}]}]}


def test_dfu_util_takes_a_made_dfuse_file(run, tmp_path):
    (tmp_path / "x.json").write_text(json.dumps(scenario(
        files={"a.dfu": DFUSE},
        steps=[{"run": ["dfu-util", "-a", "0", "-D", "${files}/a.dfu"],
                "expect": {"exit": 0, "output": ["File contains 2 DFU images", "Done parsing"],
                           "output_lacks": ["Warning"]}},
               {"expect": {"flash": [{"at": "0x08000000", "pattern": "random", "size": 300},
                                     {"at": "0x08004000", "bytes": "DE AD BE EF"}]}}])))
    done = run("run", str(tmp_path / "x.json"))
    assert done.returncode == 0, done.stdout


def test_dfu_suffix_takes_a_made_suffix(run, tmp_path):
    (tmp_path / "x.json").write_text(json.dumps(scenario(
        files={"a.dfu": {"content": {"pattern": "counter", "size": 10},
                         "suffix": {"idVendor": 1, "idProduct": 2, "bcdDevice": 3}}},
        steps=[{"run": ["dfu-suffix", "-c", "${files}/a.dfu"], "expect": {
            "exit": 0, "output": ["Vendor ID:\t0x0001", "Product ID:\t0x0002",
                                  "BCD device:\t0x0003", "CRC:\t\t0x"]}}])))
    done = run("run", str(tmp_path / "x.json"))
    assert done.returncode == 0, done.stdout


def test_objcopy_reads_a_made_hex_file(run, tmp_path):
    (tmp_path / "x.json").write_text(json.dumps(scenario(
        files={"a.hex": {"elements": [{"at": "0x0800FFF8", "pattern": "counter", "size": 40}]},
               "b.bin": {"pattern": "counter", "size": 40}},
        steps=[{"run": ["arm-none-eabi-objcopy", "-I", "ihex", "-O", "binary", "${files}/a.hex",
                        "${files}/a.bin"], "expect": {"exit": 0}},
               {"expect": {"files": {"a.bin": {"file": "b.bin"}}}}])))
    done = run("run", str(tmp_path / "x.json"))
    assert done.returncode == 0, done.stdout


def test_only_an_application_can_jump(run, tmp_path):
    (tmp_path / "x.json").write_text(json.dumps(scenario(
        given={"boot_pins": {"BOOT0": 1},
               "application": {"writes": [], "then": "jump_to_bootloader"}})))
    done = run("run", str(tmp_path / "x.json"))
    assert done.returncode == 1
    assert "/given/application/then (jump_to_bootloader)" in done.stdout
    assert "phase\n      expected application\n      found    bootloader" in done.stdout


def test_another_version_of_the_rom_is_named_as_a_bootloader(run, tmp_path):
    (tmp_path / "x.json").write_text(json.dumps(scenario(
        model="stm32h743zi", given={"boot_pins": {"BOOT0": 1}, "bootloader": "rom-h74x-v9.0"})))
    done = run("run", str(tmp_path / "x.json"))
    assert done.returncode == 0, done.stdout + done.stderr
