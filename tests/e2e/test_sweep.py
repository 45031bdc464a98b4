"""`dfurig run --sweep`: a fault at every point, and what comes of each."""

import json
import re
from pathlib import Path

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


def swept(run, folder: Path, **changes):
    (folder / "x.json").write_text(json.dumps({**SCENARIO, **changes}))
    return run("run", "--sweep", str(folder / "x.json"))


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
