"""`dfurig run --sweep`: a fault at every point, and what comes of each."""

import json
import os
import pty
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from conftest import PATIENCE_S

SCENARIO = {
    "title": "64 bytes are downloaded and the application is started",
    "model": "stm32l476rg",
    "files": {"app.bin": {"pattern": "application", "at": "0x08000000", "size": 64}},
    "given": {"boot_pins": {"BOOT0": 1}},
    "steps": [{"run": ["dfu-util", "-a", "0", "-s", "0x08000000:leave", "-D", "${files}/app.bin"],
               "timeout_s": 30, "expect": {"exit": 0}},
              {"expect": {"phase": "application",
                          "flash": [{"file": "app.bin", "at": "0x08000000"}]}}],
}


def written(folder: Path, **changes) -> str:
    (folder / "x.json").write_text(json.dumps({**SCENARIO, **changes}))
    return str(folder / "x.json")


def swept(run, folder: Path, *options: str, **changes):
    return run("run", "--sweep", written(folder, **changes), *options)


def download_or(*wrong: str) -> list[dict]:
    """Steps that download; where dfu-util says `Cannot set alternate`, `wrong` is done."""
    return [{"run": ["sh", "-c", "said=$(dfu-util -a 0 -s 0x08000000 -D $0/app.bin 2>&1) && exit; "
                     "status=$?; case $said in *'Cannot set alternate'*) " + "; ".join(wrong) +
                     ";; esac; exit $status", "${files}"], "expect": {"exit": 0}}]


def lines(done) -> dict[str, str]:
    """Fault -> its counts."""
    found = re.findall(r"^  (\S+) at each of (\d+) .*\n      (.*)$", done.stdout, re.MULTILINE)
    for fault, points, counts in found:
        assert sum(map(int, re.findall(r"\d+", counts))) == int(points), fault
    return {fault: counts for fault, points, counts in found}


def test_every_point_is_tried_and_judged(run, tmp_path):
    done = swept(run, tmp_path)
    found = lines(done)
    assert list(found) == ["usb.stall", "usb.bus_error", "usb.never", "usb.lost", "usb.unplug",
                           "memory.power_cut", "stream.split", "stream.reset"]
    requests = int(re.search(r"usb.stall at each of (\d+) requests", done.stdout)[1])
    assert found["usb.unplug"] == f"told {requests}"
    assert found["memory.power_cut"] == "told 9", "a sector and eight double words"
    assert re.fullmatch(r"passes \d+", found["stream.split"])
    assert re.fullmatch(r"told \d+", found["stream.reset"])
    assert "silent" in found["usb.lost"], "dfu-util does not read back"
    assert re.search(r"\d+, DFU_DNLOAD wValue=2 \(write\): silent", done.stdout)
    assert done.stdout.startswith("WRONG  ")
    assert done.returncode == 1


def test_who_reads_back_loses_nothing_silently(run, tmp_path):
    read_back = ["sh", "-c", "dfu-util -a 0 -s 0x08000000 -D $0/app.bin && rm -f $0/read.bin && "
                 "dfu-util -a 0 -s 0x08000000:64 -U $0/read.bin && cmp $0/app.bin $0/read.bin",
                 "${files}"]
    done = swept(run, tmp_path, steps=[{"run": read_back, "timeout_s": 60, "expect": {"exit": 0}}])
    assert "silent" not in done.stdout
    assert done.stdout.startswith("CLEAN  ")
    assert done.returncode == 0


def test_what_is_left_to_chance_is_decided_by_the_seed(run, tmp_path):
    # Fails before anything is swept, or passes by chance: as the run with that seed does.
    scenario = {**SCENARIO, "steps": SCENARIO["steps"][:1], "faults": [
        {"fault": "usb.stall", "may_miss": True,
         "when": {"request": "SET_CONFIGURATION", "probability": 0.5}},
        {"fault": "usb.stall", "may_miss": True, "when": {"request": "DFU_DNLOAD", "nth": 9999}}]}
    path = tmp_path / "x.json"
    path.write_text(json.dumps(scenario))
    seeds = ["1", "2", "3", "4", "5", "6"]
    fails = [run("run", "--seed", seed, str(path)).returncode == 1 for seed in seeds]
    assert True in fails and False in fails, "six seeds that agree show nothing"
    seed = seeds[fails.index(True)]
    assert "nothing was swept" in run("run", "--sweep", "--seed", seed, str(path)).stdout
    seed = seeds[fails.index(False)]
    assert "nothing was swept" not in run("run", "--sweep", "--seed", seed, str(path)).stdout


