"""`run_firmware` in the real program: what the report and --trace-cpu show."""

import json
from pathlib import Path

BLINK = Path(__file__).resolve().parents[1] / "firmware/blink_stm32l476.hex"


def written(folder: Path, model: str, given: dict, *steps: dict) -> str:
    path = folder / "x.json"
    path.write_text(json.dumps({"title": "x", "model": model, "time_scale": 0, "given": given,
                                "steps": steps}))
    return str(path)


def test_the_report_has_the_pin_over_time(run, tmp_path):
    told = run("run", written(tmp_path, "stm32l476rg", {"firmware": {"file": str(BLINK)}},
                              {"run_firmware": {"for_ms": 500}},
                              {"expect": {"stopped": "running", "faults": [],
                                          "pins": {"PA5": {"toggles": {"at_least": 2}}}}}))
    assert told.returncode == 0, told.stdout
    assert "firmware ran 500 ms, 2000000 cycles: running at 0x080000" in told.stdout
    assert "\npins, in device time\n  PA5   ▔▁" in told.stdout


def test_a_goal_that_does_not_come_fails_the_step(run, tmp_path):
    told = run("run", written(tmp_path, "stm32l476rg", {"firmware": {"file": str(BLINK)}},
                              {"run_firmware": {"until": "rom", "within_ms": 1}}))
    assert told.returncode == 1
    assert ("expected until the ROM has control, within 1 ms\n"
            "      found    running at 0x080000") in told.stdout


def test_erased_flash_locks_up_and_the_trace_says_before_what(run, tmp_path):
    told = run("run", "--trace-cpu=5", written(
        tmp_path, "stm32f405rg", {"boot_pins": {}}, {"run_firmware": {"for_ms": 1}},
        {"expect": {"phase": "stuck", "stopped": "lockup", "stopped_text": "lockup"}}))
    assert told.returncode == 0, told.stdout
    assert "\ninstructions\n  the last instructions before " in told.stdout


def test_a_core_that_is_not_executed_is_said_at_once(run, tmp_path):
    told = run("run", written(tmp_path, "stm32l552ze", {}, {"run_firmware": {"for_ms": 1}}))
    assert told.returncode == 2
    assert "/model: firmware of a stm32l552ze is not executed: " in told.stderr


def test_the_length_of_a_trace_has_limits(run):
    told = run("run", "--trace-cpu=0", "scenarios/leave")
    assert told.returncode == 2
    assert "--trace-cpu 0: expected a number from 1 to 100000" in told.stderr
