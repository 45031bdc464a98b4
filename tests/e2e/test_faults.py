"""Each kind of fault is noticed by a scenario that passes without it."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "scenarios/faults"
TABLES = sorted(FOLDER.glob("what_*.json"))
KINDS = {name for kind in json.loads((ROOT / "models/schema/scenario.json").read_text())
         ["definitions"]["injected"]["anyOf"] for name in kind["properties"]["fault"]["enum"]}
# No protocol over TCP may depend on where the pieces end.
UNNOTICED = {"stream.split", "stream.merge"}


def rows() -> list[dict]:
    return [row for table in TABLES for row in json.loads(table.read_text())["for_each"]]


def kinds(row: dict) -> set[str]:
    return {fault["fault"] for fault in row["faults"]}


def test_every_kind_is_there():
    assert set().union(*map(kinds, rows())) == KINDS
    assert set().union(*(kinds(row) for row in rows() if "fails_with" not in row)) == UNNOTICED


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.stem)
def test_each_row_passes_without_its_fault(run, tmp_path, table):
    value = json.loads(table.read_text())
    for row in value["for_each"]:
        del row["faults"]
        row.pop("fails_with", None)
    (tmp_path / "table.json").write_text(json.dumps(value))
    for shared in FOLDER.glob("*.steps.json"):
        (tmp_path / shared.name).write_text(shared.read_text())
    done = run("run", str(tmp_path / "table.json"))
    assert done.returncode == 0, done.stdout[-3000:]
    assert f"{len(value['for_each'])} passed, 0 failed" in done.stdout


def scenario(folder: Path, **changes) -> str:
    path = folder / "scenario.json"
    path.write_text(json.dumps({
        "title": "x", "model": "stm32f405rg", "time_scale": 0, "given": {"boot_pins": {"BOOT0": 1}},
        "files": {"app.bin": {"pattern": "application", "at": "0x08000000", "size": 64}},
        "steps": [{"run": ["dfu-util", "-a", "0", "-s", "0x08000000", "-D", "${files}/app.bin"]}],
        **changes}))
    return str(path)


def test_a_fault_that_never_strikes_fails_the_scenario(run, tmp_path):
    never = {"fault": "usb.stall", "when": {"request": "DFU_DNLOAD", "nth": 1000}}
    done = run("run", scenario(tmp_path, faults=[never]))
    assert done.returncode == 1
    assert "usb.stall\n      expected it strikes\n      found    its occasion never came" \
        in done.stdout
    assert run("run", scenario(tmp_path, faults=[{**never, "may_miss": True}])).returncode == 0


DOWNLOAD = ("dfu-util", "-a", "0", "-s", "0x08000000", "-D", "app.bin")


@pytest.fixture
def app(tmp_path, monkeypatch) -> bytes:
    """What app.bin has, in the folder where the test is."""
    monkeypatch.chdir(tmp_path)
    content = bytes(number % 251 for number in range(2048))
    Path("app.bin").write_bytes(content)
    return content


def test_faults_can_come_later_and_go_again(dfurig_device, dfurig_exec, app):
    device = dfurig_device("stm32f405rg", time_scale=0)
    assert dfurig_exec(*DOWNLOAD).exit_status == 0
    device.arm({"fault": "usb.stall", "when": {"request": "DFU_DNLOAD", "times": "always"}})
    assert dfurig_exec(*DOWNLOAD).exit_status == 74
    device.disarm()
    assert dfurig_exec(*DOWNLOAD).exit_status == 0
    assert "usb.stall at DFU_DNLOAD wValue=0" in device.report()


def test_the_report_tells_what_struck(run, tmp_path):
    done = run("run", scenario(tmp_path, faults=[
        {"fault": "stream.split", "bytes": 1, "when": {"direction": "to_device"}}]))
    assert "faults that struck\n  stream.split at byte 0 to the device, and " in done.stdout


def test_a_known_failure_passes_only_while_it_fails_that_way(run, tmp_path):
    stall = [{"fault": "usb.stall", "when": {"request": "DFU_DNLOAD"}}]
    expect = [{"run": ["dfu-util", "-a", "0", "-s", "0x08000000", "-D", "${files}/app.bin"],
               "expect": {"exit": 0}}]
    assert run("run", scenario(tmp_path, faults=stall, steps=expect,
                               fails_with="found 74")).returncode == 0
    told = run("run", "-v", scenario(tmp_path, faults=stall, steps=expect, fails_with="found 74"))
    assert 'it is known to fail with "found 74", and does\n' in told.stdout
    assert "exit status\n      expected 0\n      found    74" in told.stdout
    other = run("run", scenario(tmp_path, faults=stall, steps=expect, fails_with="found 75"))
    assert other.returncode == 1
    assert 'it is known to fail with "found 75", and fails otherwise' in other.stdout
    fixed = run("run", scenario(tmp_path, steps=expect, fails_with="found 74"))
    assert fixed.returncode == 1
    assert 'it is known to fail with "found 74", and does not fail any more' in fixed.stdout


@pytest.mark.parametrize("unit", [1, 2, 1000, 2047, 2048])
def test_a_power_cut_between_any_two_units_leaves_what_came_before(dfurig_device, dfurig_exec, app,
                                                                   unit):
    device = dfurig_device("stm32f405rg", time_scale=0, faults=[
        {"fault": "memory.power_cut", "when": {"operation": "program", "nth": unit}}])
    assert dfurig_exec(*DOWNLOAD).exit_status == 74
    assert device.phase == "off" and not device.is_on_bus
    device.power_cycle(BOOT0=0)
    kept, erased = app[:unit - 1], b"\xFF" * (len(app) - unit + 1)
    assert device.flash[0x08000000:0x08000000 + len(app)] == kept + erased


def test_a_power_cut_in_an_option_byte_write_leaves_them_erased(dfurig_device):
    device = dfurig_device("stm32f405rg", time_scale=0, faults=[
        {"fault": "memory.power_cut", "when": {"operation": "option bytes"}}])
    device.control(
        {"request": "DFU_CLRSTATUS"},
        {"request": "DFU_DNLOAD", "wValue": 0, "data": "21 00 C0 FF 1F"},
        {"poll": "dfuDNLOAD-IDLE"},
        {"request": "DFU_DNLOAD", "wValue": 2,
         "data": "EF AA 00 00 00 00 00 00 FF 0F 00 00 00 00 00 00", "reply": "ACK"},
        {"request": "DFU_GETSTATUS", "reply": "no reply"})
    assert device.phase == "off"
    assert device.option_bytes[0x1FFFC000:0x1FFFC002] == b"\xFF\xFF"


def test_a_device_that_no_tool_can_see_fails_the_step(run, tmp_path):
    (tmp_path / "other.json").write_text(json.dumps(
        {"title": "another", "model": "stm32f405rg",
         "steps": [{"expect": {"phase": "stuck"}}]}))
    scenario(tmp_path, faults=[{"fault": "usb.never", "when": {"request": "GET_DESCRIPTOR"}}])
    done = run("run", str(tmp_path))
    assert done.returncode == 1
    assert "the device\n      expected it can be seen by a tool\n      found    the USB/IP ser" \
        in done.stdout
    assert "1 passed, 1 failed" in done.stdout


def test_the_kernel_gives_up_set_interface_after_its_own_time_out(dfurig_device, dfurig_exec, app):
    device = dfurig_device("stm32f405rg", time_scale=0, faults=[
        {"fault": "usb.never", "when": {"request": "SET_INTERFACE"}}])
    result = dfurig_exec(*DOWNLOAD)
    assert result.exit_status == 74 and "Cannot set alternate interface" in result.output
    device.expect(elapsed_ms={"from": 5000, "to": 6000})
