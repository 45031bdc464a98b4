"""The example firmware project's pipelines, step by step, in a clean copy of it."""

import os
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml
from conftest import PATIENCE_S, ROOT

EXAMPLE = ROOT / "docker/example"
SANDBOX = Path(__file__).with_name("sandbox.py")
SCENARIOS = sorted(path.stem for path in (EXAMPLE / "scenarios").glob("*.json"))


class Pipeline:
    """What a pipeline's file has its runner do."""

    def __init__(self, scripts: list[str], artifacts: list[str]):
        self.scripts, self.artifacts = scripts, artifacts


def github() -> Pipeline:
    workflow = yaml.safe_load((EXAMPLE / ".github/workflows/firmware.yml").read_text())
    (job,) = workflow["jobs"].values()
    assert job["container"] == {"image": "${{ vars.DFURIG_IMAGE }}", "options": "--user root"}
    used = [step["uses"].split("@")[0] for step in job["steps"] if "uses" in step]
    assert used == ["actions/checkout", "actions/upload-artifact"], "the copy, and what is checked"
    return Pipeline([step["run"] for step in job["steps"] if "run" in step],
                    job["steps"][-1]["with"]["path"].split())


def gitlab() -> Pipeline:
    (job,) = yaml.safe_load((EXAMPLE / ".gitlab-ci.yml").read_text()).values()
    assert job["image"] == {"name": "$DFURIG_IMAGE", "entrypoint": [""],
                            "docker": {"user": "root"}}
    artifacts = job["artifacts"]
    return Pipeline([*job["before_script"], *job["script"]],
                    [*artifacts["paths"], artifacts["reports"]["junit"]])


@pytest.fixture
def project(tmp_path) -> Path:
    """As a checkout has it: what is tracked or new, and no build."""
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"],
                            cwd=EXAMPLE, check=True, capture_output=True, text=True).stdout
    for name in listed.split():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(EXAMPLE / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def environment(dfurig) -> dict[str, str]:
    """Of the image: dfurig is in PATH."""
    return {"PATH": f"{Path(dfurig).parent}:/usr/bin:/bin", "HOME": "/nonexistent"}


def execute(script: str, folder: Path, environment: dict[str, str], *before: str):
    return subprocess.run([*before, "sh", "-e", "-c", script], cwd=folder, env=environment,
                          capture_output=True, text=True, timeout=PATIENCE_S,
                          stdin=subprocess.DEVNULL)


def without_installing(script: str) -> str:
    """A test installs nothing: what the pipeline would install must be there."""
    kept = []
    for line in script.splitlines():
        words = line.split()
        if words[:2] == ["apt-get", "install"]:
            packages = [word for word in words[2:] if not word.startswith("-")]
            subprocess.run(["dpkg-query", "-W", *packages], check=True, capture_output=True)
        elif words[:1] != ["apt-get"]:
            kept.append(line)
    return "\n".join(kept)


def results(file: Path) -> dict[str, str]:
    return {case.get("name"): case.get("status") for case in ET.parse(file).iter("testcase")}


@pytest.mark.parametrize("pipeline", [github, gitlab])
def test_every_step_of_the_pipeline_passes(project, environment, pipeline):
    wanted = pipeline()
    for script in wanted.scripts:
        done = execute(without_installing(script), project, environment)
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
    for artifact in wanted.artifacts:
        assert (project / artifact).stat().st_size > 0, artifact
    assert results(project / "build/results.xml") == {
        f"dfurig.{name}": "run" for name in SCENARIOS}


def test_the_pipeline_is_red_when_the_firmware_is_wrong(project, environment):
    """The mistake that the README names."""
    startup = project / "src/startup.c"
    source = startup.read_text()
    broken = source.replace("  SCB_VTOR = (uint32_t)&vectors;\n", "")
    assert broken != source
    startup.write_text(broken)
    *steps, last = map(without_installing, github().scripts)
    for script in steps:
        assert execute(script, project, environment).returncode == 0
    done = execute(last, project, environment)
    assert done.returncode != 0
    assert "in the ROM at PC 0x1FFF0008" in done.stdout
    assert results(project / "build/results.xml")["dfurig.download_blinks_after_leave"] == "fail"


@pytest.mark.parametrize("preset, status, said", [("firmware", 0, "Skipped"), ("ci", 8, "Failed")])
def test_a_machine_that_cannot_run_scenarios_skips_or_fails(project, environment, preset, status,
                                                            said):
    build = f"cmake --preset {preset} && cmake --build --preset {preset}"
    assert execute(build, project, environment).returncode == 0
    done = execute(f"ctest --preset {preset}", project, environment, "/usr/bin/python3",
                   str(SANDBOX), "deny", "seccomp", "--")
    assert done.returncode == status, done.stdout + done.stderr
    assert done.stdout.count(f"{said}") >= len(SCENARIOS)


@pytest.mark.parametrize("preset, status", [("firmware", 0), ("ci", 1)])
def test_without_dfurig_the_image_is_built_or_the_pipeline_fails(project, preset, status):
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}
    assert not any(os.access(f"{folder}/dfurig", os.X_OK) for folder in ("/usr/bin", "/bin"))
    done = execute(f"cmake --preset {preset} && cmake --build --preset {preset}", project,
                   environment)
    assert done.returncode == status
    assert "no dfurig in PATH" in done.stdout + done.stderr
    assert (project / "build/blink.bin").is_file() == (status == 0)
