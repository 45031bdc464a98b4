"""Faults that linters look for in a Dockerfile, and what is in the images."""

import json
import re
import subprocess

import pytest
from buildah import BUILD, DOCKERFILE, ROOT

Instruction = tuple[str, str]  # name, words


def instructions(text: str) -> list[Instruction]:
    text = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    joined = text.replace("\\\n", " ")
    return [tuple(re.split(r"\s+", line.strip(), maxsplit=1)) for line in joined.splitlines()
            if line.strip()]


def stages(parsed: list[Instruction]) -> dict[str, list[Instruction]]:
    """By name; the last may have none."""
    found: dict[str, list[Instruction]] = {}
    for name, words in parsed:
        if name == "FROM":
            own = re.fullmatch(r"(\S+)(?: AS (\S+))?", words)
            current = found.setdefault(own.group(2) or "", [])
        if name != "ARG" or found:
            current.append((name, words))
    return found


def base_of(stage: list[Instruction]) -> str:
    return stage[0][1].split()[0]


def faults(text: str) -> list[str]:
    parsed = instructions(text)
    named = stages(parsed)
    found = []
    for name, stage in named.items():
        base = base_of(stage)
        if base not in named and not re.fullmatch(r"[a-z/.]+:(?!latest)[\w.-]+", base):
            found.append(f"{base}: a base is pinned by a tag that is not latest")
        users = [words for it, words in stage if it == "USER"]
        if name not in ("build", "") and (not users or not re.fullmatch(r"[1-9]\d*:[1-9]\d*",
                                                                      users[-1])):
            found.append(f"{name}: its user is no number or is root")
    for name, words in parsed:
        if name == "ADD":
            found.append("ADD: COPY does what is wanted")
        if name in ("CMD", "ENTRYPOINT") and not words.startswith("["):
            found.append(f"{name} {words}: not in JSON form, a shell would be process 1")
        if name in ("ARG", "ENV", "LABEL") and re.search(r"(?i)passw|secret|token|api_?key", words):
            found.append(f"{name} {words}: a secret?")
        if name == "WORKDIR" and not words.startswith("/"):
            found.append(f"WORKDIR {words}: not absolute")
        if name == "RUN":
            found += run_faults(words)
    return found


def run_faults(words: str) -> list[str]:
    found = []
    if "apt-get install" in words:
        if "--no-install-recommends" not in words or " -y" not in words:
            found.append("apt-get install without -y --no-install-recommends")
        if not re.search(r"apt-get update\s+&&", words):
            found.append("apt-get install without apt-get update before it")
    if ("apt-get" in words or "./test" in words) and "rm -rf /var/lib/apt/lists/*" not in words:
        found.append("package lists are left in the layer")
    if re.search(r"\b(sudo|curl|wget)\b|apt-get (dist-)?upgrade|\bapt \b", words):
        found.append("sudo, downloads, upgrades or apt in a RUN")
    return found


GOOD = """FROM debian:bookworm-slim AS x
RUN apt-get update && apt-get install -y --no-install-recommends a && rm -rf /var/lib/apt/lists/*
USER 1:1
CMD ["a"]
"""


def test_the_dockerfile_has_no_fault():
    assert faults(DOCKERFILE.read_text()) == []


def test_a_good_one_has_none():
    assert faults(GOOD) == []


@pytest.mark.parametrize("old, new", [
    (":bookworm-slim", ""), (":bookworm-slim", ":latest"), ("USER 1:1\n", ""), ("1:1", "0:0"),
    ("1:1", "someone"), (" --no-install-recommends", ""), (" -y", ""), ("apt-get update && ", ""),
    (" && rm -rf /var/lib/apt/lists/*", ""), ('["a"]', "a"), ("CMD", "ADD x /\nCMD"),
    ("CMD", "ENV API_TOKEN=x\nCMD"), ("CMD", "WORKDIR x\nCMD"), ("RUN ", "RUN curl x; "),
])
def test_a_fault_is_caught(old, new):
    assert faults(GOOD.replace(old, new))


def test_shellcheck_finds_nothing_in_what_is_run():
    for name, words in instructions(DOCKERFILE.read_text()):
        if name != "RUN":
            continue
        script = re.sub(r"^(--mount=\S+\s+)+", "", words)
        done = subprocess.run(["shellcheck", "--shell=sh", "--exclude=SC2086", "-"], input=script,
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def lint_of(node, *words: str) -> list[tuple[str, str]]:
    """What is found, and in which line. A stage of our own has no tag; what has none and is no
    stage is found by faults(), too."""
    done = node("dockerfilelint", "--json", *words)
    own = [f"FROM {name}" for name in stages(instructions(DOCKERFILE.read_text())) if name]
    return [(it["title"], it["content"]) for it in json.loads(done.stdout)["files"][0]["issues"]
            if (it["title"], it["content"].split(" AS ")[0]) not in
            [("Base Image Missing Tag", base) for base in own]]


def test_dockerfilelint_finds_nothing(node):
    assert lint_of(node, "docker/Dockerfile") == []


def test_dockerfilelint_finds_what_is_wrong(node):
    assert [title for title, _ in lint_of(node, "FROM debian\nRUN sudo true\n")] == [
        "Base Image Missing Tag", "Use Of sudo Is Not Allowed"]


def test_the_image_is_built_with_what_the_quickstart_installs():
    quickstart = (ROOT / "quickstart").read_text()
    wanted = re.search(r"scripts/install_packages ((?:[^\n]|\\\n)*)\n",
                       quickstart.replace("\\\n", " ")).group(1).split()
    text = " ".join(words for name, words in stages(instructions(DOCKERFILE.read_text()))["build"]
                    if name == "RUN")
    assert [it for it in wanted if not re.search(rf"(?<!\S){re.escape(it)}(?!\S)", text)] == [
        "dfu-util", "python3", "python3-usb"], "the tools are the runtime's"


def test_the_runtime_image_has_no_compiler_no_lists_and_only_its_programs(runtime):
    for name in ("gcc", "cc", "g++", "c++", "cpp", "as", "ld", "cmake", "ninja", "make", "git"):
        assert not list(runtime.root.glob(f"usr/*bin/{name}")), name
    assert list((runtime.root / "var/lib/apt/lists").iterdir()) == []
    assert list((runtime.root / "var/cache/apt").glob("**/*.deb")) == []
    ours = [path for path in (runtime.root / "usr/local").rglob("*") if path.is_file()]
    below = {"/".join(path.relative_to(runtime.root / "usr/local").parts[:3]) for path in ours}
    assert below == {"bin/dfurig", *(f"share/dfurig/{it}" for it in ("models", "scenarios",
                                                                      "tests"))}


def test_the_runtime_image_is_small(runtime):
    size = runtime.compressed_bytes()
    (BUILD / "sizes.txt").write_text(f"runtime {size / 1e6:.1f} MB compressed\n")
    assert size < 120e6


def test_labels_are_those_of_the_oci(runtime):
    version = re.search(r"project\(dfurig VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text())
    labels = {name.removeprefix("org.opencontainers.image."): text
              for name, text in runtime.config["Labels"].items() if "opencontainers" in name}
    assert labels["version"] == version.group(1)
    assert labels["licenses"] == "MIT" and labels["title"] == "dfurig"
    assert set(labels) == {"title", "description", "licenses", "version", "revision", "base.name"}
