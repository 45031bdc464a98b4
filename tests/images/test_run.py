"""Where images cannot be built, tests/images/run and ./test say so, and nothing passes."""

import subprocess

import pytest
from buildah import ROOT

ADVICE = "  ./test without-images leaves the container images out\n"


@pytest.mark.parametrize("command", [["tests/images/run"], ["tests/images/run", "host"],
                                     ["./test"]])
def test_who_is_not_root_is_refused(command):
    done = subprocess.run(["setpriv", "--reuid=65534", "--clear-groups", *command], cwd=ROOT,
                          capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == ("tests/images/run: only root can build images: run it as root or with "
                           "sudo\n" + ADVICE)


def test_root_that_may_not_mount_is_refused():
    done = subprocess.run(["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-all",
                           "tests/images/run", "host"], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == ("tests/images/run: this machine lets root mount nothing: a container "
                           "needs --privileged for that\n" + ADVICE)


def test_an_unknown_extent_is_refused():
    done = subprocess.run(["./test", "images"], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, (
        "./test images: expected nothing, without-images, quick or packages\n"))
