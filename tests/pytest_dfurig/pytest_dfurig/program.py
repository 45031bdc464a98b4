"""Where the dfurig program is."""

import os
import shutil
import subprocess
from pathlib import Path

from .version import VERSION

BUILT = "build/release/dfurig"


class DfurigError(Exception):
    """What was asked for cannot be done; the message says why, and what to do."""


class HostRefusal(DfurigError):
    """This machine cannot run tools for a device at all."""


def find_program() -> str:
    """$DFURIG, else dfurig in PATH, else what is built in the repository this is run in or from."""
    named = os.environ.get("DFURIG")
    if named:
        if os.access(named, os.X_OK) and Path(named).is_file():
            return str(Path(named).absolute())
        raise DfurigError(f"DFURIG is {named}, and that is no program")
    installed = shutil.which("dfurig")
    if installed:
        return installed
    here = Path.cwd()
    for folder in (here, *here.parents, *Path(__file__).resolve().parents):
        if os.access(folder / BUILT, os.X_OK):
            return str(folder / BUILT)
    raise DfurigError(
        f"there is no dfurig: not in $DFURIG, not in PATH, and no {BUILT} in {here} or above\n"
        "  build it (./quickstart in dfurig's repository), then put it into PATH or say\n"
        "  DFURIG=/path/to/dfurig pytest …")


def check_version(program: str) -> None:
    """The plugin and the program speak with each other in the words of one version."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL)
    except OSError as error:
        raise DfurigError(f"{program} cannot be run: {error.strerror}") from error
    said = done.stdout.strip() or done.stderr.strip()
    if not said.startswith("dfurig "):
        raise DfurigError(f"{program} is not dfurig: --version says {said!r}")
    if release(said.removeprefix("dfurig ")) != release(VERSION):
        raise DfurigError(f"{program} is {said}, and this is pytest-dfurig {VERSION}: they must "
                          "have the same first two numbers\n"
                          "  install the plugin of that version: pip install ./tests/pytest_dfurig "
                          "in its repository")


def release(version: str) -> list[str]:
    return version.split(".")[:2]
