"""`docker run --read-only --tmpfs /tmp --cap-drop ALL`, of an image that buildah has mounted.

bubblewrap makes the namespaces and the mounts, Docker's default seccomp profile is that of
tests/e2e/sandbox.py, setpriv the user. Entry point, command, user, environment and folder are those
of the image, and its command is process 1, as in a container. Control groups and AppArmor are
not imitated.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from buildah import ROOT, Image

sys.path.insert(0, str(ROOT / "tests/e2e"))
from sandbox import docker_profile  # noqa: E402

PATIENCE_S = 200
# What bubblewrap keeps until setpriv has become the user; then there are none.
TO_BECOME_A_USER = [word for name in ("SETUID", "SETGID", "SETPCAP")
                    for word in ("--cap-add", f"CAP_{name}")]


def profile() -> int:
    with tempfile.TemporaryFile() as file:
        docker_profile().export_bpf(file)
        file.seek(0)
        return os.dup(file.fileno())


class Container:
    """A running one. `volumes`: {folder here: folder there}; `network_of`: another container."""

    def __init__(self, image: Image, *command: str, volumes: dict[Path, str] | None = None,
                 user: str = "", entrypoint: list[str] | None = None, workdir: str = "",
                 environment: dict[str, str] | None = None, network_of: "Container | None" = None):
        self.image = image
        config = image.config
        self.user = user or config["User"]
        variables = dict(it.split("=", 1) for it in config["Env"]) | (environment or {})
        first = config["Entrypoint"] if entrypoint is None else entrypoint
        words = [*(first or []), *(command or (config["Cmd"] if entrypoint is None else ()))]
        filter_, (status, told) = profile(), os.pipe()
        box = ["bwrap", "--bind", str(image.root), "/", "--proc", "/proc", "--dev", "/dev",
               "--ro-bind", "/sys", "/sys", "--perms", "1777", "--tmpfs", "/tmp",
               "--perms", "1777", "--tmpfs", "/dev/shm"]
        for here, there in (volumes or {}).items():
            box += ["--bind", str(here), there]
        box += ["--remount-ro", "/", "--unshare-pid", "--as-pid-1", "--unshare-ipc",
                "--unshare-uts", "--die-with-parent", "--json-status-fd", str(told),
                "--chdir", workdir or config["WorkingDir"], "--clearenv",
                "--seccomp", str(filter_), "--cap-drop", "ALL", *TO_BECOME_A_USER]
        for name, value in variables.items():
            box += ["--setenv", name, value]
        if network_of is None:
            box += ["--unshare-net"]
        else:
            box = ["nsenter", f"--net=/proc/{network_of.pid}/ns/net", *box]
        self.process = subprocess.Popen(
            [*box, "--", *self.as_user(), *words], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, pass_fds=(filter_, told))
        os.close(filter_)
        os.close(told)
        self._status = os.fdopen(status)  # bubblewrap writes again when all is over
        self.pid = json.loads(self._status.readline())["child-pid"]

    def as_user(self) -> list[str]:
        user, _, group = self.user.partition(":")
        return ["setpriv", f"--reuid={user}", f"--regid={group or user}", "--clear-groups",
                "--inh-caps=-all", "--bounding-set=-all"]

    def send(self, number: signal.Signals) -> None:
        """As `docker kill`: to process 1, which ignores what it has no handler for."""
        os.kill(self.pid, number)

    def end(self) -> subprocess.CompletedProcess:
        out, err = self.process.communicate(timeout=PATIENCE_S)
        self._status.close()
        return subprocess.CompletedProcess(self.process.args, self.process.returncode, out, err)

    def exec(self, *command: str) -> subprocess.CompletedProcess:
        """As `docker exec`."""
        return subprocess.run(
            ["nsenter", f"--target={self.pid}", "--mount", "--pid", "--net", "--ipc", "--uts",
             "--wdns=" + self.image.config["WorkingDir"], "--", *self.as_user(), *command],
            capture_output=True, text=True, timeout=PATIENCE_S)

    def health(self) -> int:
        """The exit status of the image's HEALTHCHECK."""
        kind, *command = self.image.config["Healthcheck"]["Test"]
        assert kind == "CMD"
        return self.exec(*command).returncode


def docker_run(image: Image, *command: str, **options) -> subprocess.CompletedProcess:
    """Started and ended."""
    return Container(image, *command, **options).end()
