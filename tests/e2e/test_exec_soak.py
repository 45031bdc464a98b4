"""`dfurig exec` again and again: nothing is lost, nothing grows."""

import os
import subprocess
from pathlib import Path

from conftest import PATIENCE_S

MODEL = "stm32f405rg"
RAW = ["-DRAW", "-static", "-nostdlib", "-ffreestanding", "-fno-stack-protector"]
PROBED = "0483:df11 descriptors + request + urb + socket +\n"
RUNS, CYCLES = 1000, 200


def open_files(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def memory_kb(pid: int) -> int:
    return int(Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()[0])


def processes_with(marker: str) -> list[str]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if marker.encode() in (folder / "environ").read_bytes():
                found.append((folder / "comm").read_text().strip())
        except OSError:
            continue
    return found


def test_a_waiting_program_sees_every_plug_and_unplug_once(bench, inside, program, libusb):
    board = bench(MODEL)
    tool = inside("--connect", board.address, "--", program("hotplug", *libusb))
    assert [tool.line(), tool.line()] == ["arrived 1 2 0483:df11", "waiting"]
    number = 2
    for cycle in range(CYCLES):
        board("pin BOOT0=0")
        board("reset")
        assert tool.line() == f"left 1 {number}", f"cycle {cycle}"
        board("pin BOOT0=1")
        board("reset")
        number = number + 1 if number < 127 else 2
        assert tool.line() == f"arrived 1 {number} 0483:df11", f"cycle {cycle}"
    assert tool.end() == ""


def test_a_thousand_wrappers_leave_nothing_behind(dfurig, serve, program, tmp_path):
    server = serve(MODEL)
    command = [dfurig, "exec", "--connect", server.address, "--", program("probe", *RAW)]
    marker = f"DFURIG_SOAK={tmp_path}"
    environment = {**os.environ, "TMPDIR": str(tmp_path), "DFURIG_SOAK": str(tmp_path)}
    measures = []
    for run in range(RUNS):
        done = subprocess.run(command, env=environment, capture_output=True, text=True,
                              timeout=PATIENCE_S)
        assert (done.stdout, done.stderr) == (PROBED, ""), f"run {run}"
        if run in (RUNS // 10, RUNS - 1):
            measures.append((open_files(server.process.pid), memory_kb(server.process.pid)))
    (files, memory), (files_at_the_end, memory_at_the_end) = measures
    assert files_at_the_end == files
    # Less than a kilobyte for each run could not be a forgotten connection.
    assert memory_at_the_end - memory < RUNS * 9 // 10 // 2, "kB"
    assert os.listdir(tmp_path) == []
    assert processes_with(marker) == []


def test_a_thousand_tools_leave_nothing_behind_in_one_wrapper(run, program):
    script = """
measure() { echo $(ls /proc/$PPID/fd | wc -l) $(grep VmRSS /proc/$PPID/status | tr -dc 0-9); }
again() { i=0; while [ $i -lt $1 ]; do "$probe"; i=$((i + 1)); done; }
probe=$0
again 100; measure; again 900; measure"""
    done = run("exec", "--model", MODEL, "--", "sh", "-c", script, program("probe", *RAW))
    lines = done.stdout.splitlines()
    assert lines.count(PROBED.strip()) == RUNS
    (files, memory), (files_at_the_end, memory_at_the_end) = [
        map(int, line.split()) for line in lines if line[0] != PROBED[0]]
    assert files_at_the_end == files
    assert memory_at_the_end - memory < RUNS * 9 // 10 // 2, "kB"
