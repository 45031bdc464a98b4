"""Many scenarios: at once as one after the other, in parts, again, broken off, interrupted."""

import json
import os
import pty
import re
import signal
import subprocess
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]
# ./test runs all scenarios; these are enough to be cut into parts, and one of them is a table.
SHIPPED = ["scenarios/leave", "scenarios/faults/what_happens_in_flash.json"]
CRASHES = ["sh", "-c", "sleep 7301 & kill -SEGV $PPID; sleep 7302"]  # its parent runs the scenario
HANGS = ["sh", "-c", "sleep 7303 & setsid sleep 7304 & sleep 7305"]


@pytest.fixture
def suite(tmp_path) -> Callable[..., str]:
    """suite(name=["tool", …]): a folder of scenarios that run a tool each."""
    folder = tmp_path / "suite"
    folder.mkdir()

    def write(**tools: list[str]) -> str:
        for name, arguments in tools.items():
            (folder / f"{name}.json").write_text(json.dumps({
                "title": name, "model": "stm32l476rg", "time_scale": 0,
                "given": {"boot_pins": {"BOOT0": 1}},
                "steps": [{"run": arguments, "timeout_s": 60, "expect": {"exit": 0}}]}))
        return str(folder)
    return write


def names_run(text: str) -> list[str]:
    return re.findall(r"^(?:PASS|FAIL)  (.+?)  ", text, re.MULTILINE)


def without_times(text: str) -> str:
    text = re.sub(r'time="\d+\.\d+"', "TIME", text)
    return re.sub(r" *\d+\.\d\d s\b", "TIME", text)


def test_text_and_junit_are_the_same_however_many_run_at_once(run, suite, tmp_path):
    # The one that starts first ends last.
    folder = suite(a=["sh", "-c", "sleep 0.3; echo a"], b=["false"], c=["true"], d=CRASHES,
                   e=["seq", "99999"])
    told = set()
    for jobs in "1", "2", "4":
        done = run("run", folder, "--verbose", "--jobs", jobs, "--junit", str(tmp_path / "j.xml"))
        assert (done.returncode, done.stderr) == (1, "")
        assert [Path(name).stem for name in names_run(done.stdout)] == list("abcde")
        told.add((without_times(done.stdout), without_times((tmp_path / "j.xml").read_text())))
    assert len(told) == 1
    cases = ET.parse(tmp_path / "j.xml").getroot().findall("testsuite/testcase")
    assert [case.get("name") for case in cases] == list("abcde")
    assert all(float(case.get("time")) >= 0 for case in cases)


def test_scenarios_at_once_are_told_in_their_order(run):
    done = run("run", *SHIPPED, "--jobs", "4")
    assert done.returncode == 0, done.stdout
    assert names_run(done.stdout) == names_run(run("run", *SHIPPED, "--jobs", "1").stdout)
    assert "\n14 passed, 0 failed\n" in done.stdout


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_crash_is_reported_and_the_others_go_on(run, still_running, suite, tmp_path, jobs):
    folder = suite(a=["true"], crash=CRASHES, z=["true"])
    done = run("run", folder, "--jobs", jobs, "--junit", str(tmp_path / "j.xml"))
    assert done.returncode == 1
    assert without_times(done.stdout) == (
        f"PASS  {folder}/a.json  a  (TIME)\n"
        f"crash\n  {folder}/crash.json\n  model stm32l476rg\n\n"
        "FAILED: its process was ended by signal 11 (Segmentation fault)\n"
        f"  again: dfurig run {folder}/crash.json\n\n"
        f"FAIL  {folder}/crash.json  crash  (TIME)\n"
        f"PASS  {folder}/z.json  z  (TIME)\n2 passed, 1 failed\n")
    failure = ET.parse(tmp_path / "j.xml").getroot().find("testsuite/testcase/failure")
    assert failure.get("message") == "its process was ended by signal 11 (Segmentation fault)"
    assert still_running() == []


def test_a_hang_is_bounded_and_reported(run, still_running, suite):
    done = run("run", suite(hang=HANGS, z=["true"]), "--timeout", "1", "--real-time")
    assert done.returncode == 1
    assert "\nFAILED: it did not end within 1 s\n" in done.stdout
    assert done.stdout.endswith("\n1 passed, 1 failed\n")
    assert still_running() == []


def test_a_tool_finds_its_standard_input_at_the_end(dfurig, suite):
    done = subprocess.run([dfurig, "run", suite(a=["cat"])], input="words", capture_output=True,
                          text=True, timeout=PATIENCE_S)
    assert done.returncode == 0 and "words" not in done.stdout