def test_what_fails_without_a_fault_is_not_swept(run, tmp_path):
    done = swept(run, tmp_path, steps=[{"expect": {"phase": "off"}}])
    assert "nothing was swept: the scenario fails without a fault" in done.stdout
    assert done.returncode == 1


def test_the_report_is_the_same_however_many_run_at_once(run, tmp_path):
    told = [swept(run, tmp_path, "--jobs", jobs) for jobs in ("1", "2", "4")]
    assert {(done.returncode, done.stderr) for done in told} == {(1, "")}
    assert len({done.stdout for done in told}) == 1


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_point_that_crashes_is_told_and_the_others_go_on(run, still_running, tmp_path, jobs):
    done = swept(run, tmp_path, "--jobs", jobs,
                 steps=download_or("sleep 7401 & kill -SEGV $PPID", "sleep 7402"))
    assert done.returncode == 1
    assert re.search(r"usb.stall at each of \d+ requests\n"
                     r"      passes 5 told \d+ broken off 2\n"
                     r"      \d+, SET_CONFIGURATION wValue=1: broken off, its process was ended by "
                     r"signal 11 \(Segmentation fault\)\n"
                     r"      \d+, SET_INTERFACE wValue=0: broken off, its process was ended by "
                     r"signal 11 \(Segmentation fault\)\n  usb.bus_error", done.stdout)
    assert "\n  stream.reset" in done.stdout
    lines(done)
    assert still_running() == []


def test_a_point_that_takes_too_long_is_told_and_the_others_go_on(run, still_running, tmp_path):
    # Stopped, the process that runs the scenario does nothing more.
    done = swept(run, tmp_path, "--timeout", "1",
                 steps=download_or("kill -STOP $PPID", "sleep 7403"))
    assert re.search(r"\d+, SET_INTERFACE wValue=0: broken off, it did not end within 1 s\n",
                     done.stdout)
    assert "\n  stream.reset" in done.stdout
    assert still_running() == []


def test_a_scenario_that_crashes_without_a_fault_is_not_swept(run, tmp_path):
    done = swept(run, tmp_path, steps=[{"run": ["sh", "-c", "kill -SEGV $PPID"]}])
    assert "nothing was swept: of the scenario without a fault, its process was ended by signal " \
        "11" in done.stdout
    assert done.returncode == 1


def test_where_tools_cannot_be_run_nothing_is_swept(run, tmp_path):
    tool = tmp_path / "tool"
    tool.write_bytes(b"\x7fELF\1\1\1" + bytes(9) + b"\2\0\x28\0" + bytes(40))  # of ARM
    tool.chmod(0o755)
    done = swept(run, tmp_path, steps=[{"run": [str(tool)]}])
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{tool}: is a program for arm; only x86_64 programs can be run" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything(dfurig, still_running, tmp_path, number):
    started = tmp_path / "started"
    steps = download_or(f"sleep 7404 & touch {started}", "sleep 7405")
    path = written(tmp_path, steps=steps)
    process = subprocess.Popen([dfurig, "run", "--sweep", "--real-time", path],
                               stdout=subprocess.PIPE, text=True,
                               preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))
    while not started.exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(number)
    told, _ = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, told) == (128 + number, "0 swept, 1 not swept: interrupted\n")
    assert still_running() == []


def test_progress_is_shown_on_a_terminal_and_removed(dfurig, tmp_path):
    ours, theirs = pty.openpty()
    process = subprocess.Popen([dfurig, "run", "--sweep", written(tmp_path)],
                               stdout=subprocess.PIPE, stderr=theirs, text=True)
    os.close(theirs)
    shown = ""
    try:
        while piece := os.read(ours, 65536).decode():
            shown += piece
    except OSError:  # how a terminal without its other end says that there is no more
        pass
    os.close(ours)
    told, _ = process.communicate(timeout=PATIENCE_S)
    clear = "\r\x1b[K"
    assert told.startswith("WRONG  ") and "running" not in told
    assert re.match(re.escape(clear) + r"0/\d+ running: usb\.stall" + re.escape(clear), shown)
    assert "running: stream.reset" in shown
    assert shown.endswith(clear)
