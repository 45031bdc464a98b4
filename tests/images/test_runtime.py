"""The runtime image: the suite in it without any privilege, exit statuses, signals, health."""

import json
import re
import signal
import subprocess
from pathlib import Path

import pytest
from buildah import ROOT
from container import Container, docker_run
from junit import results

CHIP = {"model": "stm32l476rg", "time_scale": 0, "given": {"boot_pins": {"BOOT0": 1}}}


def scenario(folder: Path, name: str, *tool: str, **more: object) -> None:
    (folder / f"{name}.json").write_text(json.dumps({
        "title": name, **CHIP, **more,
        "steps": [{"run": tool, "timeout_s": 100, "expect": {"exit": 0}}]}))


@pytest.fixture
def suite(tmp_path) -> Path:
    """A user's own folder, with one scenario that passes and one that fails."""
    folder = tmp_path / "suite"
    folder.mkdir()
    scenario(folder, "good", "dfu-util", "-l")
    scenario(folder, "bad", "dfu-util", "-a", "7", "-U", "${files}/x")
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def whole(runtime, tmp_path_factory) -> tuple[subprocess.CompletedProcess, Path]:
    """All shipped scenarios, run as the first command of docker/README.md does."""
    out = tmp_path_factory.mktemp("whole")
    out.chmod(0o777)
    done = docker_run(runtime, "run", "scenarios/", "--junit", "/out/results.xml",
                      "--record-durations", "/out/durations.json", volumes={out: "/out"})
    return done, out


def test_the_container_is_confined(runtime, out):
    done = docker_run(runtime, "-c", "id -u; grep -E '^(CapEff|CapBnd|Seccomp|NoNewPrivs):' "
                      "/proc/self/status; touch /x /usr/local/bin/x; ls /dev; echo $$",
                      entrypoint=["sh"], volumes={out: "/out"})
    assert done.stdout.startswith("1000\n")
    assert "CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\n" in done.stdout
    assert "Seccomp:\t2\n" in done.stdout
    assert done.stderr.count("Read-only file system") == 2
    assert "bus" not in done.stdout and done.stdout.endswith("\n1\n")


def test_the_shipped_suite_passes_without_any_privilege(whole):
    done, out = whole
    assert (done.returncode, done.stderr) == (0, ""), done.stdout[-5000:]
    passed = re.findall(r"^PASS  (\S+\.json(?:\[[^\]]*\])?)  ", done.stdout, re.MULTILINE)
    found = results([out / "results.xml"])
    assert len(found) == len(passed) > 300
    assert {why for _, _, why in found} == {""}
    named = {path.split("[")[0] for path in passed}
    shipped = [path for path in (ROOT / "scenarios").rglob("*.json")
               if not path.name.endswith(".steps.json")]
    assert named == {str(path.relative_to(ROOT)) for path in shipped}


def test_four_shards_are_together_the_whole_result(runtime, whole, out, tmp_path):
    scenario(tmp_path, "bad", "false")
    tmp_path.chmod(0o755)
    durations = whole[1] / "durations.json"
    durations.chmod(0o644)
    volumes = {out: "/out", tmp_path: "/own", whole[1]: "/before"}
    statuses = []
    for number in range(1, 5):
        done = docker_run(runtime, "run", "scenarios", "/own", "--shard", f"{number}/4",
                          "--durations", "/before/durations.json", "--junit",
                          f"/out/{number}.xml", volumes=volumes)
        statuses.append(done.returncode)
    assert sorted(statuses) == [0, 0, 0, 1]
    parts = [results([file]) for file in sorted(out.glob("*.xml"))]
    assert len(parts) == 4 and all(parts)
    alone = docker_run(runtime, "run", "/own", "--junit", "/out/own.xml", volumes=volumes)
    assert alone.returncode == 1
    expected = results([whole[1] / "results.xml", out / "own.xml"])
    assert results(sorted(out.glob("[1-4].xml"))) == expected