def union_of_shards(run, count: int, *arguments: str) -> list[str]:
    names = []
    for number in range(1, count + 1):
        done = run("run", *arguments, "--shard", f"{number}/{count}")
        assert done.returncode == 0, done.stdout + done.stderr
        names += names_run(done.stdout)
    return names


@pytest.mark.parametrize("count", range(1, 8))
def test_shards_are_together_every_scenario_once(run, suite, tmp_path, count):
    folder = suite(**{name: ["true"] for name in "abcde"})
    durations = tmp_path / "d.json"
    durations.write_text(json.dumps({f"{folder}/b.json": 9, f"{folder}/d.json": 0.5}))
    every = [f"{folder}/{name}.json" for name in "abcde"]
    assert sorted(union_of_shards(run, count, folder)) == every
    assert sorted(union_of_shards(run, count, folder, "--durations", str(durations))) == every


def test_shards_of_the_shipped_scenarios_are_all_of_them(run):
    whole = names_run(run("run", *SHIPPED).stdout)
    assert sorted(union_of_shards(run, 3, *SHIPPED)) == sorted(whole)


def test_shards_are_cut_by_recorded_durations(run, suite, tmp_path):
    folder, durations = suite(a=["true"], b=["true"], c=["true"]), tmp_path / "d.json"
    durations.write_text(json.dumps({f"{folder}/{name}.json": s for name, s in
                                     [("a", 1), ("b", 5), ("c", 1)]}))
    done = run("run", folder, "--shard", "1/2", "--durations", str(durations))
    assert names_run(done.stdout) == [f"{folder}/b.json"]


def test_durations_are_recorded_and_others_kept(run, suite, tmp_path):
    folder, durations = suite(a=["sleep", "0.2"], b=["true"]), tmp_path / "d.json"
    durations.write_text('{"other.json": 3, "%s/b.json": 99}' % folder)
    assert run("run", folder, "--real-time", "--record-durations",
               str(durations)).returncode == 0
    kept = json.loads(durations.read_text())
    assert list(kept) == sorted([f"{folder}/a.json", f"{folder}/b.json", "other.json"])
    assert kept["other.json"] == 3 and kept[f"{folder}/a.json"] >= 0.2
    assert kept[f"{folder}/b.json"] < 99


def test_a_row_that_failed_is_run_again_alone(run, suite, tmp_path):
    table = tmp_path / "table.json"
    table.write_text(json.dumps({
        "title": "x", "model": "stm32l476rg", "for_each": [
            {"name": "good", "variables": {"tool": "true"}},
            {"name": "bad one", "variables": {"tool": "false"}}],
        "steps": [{"run": ["sh", "-c", "${tool}"], "expect": {"exit": 0}}]}))
    run("run", str(table))
    run("run", suite(a=["true"]))  # what others do is no reason to forget
    again = run("run", str(table), "--rerun-failed")
    assert names_run(again.stdout) == [f"{table}[bad one]"]
    assert f'again: dfurig run "{table}[bad one]"' in again.stdout
    assert names_run(run("run", f"{table}[good]").stdout) == [f"{table}[good]"]


def test_those_that_failed_are_run_again(run, suite):
    folder = suite(a=["true"], b=["false"], c=["false"])
    nothing = (0, "none of these scenarios failed when it last ran\n", "")

    def again(*arguments: str):
        done = run("run", *(arguments or (folder,)), "--rerun-failed")
        return done.returncode, done.stdout, done.stderr
    assert again() == nothing
    run("run", folder)
    assert names_run(again()[1]) == [f"{folder}/b.json", f"{folder}/c.json"]
    suite(b=["true"])
    run("run", f"{folder}/b.json")
    status, told, _ = again()
    assert (status, names_run(told)) == (1, [f"{folder}/c.json"])
    assert again(f"{folder}/a.json") == nothing
    suite(c=["true"])
    assert again()[0] == 0
    assert again() == nothing


def test_a_folder_that_cannot_be_written_fails_no_run_until_it_is_asked(run, suite):
    folder = suite(a=["false"])
    nowhere = {**os.environ, "XDG_CACHE_HOME": "/dev/null"}
    done = run("run", folder, env=nowhere)
    assert (done.returncode, done.stderr) == (1, "")
    done = run("run", folder, "--rerun-failed", env=nowhere)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", (
        "dfurig: /dev/null/dfurig: cannot be written, so nobody remembers what failed in the last "
        "run\n  run without --rerun-failed, or name another folder with XDG_CACHE_HOME\n"))
    done = run("run", folder, "--rerun-failed", env={"PATH": os.environ["PATH"]})
    assert (done.returncode, done.stdout, done.stderr) == (2, "", (
        "dfurig: --rerun-failed: nobody remembers what failed: neither HOME nor XDG_CACHE_HOME is "
        "set\n  run without --rerun-failed\n"))


