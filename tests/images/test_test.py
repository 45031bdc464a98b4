"""The test image: what `./test quick` needs is in it, for its user and a mounted project."""

from buildah import ROOT
from container import docker_run


def in_it(test, script: str):
    return docker_run(test, "sh", "-ec", script, volumes={ROOT: "/src"})


def test_nothing_has_to_be_installed(test):
    done = in_it(test, "id -u; ./test packages; ls /var/lib/apt/lists")
    assert (done.returncode, done.stdout, done.stderr) == (0, "1000\n", "")


def test_a_unit_test_is_built_and_passes(test):
    done = in_it(test, "cmake --preset dev -B /tmp/build && "
                       "cmake --build /tmp/build -t support_test && /tmp/build/tests/support_test")
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    assert "[  PASSED  ]" in done.stdout