def test_a_failing_scenario_is_exit_status_1_and_a_failure_in_junit(runtime, suite, out):
    done = docker_run(runtime, "run", "/suite", "--junit", "/out/results.xml",
                      volumes={suite: "/suite", out: "/out"})
    assert done.returncode == 1 and done.stdout.endswith("1 passed, 1 failed\n")
    (_, first, why), (_, second, none) = results([out / "results.xml"])
    assert (first, second, none) == ("bad", "good", "") and "exit" in why


@pytest.mark.parametrize("command, status", [
    (("run", "nowhere.json"), 2),
    (("exec", "--model", "stm32f405rg", "--", "sh", "-c", "exit 7"), 7),
    (("models", "stm32l476rg"), 0), (("validate", "models", "scenarios"), 0)])
def test_exit_statuses_are_passed_through(runtime, command, status):
    assert docker_run(runtime, *command).returncode == status


def test_any_user_will_do(runtime, suite, out):
    done = docker_run(runtime, "run", "/suite/good.json", "--junit", "/out/r.xml",
                      user="4711:4711", volumes={suite: "/suite", out: "/out"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert (out / "r.xml").stat().st_uid == 4711


def test_a_folder_that_cannot_be_written_is_told_before_anything_runs(runtime, suite, out):
    out.chmod(0o755)
    done = docker_run(runtime, "run", "/suite", "--junit", "/out/r.xml",
                      volumes={suite: "/suite", out: "/out"})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("dfurig: /out/r.xml: cannot be written: Permission denied\n")


def wait_for(path: Path, container: Container) -> None:
    """Until a tool in the container has made this file."""
    while not path.exists():
        assert container.process.poll() is None, container.end()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_run_that_is_process_1(runtime, tmp_path, out, number):
    scenario(tmp_path, "waits", "sh", "-c", "touch /out/started; sleep 7306 & sleep 7307")
    tmp_path.chmod(0o755)
    container = Container(runtime, "run", "/suite", "--real-time", "--junit", "/out/r.xml",
                          volumes={tmp_path: "/suite", out: "/out"})
    wait_for(out / "started", container)
    container.send(number)
    done = container.end()
    assert done.returncode == 128 + number
    assert done.stdout.endswith("0 passed, 0 failed, 1 not run: interrupted\n")
    assert results([out / "r.xml"]) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_an_exec_that_is_process_1(runtime, out, number):
    container = Container(runtime, "exec", "--model", "stm32f405rg", "--real-time", "--", "sh",
                          "-c", "touch /out/started; exec sleep 7308", volumes={out: "/out"})
    wait_for(out / "started", container)
    container.send(number)
    assert container.end().returncode == 128 + number


def serving(container: Container) -> None:
    line = container.process.stdout.readline()
    assert line.startswith("dfurig: listening on "), line + container.process.stderr.read()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_server_that_is_process_1(runtime, number):
    container = Container(runtime, "serve", "--model", "stm32f405rg")
    serving(container)
    container.send(number)
    assert container.end().returncode == 0


def test_health_is_that_the_server_answers(runtime, out):
    container = Container(runtime, "serve", "--model", "stm32f405rg")
    serving(container)
    assert container.health() == 0
    found = container.exec("dfurig", "exec", "--connect", "127.0.0.1:3240", "--", "dfu-util", "-l")
    assert found.stdout.count("Found DFU") == 4, found.stderr
    container.send(signal.SIGTERM)
    container.end()
    elsewhere = Container(runtime, "serve", "--model", "stm32f405rg", "--listen", "127.0.0.1:9999")
    serving(elsewhere)
    assert elsewhere.health() != 0, "nobody answers at USB/IP's port"
    elsewhere.send(signal.SIGTERM)
    elsewhere.end()
    working = Container(runtime, "exec", "--model", "stm32f405rg", "--real-time", "--", "sh", "-c",
                        "touch /out/started; exec sleep 60", volumes={out: "/out"})
    wait_for(out / "started", working)
    assert working.health() == 0, "what does not serve has nothing to answer"
    working.send(signal.SIGTERM)
    working.end()


def test_it_runs_in_buildahs_own_container_too(runtime):
    told = runtime.run("dfurig", "run", "scenarios/leave")
    assert " passed, 0 failed" in told