def seeds(text: str) -> dict[str, str]:
    return dict(re.findall(r"^  \S*/(\w)\.json\n  model .*\n  seed (.*)$", text, re.MULTILINE))


def test_the_seed_of_a_scenario_follows_from_the_runs_and_its_name(run, suite):
    folder = suite(a=["false"], b=["false"])
    every = seeds(run("run", folder, "--seed", "7").stdout)
    assert every["a"] == "7, of this scenario 4392454321048955326"
    assert every["b"] != every["a"]
    one = run("run", f"{folder}/b.json", "--seed", "0x7", "--jobs", "1").stdout
    assert seeds(one) == {"b": every["b"]}
    assert f"  again: dfurig run {folder}/b.json --seed 7\n" in one
    assert seeds(run("run", folder, "--seed", "8").stdout)["a"] != every["a"]
    assert seeds(run("run", folder).stdout) == {}


def test_a_drawn_seed_is_printed(run, suite):
    folder = suite(a=["false"])
    first, second = (run("run", folder, "--seed", "random").stdout for _ in range(2))
    drawn = re.match(r"seed (\d+)\n", first).group(1)
    assert f"  again: dfurig run {folder}/a.json --seed {drawn}\n" in first
    assert first.splitlines()[0] != second.splitlines()[0]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything_and_what_is_known_is_printed(dfurig, still_running, suite,
                                                               tmp_path, number):
    started, results = tmp_path / "started", tmp_path / "j.xml"
    folder = suite(a=["true"], b=["sh", "-c", f"sleep 7306 & touch {started}; sleep 7307"],
                   c=["true"], d=["true"])
    process = subprocess.Popen(
        [dfurig, "run", folder, "--jobs", "1", "--junit", str(results)], stdout=subprocess.PIPE,
        text=True, preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))
    while not started.exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(number)
    told, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 128 + number
    assert names_run(told) == [f"{folder}/a.json"]
    assert told.endswith("\n1 passed, 0 failed, 3 not run: interrupted\n")
    assert ET.parse(results).getroot().find("testsuite").get("tests") == "1"
    assert still_running() == []


def test_progress_is_shown_on_a_terminal_and_removed(dfurig, suite):
    folder = suite(a=["true"], b=["true"])
    ours, theirs = pty.openpty()
    done = subprocess.run([dfurig, "run", folder, "--jobs", "1"], stdout=subprocess.PIPE,
                          stderr=theirs, text=True, timeout=PATIENCE_S)
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    clear = "\r\x1b[K"
    assert done.returncode == 0 and "running" not in done.stdout
    assert shown == (f"{clear}0/2 running: a.json{clear}{clear}1/2 running: b.json{clear}")


@pytest.mark.parametrize("arguments, message", [
    (("--jobs", "0"), "--jobs 0: expected a number from 1 to 256"),
    (("--jobs", "2x"), "--jobs 2x: expected a number from 1 to 256"),
    (("-j", "-1"), "--jobs -1: expected a number from 1 to 256"),
    (("--timeout", "0"), "--timeout 0: expected a number from 1 to 86400"),
    (("--timeout", "1.5"), "--timeout 1.5: expected a number from 1 to 86400"),
    (("--trace-cpu=0",), "--trace-cpu 0: expected a number from 1 to 100000"),
    (("--seed", "18446744073709551616"), "--seed 18446744073709551616: expected a number from 0 to "
     "18446744073709551615, or random"),
    (("--seed", ""), "--seed : expected a number from 0 to 18446744073709551615, or random"),
    *[(("--shard", text), f"--shard {text}: expected K/N with K from 1 to N and N up to 1000, such "
       "as 1/4") for text in ["0/2", "3/2", "1", "/", "1/1001", "1/2/3", "a/b"]],
    (("--durations", "none.json"), "none.json: cannot be read\n  is the path right?"),
    (("--durations", "tests/bad_models/missing_key.json"), None),
    (("--record-durations", "tests/bad_models/not_json.json"), None),
    *[((option, "none/r"), "none/r: cannot be written: No such file or directory\n"
       "  does its folder exist, and may this user write there?")
      for option in ("--junit", "--record-durations")],
])
def test_bad_values_are_refused_before_anything_runs(run, suite, tmp_path, arguments, message):
    done = run("run", suite(a=["touch", str(tmp_path / "ran")]), *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("dfurig: ")
    assert message is None or done.stderr == f"dfurig: {message}\n"
    assert not (tmp_path / "ran").exists()


def test_one_bad_file_keeps_all_from_running(run, suite, tmp_path):
    folder = suite(a=["touch", str(tmp_path / "ran")])
    (Path(folder) / "z.json").write_text("{}")
    done = run("run", folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert not (tmp_path / "ran").exists()
