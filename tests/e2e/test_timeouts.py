"""`timeout_s`: a tool that does not end is ended, by its own clock and at the same request."""

import json
import re
import sys
import time
from pathlib import Path

import pytest

STUCK = "scenarios/gallery/d11_an_erase_of_one_page_makes_the_second_upgrade_get_stuck.json"


def ended(run, folder: Path, tool: list[str], *options: str, timeout_s: float = 1, **elapsed):
    """The tool is expected not to end, and to take so long of the device's time."""
    path = folder / "x.json"
    path.write_text(json.dumps({
        "title": "x", "model": "stm32f405rg", "given": {"boot_pins": {"BOOT0": 1}}, "steps": [
            {"run": tool, "timeout_s": timeout_s, "expect": {"timed_out": True, "exit": 137}},
            {"expect": {"elapsed_ms": elapsed}}]}))
    return run("run", str(path), *options)


@pytest.mark.parametrize("tool, elapsed", [
    (["sleep", "3000"], {"from": 1000, "to": 1000.1}),
    (["sh", "-c", "sleep 3000 & wait"], {"from": 1000, "to": 1000.1}),
    (["sh", "-c", "while :; do sleep 0.3; done"], {"from": 1000, "to": 1000.1}),
    # Time stands still while it computes; the machine's ends it.
    (["sh", "-c", "while :; do :; done"], {"to": 100}),
    ([sys.executable, "-c", "import time\nwhile True: time.time()"], {"from": 1000, "to": 1001}),
], ids=["sleeps", "waits for a sleeper", "sleeps again and again", "computes", "reads the clock"])
def test_a_tool_that_does_not_end_is_ended(run, tmp_path, tool, elapsed):
    done = ended(run, tmp_path, tool, **elapsed)
    assert done.returncode == 0, done.stdout


def test_no_process_of_it_is_left(run, still_running, tmp_path):
    assert ended(run, tmp_path, ["sh", "-c", "setsid sleep 7501 & sleep 7502"]).returncode == 0
    assert still_running() == []


def test_an_hour_of_the_tools_time_is_not_waited_for(run, tmp_path):
    # `run` itself has less patience.
    done = ended(run, tmp_path, ["sleep", "3601"], timeout_s=3600, **{"from": 3600000})
    assert done.returncode == 0, done.stdout


def test_in_real_time_it_takes_what_it_says(run, tmp_path):
    begin = time.monotonic()
    done = ended(run, tmp_path, ["sleep", "3000"], "--real-time", **{"from": 1000})
    assert done.returncode == 0, done.stdout
    assert time.monotonic() - begin >= 1


def test_who_polls_without_pause_is_ended_at_the_same_request(run):
    told = {run("run", f"{STUCK}[D11, stuck]").stdout for _ in range(5)}
    assert len(told) == 1
    story = told.pop()
    assert "  exit status 137, timed out\n" in story
    assert int(re.search(r"DFU_GETSTATUS ×(\d+)", story)[1]) > 1000
